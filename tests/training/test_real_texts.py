"""Real lines and real replies, from what training left and from a corpus."""

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import corpus_text
from tests.training.tasks import Said, chat_task, prepared, talks
from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line
from textgen.corpus.script import ScriptStyle
from textgen.corpus.token_grammar import DialogueEncoder
from textgen.corpus.token_parser import decode_script
from textgen.discriminator.metrics import Text
from textgen.errors import ConfigurationError, TrainingError
from textgen.model_folder import Model, ModelFolder
from textgen.tokenizers.base import LINE_END
from textgen.training.chat_task import Listening
from textgen.training.real_texts import RealTexts, corpus_texts, stored_texts


@pytest.fixture(scope="module")
def model(untrained: Path) -> Model:
    return ModelFolder(untrained).load()


def as_lines(model: Model, texts: list[list[int]]) -> set[Line]:
    return {line for text in texts for line in decode_script(text, model.tokenizer, ScriptStyle()).lines}


def sides(texts: RealTexts) -> tuple[list[list[int]], list[list[int]]]:
    return sorted(map(list, texts.training)), sorted(map(list, texts.held_out))


def test_what_training_left_and_the_corpus_itself_hold_the_same_lines(model: Model, corpus: Path) -> None:
    stored = stored_texts(model, 10_000, 0)
    read = corpus_texts(model, corpus, None, 10_000, 0)
    assert sides(stored) == sides(read)
    assert stored.corpus == read.corpus == Corpus(corpus).fingerprint
    lines = [Line(*line.split(": ", 1)) for line in corpus_text().splitlines() if not line.startswith("[")]
    assert len(stored.training) + len(stored.held_out) == len(lines)
    assert as_lines(model, [*stored.training, *stored.held_out]) == set(lines)
    assert len(stored.held_out) == pytest.approx(len(lines) / 10, rel=0.3)
    assert as_lines(model, stored.held_out) == set(lines[-len(stored.held_out) :])


def test_lines_without_text_are_left_out(model: Model, tmp_path: Path) -> None:
    (tmp_path / "show.txt").write_text("Hello there.\n\n" * 50)
    read = corpus_texts(model, tmp_path / "show.txt", None, 1000, 0)
    assert as_lines(model, [*read.training, *read.held_out]) == {Line(None, "Hello there.")}


def test_no_more_than_so_many_are_drawn_by_the_seed(model: Model, corpus: Path) -> None:
    for first, again, other in (
        [stored_texts(model, 15, seed) for seed in (1, 1, 2)],
        [corpus_texts(model, corpus, None, 15, seed) for seed in (1, 1, 2)],
    ):
        assert len(first.training) == len(first.held_out) == 15
        assert first == again != other


def test_what_is_missing_or_does_not_fit_is_told(model: Model, untrained: Path, corpus: Path, tmp_path: Path) -> None:
    bare = Path(shutil.copytree(untrained, tmp_path / "bare"))
    shutil.rmtree(bare / "training")
    with pytest.raises(TrainingError, match="name the corpus the model was trained on with --corpus FILE"):
        stored_texts(ModelFolder(bare).load(), 10, 0)
    with pytest.raises(ConfigurationError, match="it was read as plain, and so"):
        corpus_texts(model, corpus, "plain", 10, 0)
    of_all = replace(model, card=replace(model.card, corpus={**model.card.corpus, "split": None}))
    with pytest.raises(ConfigurationError, match="the model learned from all of this corpus, because it was given a"):
        corpus_texts(of_all, corpus, None, 10, 0)
    (tmp_path / "short.txt").write_text("JERRY: Hello.\n")
    with pytest.raises(TrainingError, match="too small"):
        corpus_texts(model, tmp_path / "short.txt", None, 10, 0)


DIALOGUES: list[list[Said]] = [
    [("Ann", f"what is number {k}"), ("Bob", f"{k} it is"), ("Ann", f"is it {k}"), ("Bob", f"yes it is {k}")]
    for k in range(20)
]
BY_BOB = [([text for _, text in turns[:place]], turns[place][1]) for turns in DIALOGUES for place in (1, 3)]
LEARNED, HELD_OUT = BY_BOB[:36], BY_BOB[36:]


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talks(tmp_path_factory.mktemp("talks") / "numbers.jsonl", DIALOGUES)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory, numbers: Path) -> Model:
    """Never trained: its weights are random."""
    return prepared(tmp_path_factory.mktemp("real") / "model", chat_task(numbers, Listening(replies_by="bob"))).load()


def expected(bot: Model, exchanges: Sequence[tuple[list[str], str]]) -> list[tuple[list[int], Text]]:
    encoder = DialogueEncoder(bot.tokenizer, 100)
    return sorted(
        (encoder.encode_context(turns), [*bot.tokenizer.encode(reply), LINE_END]) for turns, reply in exchanges
    )


def pairs(found: RealTexts) -> tuple[list[tuple[list[int], Text]], ...]:
    parts = (found.training_contexts, found.training), (found.held_out_contexts, found.held_out)
    return tuple(sorted((context.tolist(), text) for context, text in zip(*part, strict=True)) for part in parts)


def test_what_training_left_and_the_corpus_itself_hold_the_same_replies(bot: Model, numbers: Path) -> None:
    stored = stored_texts(bot, 1000, 0)
    read = corpus_texts(bot, numbers, None, 1000, 0)
    assert pairs(stored) == pairs(read) == (expected(bot, LEARNED), expected(bot, HELD_OUT))
    assert stored.corpus == read.corpus == Corpus(numbers, kind="dialogues").fingerprint


def test_of_replies_no_more_than_so_many_are_drawn_by_the_seed(bot: Model, numbers: Path) -> None:
    for first, again, other in (
        [stored_texts(bot, 3, seed).training for seed in (1, 1, 2)],
        [corpus_texts(bot, numbers, None, 3, seed).training for seed in (1, 1, 2)],
    ):
        assert len(first) == 3
        assert first == again != other


def test_contexts_come_again_where_there_are_too_few(bot: Model) -> None:
    found = stored_texts(bot, 1000, 0)
    contexts = found.contexts(5, 6)
    assert contexts[:5] == [context.tolist() for context in found.training_contexts[:5]]
    assert contexts[5:9] == [context.tolist() for context in found.held_out_contexts]
    assert contexts[9:] == contexts[5:7]


def test_of_other_dialogues_the_last_tenth_is_held_out(bot: Model, tmp_path: Path) -> None:
    others: list[list[Said]] = [[("Ann", f"say {k}"), ("Bob", f"{k}")] for k in range(20)]
    found = corpus_texts(bot, talks(tmp_path / "others.jsonl", others), None, 1000, 0)
    assert pairs(found)[1] == expected(bot, [(["say 18"], "18"), (["say 19"], "19")])


def test_replies_that_training_left_out_as_too_long_are_left_out(bot: Model, tmp_path: Path) -> None:
    others: list[list[Said]] = [[("Ann", f"say {k}"), ("Bob", "so " * 200 * (k == 3) + f"{k}")] for k in range(20)]
    found = corpus_texts(bot, talks(tmp_path / "long.jsonl", others), None, 1000, 0)
    assert (len(found.training), len(found.held_out)) == (17, 2)


def test_of_replies_what_is_missing_or_does_not_fit_is_told(bot: Model, numbers: Path, tmp_path: Path) -> None:
    bare = Path(shutil.copytree(bot.path, tmp_path / "bare"))
    shutil.rmtree(bare / "training")
    with pytest.raises(TrainingError, match="name the corpus the model was trained on with --corpus FILE"):
        stored_texts(Model(bare, bot.card, bot.tokenizer, bot.weights), 10, 0)
    one = talks(tmp_path / "one.jsonl", DIALOGUES[:1])
    with pytest.raises(TrainingError, match="there are fewer than two of them"):
        corpus_texts(bot, one, None, 10, 0)
    silent = talks(tmp_path / "silent.jsonl", [[("Ann", "hello"), ("Eve", "hello")]] * 20)
    with pytest.raises(TrainingError, match="the model learned what bob says, and bob says nothing in these dialogues"):
        corpus_texts(bot, silent, None, 10, 0)
    judged = talks(tmp_path / "judged.jsonl", DIALOGUES[:3])
    sources = chat_task(numbers, Listening(replies_by="bob"), validation=judged)
    with pytest.raises(ConfigurationError, match="name that one with --corpus, or leave --corpus out"):
        corpus_texts(prepared(tmp_path / "all", sources).load(), numbers, None, 10, 0)
