"""Scores of chat models, worked out by hand."""

import json
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import numpy as np
import pytest

from tests.training.tasks import Said, chat_task, prepared, talks
from textgen.corpus.collection import Corpus
from textgen.errors import ConfigurationError, CorpusError
from textgen.evaluation.copies import NO_NOVELTY
from textgen.evaluation.model_comparison import NO_COMPARISON
from textgen.evaluation.prediction import Scores, attention_on_message
from textgen.evaluation.report import ChatEvaluation, evaluate_chat
from textgen.generation.chat_model import ChatModel
from textgen.model_folder import Model
from textgen.tokenizers.base import START
from textgen.training.chat_task import Listening

DIALOGUES: list[list[Said]] = [
    [
        ("Ann", f"what is number {k}"),
        ("Bob", f"{k} it is"),
        ("Ann", f"is it {k}"),
        ("Bob", "yes " * (1 + k % 4) + str(k)),
    ]
    for k in range(20)
]
HELD_OUT = [(turns[: 2 * k + 1], turns[2 * k + 1]) for turns in DIALOGUES[18:] for k in range(2)]
"""Bob's replies in the last tenth, and the turns before them."""


@pytest.fixture(autouse=True)
def few_characters_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that what is noted of these short dialogues is what a test is about."""
    monkeypatch.setattr("textgen.evaluation.prediction._TELLING_CHARACTERS", 1)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talks(tmp_path_factory.mktemp("talks") / "numbers.jsonl", DIALOGUES)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, path: Path) -> Model:
    """Never trained: its weights are random."""
    return prepared(tmp_path_factory.mktemp("judged") / "model", chat_task(path, Listening(replies_by="bob"))).load()


def described(model: Model, **corpus: Any) -> Model:
    return replace(model, card=replace(model.card, corpus={**model.card.corpus, **corpus}))


def ids(model: Model, turns: Sequence[Said], reply: Said) -> tuple[list[int], list[int]]:
    encoder = ChatModel(model).encoder
    return encoder.encode_context([turn[1] for turn in turns]), encoder.encode_reply(reply[1])


def test_the_held_out_replies_by_hand(model: Model, path: Path) -> None:
    result = evaluate_chat(ChatModel(model), Corpus(path, kind="dialogues"))
    network = ChatModel(model).network
    nats = alone = tokens = 0.0
    for turns, reply in HELD_OUT:
        context, told = ids(model, turns, reply)
        nats -= float(network.score([context], [told])[0].sum())
        alone -= float(network.score([[START]], [told])[0].sum())
        tokens += len(told) - 1
    texts = [reply[1] for _, reply in HELD_OUT]
    assert (result.split, result.exchanges, result.notes) == ("held-out", 4, ())
    assert result.scores.tokens == tokens
    assert result.scores.characters == sum(len(text) + 1 for text in texts)
    assert result.scores.words == sum(len(text.split()) for text in texts)
    assert result.scores.perplexity == pytest.approx(math.exp(nats / tokens), rel=1e-5)
    assert result.alone.perplexity == pytest.approx(math.exp(alone / tokens), rel=1e-5)
    assert result.scores.bits_per_character == pytest.approx(nats / math.log(2) / result.scores.characters, rel=1e-5)
    assert result.scores.perplexity != result.shuffled.perplexity != result.alone.perplexity


def test_a_model_that_knows_nothing_hesitates_between_all_tokens(model: Model, path: Path) -> None:
    zeros = {name: np.zeros_like(array) for name, array in model.weights.items()}
    zeros["copy/bias"] -= 1e6  # nor does it copy anything
    result = evaluate_chat(ChatModel(replace(model, weights=zeros)), Corpus(path, kind="dialogues"), "all")
    size = model.tokenizer.vocabulary_size
    for scores in (result.scores, result.shuffled, result.alone):
        assert scores.perplexity == pytest.approx(size, rel=1e-5)
    ends = result.scores.words + result.exchanges
    assert result.scores.word_perplexity == pytest.approx(size ** (result.scores.tokens / ends), rel=1e-4)
    assert result.exchanges == 40


class Recorder:
    """A network that remembers what it was given."""

    def __init__(self) -> None:
        self.passes: list[list[tuple[tuple[int, ...], tuple[int, ...]]]] = [[]]

    def score(self, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> list[np.ndarray]:
        self.passes[-1] += [(tuple(c), tuple(r)) for c, r in zip(contexts, replies, strict=True)]
        if len(self.passes[-1]) == 40:
            self.passes.append([])
        return [np.full(len(reply) - 1, -1.0, np.float32) for reply in replies]

    def attention(self, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """It has none."""
        return [np.zeros((len(reply) - 1, 0), np.float32) for reply in replies]


def passes(model: Model, path: Path, seed: int = 0) -> list[dict[tuple[int, ...], tuple[int, ...]]]:
    """What was scored in each of the three passes: contexts by reply."""
    opened = ChatModel(model)
    opened.network = recorder = Recorder()  # type: ignore[assignment]
    evaluate_chat(opened, Corpus(path, kind="dialogues"), "all", seed)
    *done, rest = recorder.passes
    assert rest == [] and [len(one) for one in done] == [40] * 3
    return [{reply: context for context, reply in one} for one in done]


def test_shuffled_contexts_are_those_of_others(model: Model, path: Path) -> None:
    own, shuffled, nothing = passes(model, path)
    assert len(own) == 40 and own.keys() == shuffled.keys() == nothing.keys()
    assert sorted(own.values()) == sorted(shuffled.values())
    assert all(own[reply] != shuffled[reply] for reply in own)
    assert set(nothing.values()) == {(START,)}


def test_contexts_are_dealt_out_by_the_seed(model: Model, path: Path) -> None:
    first, again, other = (passes(model, path, seed)[1] for seed in (3, 3, 4))
    assert first == again != other


def test_one_exchange_has_no_other_context(model: Model, tmp_path: Path) -> None:
    one = talks(tmp_path / "one.jsonl", [[("Ann", "what is it"), ("Bob", "it is")]])
    result = evaluate_chat(ChatModel(model), Corpus(one, kind="dialogues"))
    assert result.shuffled == result.scores
    assert result.exchanges == 1


def test_attention_on_the_message_is_its_weight_on_the_newest_turn(model: Model) -> None:
    chat = ChatModel(model)
    turns, reply = ["hello there", "oh hello", "what is that"], "that is a kettle"
    context, told = chat.encoder.encode_context(turns), chat.encoder.encode_reply(reply)
    weights = chat.network.attention([context], [told])[0]
    assert weights.shape == (len(told) - 1, len(context))
    assert np.allclose(weights.sum(axis=1), 1.0)
    newest = len(chat.encoder.encode_context(turns[-1:])) - 1
    assert attention_on_message(chat.network, [context], [told]) == pytest.approx(weights[:, -newest:].sum(1).mean())
    alone = chat.encoder.encode_context(["hello there"])
    assert attention_on_message(chat.network, [alone, [START]], [told, told]) == pytest.approx(1.0)
    assert attention_on_message(chat.network, [[START]], [told]) is None


def test_the_json_object() -> None:
    scores = Scores(nats=40 * math.log(4), tokens=40, characters=80, words=8, line_ends=2)
    shuffled, alone = replace(scores, nats=40 * math.log(8)), replace(scores, nats=40 * math.log(16))
    values = ChatEvaluation(scores, shuffled, alone, 0.75, 0.25, 2, "all", ("one",)).to_json_object()
    assert json.loads(json.dumps(values)) == values
    assert values == {
        "bits_per_character": pytest.approx(1.0),
        "perplexity": pytest.approx(4.0),
        "word_perplexity": pytest.approx(4.0**4),
        "tokens": 40,
        "characters": 80,
        "words": 8,
        "exchanges": 2,
        "shuffled_perplexity": pytest.approx(8.0),
        "shuffled_bits_per_character": pytest.approx(1.5),
        "alone_perplexity": pytest.approx(16.0),
        "alone_bits_per_character": pytest.approx(2.0),
        "attention_on_message": 0.75,
        "hits_at_1": 0.25,
        "split": "all",
        **NO_COMPARISON,
        **NO_NOVELTY,
        "notes": ["one", ANY],
    }


def test_an_infinite_perplexity_is_no_json_number() -> None:
    scores = Scores(nats=9000.0, tokens=10, characters=10, words=1, line_ends=0)
    values = ChatEvaluation(scores, scores, scores, None, None, 1, "all", ()).to_json_object()
    assert values["perplexity"] is values["word_perplexity"] is values["alone_perplexity"] is None
    assert "Infinity" not in json.dumps(values)
    assert any("too large for a number" in note for note in scores.notes)


def test_the_training_corpus_is_known_by_its_content_not_its_name(model: Model, path: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.jsonl"
    copy.write_bytes(path.read_bytes())
    assert evaluate_chat(ChatModel(model), Corpus(copy, kind="dialogues")).split == "held-out"
    copy.write_bytes(path.read_bytes().replace(b"what", b"who "))
    result = evaluate_chat(ChatModel(model), Corpus(copy, kind="dialogues"))
    assert (result.split, result.exchanges) == ("all", 40)


def test_replies_that_were_learned_are_told_of_in_a_corpus_that_was_changed(
    model: Model, path: Path, tmp_path: Path
) -> None:
    changed, new = tmp_path / "changed.jsonl", tmp_path / "new.jsonl"
    changed.write_bytes(path.read_bytes().replace(b"what", b"who "))
    (note,) = evaluate_chat(ChatModel(model), Corpus(changed, kind="dialogues")).notes
    assert re.match(r"(8|9)\d% of the eight-word spans of the scored text stand in the training text too", note)
    new.write_bytes(path.read_bytes().replace(b"yes", b"aye"))
    assert evaluate_chat(ChatModel(model), Corpus(new, kind="dialogues")).notes == ()


def test_without_an_index_it_is_told_that_nobody_knows_what_was_learned(tmp_path: Path, path: Path) -> None:
    other = talks(tmp_path / "other.jsonl", [[("Ann", "what is it"), ("Bob", "it is")]])
    opened = ChatModel(prepared(tmp_path / "model", chat_task(path, index=False)).load())
    (note,) = evaluate_chat(opened, Corpus(other, kind="dialogues")).notes
    assert "keeps no index" in note
    assert evaluate_chat(opened, Corpus(path, kind="dialogues")).notes == ()


def test_all_of_the_training_corpus_comes_with_a_note(model: Model, path: Path) -> None:
    result = evaluate_chat(ChatModel(model), Corpus(path, kind="dialogues"), "all")
    assert (result.split, result.exchanges) == ("all", 40)
    assert result.notes == (
        "This is the corpus the model was trained on, so the scores say little about new dialogues.",
    )


def test_of_another_corpus_a_tenth_can_be_held_out(model: Model, tmp_path: Path) -> None:
    other = talks(tmp_path / "other.jsonl", [[("Ann", f"who {k}"), ("Bob", f"me {k}")] for k in range(30)])
    result = evaluate_chat(ChatModel(model), Corpus(other, kind="dialogues"), "held-out")
    assert (result.split, result.exchanges) == ("held-out", 3)
    assert "was trained on another corpus (numbers.jsonl)" in result.notes[0]


def test_one_dialogue_cannot_be_split(model: Model, tmp_path: Path) -> None:
    one = talks(tmp_path / "one.jsonl", [[("Ann", "what is it"), ("Bob", "it is")]])
    with pytest.raises(CorpusError, match=r"--split held-out was asked for, but .* too few .*: use --split all"):
        evaluate_chat(ChatModel(model), Corpus(one, kind="dialogues"), "held-out")


def test_a_model_without_a_split_has_no_held_out_part(model: Model, path: Path) -> None:
    opened = ChatModel(described(model, split=None))
    with pytest.raises(ConfigurationError, match=r"trained on all of this corpus.*--validation.*--split all"):
        evaluate_chat(opened, Corpus(path, kind="dialogues"), "held-out")
    result = evaluate_chat(opened, Corpus(path, kind="dialogues"))
    assert (result.split, len(result.notes)) == ("all", 1)


def test_the_training_corpus_must_be_read_as_it_was(model: Model, path: Path) -> None:
    other = ChatModel(described(model, split={"held_out": [1], "dialogues": [25]}))
    sentence = r"read as turns-jsonl with 20 dialogues, and in training it had 25: give the --format"
    for split in (None, "held-out"):
        with pytest.raises(ConfigurationError, match=sentence):
            evaluate_chat(other, Corpus(path, kind="dialogues"), split)  # type: ignore[arg-type]


def test_replies_longer_than_the_models_are_not_scored(model: Model, path: Path) -> None:
    result = evaluate_chat(ChatModel(described(model, longest_reply=6)), Corpus(path, kind="dialogues"), "all")
    lengths = [len(ids(model, [], turn)[1]) - 1 for turns in DIALOGUES for turn in turns[1::2]]
    assert 0 < sum(length > 6 for length in lengths) < 40
    assert result.exchanges == sum(length <= 6 for length in lengths)
    assert result.scores.tokens == sum(length for length in lengths if length <= 6)
    assert result.notes[-1] == f"Not scored: {40 - result.exchanges} replies of more than 6 tokens."


def test_nothing_to_score_is_told(model: Model, path: Path, tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"no exchange .* at most 1 token; .* textgen inspect --corpus"):
        evaluate_chat(ChatModel(described(model, longest_reply=1)), Corpus(path, kind="dialogues"))
    nobody = talks(tmp_path / "a.jsonl", [[("Cy", "hello"), ("Di", "hello you")] for _ in range(3)])
    with pytest.raises(CorpusError, match="replies are those of bob"):
        evaluate_chat(ChatModel(model), Corpus(nobody, kind="dialogues"))


def test_replies_are_those_of_the_models_voice_where_speakers_are_known(model: Model, tmp_path: Path) -> None:
    silent = talks(tmp_path / "a.jsonl", [["hello", "hello you", "what is it"]])
    assert evaluate_chat(ChatModel(model), Corpus(silent, kind="dialogues")).exchanges == 2
    said = talks(tmp_path / "b.jsonl", [[("Ann", "hello"), ("BOB", "hello you"), ("Ann", "what is it")]])
    assert evaluate_chat(ChatModel(model), Corpus(said, kind="dialogues")).exchanges == 1


def test_text_is_put_into_normal_writing_as_it_was_for_training(model: Model, tmp_path: Path) -> None:
    said = talks(tmp_path / "a.jsonl", [["what is it ?", "it is , really ."]])
    lengths = [
        evaluate_chat(ChatModel(described(model, detokenise=known)), Corpus(said, kind="dialogues")).scores.characters
        for known in (True, False)
    ]
    assert lengths == [len("it is, really.") + 1, len("it is , really .") + 1]


def test_what_is_done_is_told(model: Model, path: Path) -> None:
    told: list[str] = []
    evaluate_chat(ChatModel(model), Corpus(path, kind="dialogues"), tell=told.append)
    assert told[0] == "Scoring the held-out part of the dialogues."
    assert told[1:3] == ["Scoring the same replies after other contexts.", "Scoring them after none."]
