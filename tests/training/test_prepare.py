"""A model folder before its first step: where it is built, what is told, its first weights; whole, or not at all."""

from pathlib import Path

import numpy as np
import pytest

from tests.training.tasks import chat_task, prepared, script_task, talks
from textgen.config import Budget, DiscriminatorConfig, EncoderDecoderConfig, ModelConfig
from textgen.corpus.collection import Corpus
from textgen.corpus.survey import survey
from textgen.corpus.survey import survey_dialogues as survey_dialogues
from textgen.errors import ConfigurationError
from textgen.inference.discriminator import Discriminator
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.inference.language_model import LanguageModel, score_ids
from textgen.inference.weights import check_weights
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import END, START
from textgen.training.chat_task import Listening
from textgen.training.checkpoint import Run
from textgen.training.prepare import (
    describe_corpus,
    describe_plan,
    describe_smaller,
    initial_weights,
    learn_vocabulary,
    versions,
)
from textgen.training.run import ModelTask
from textgen.training.sizing import ChatChoice, RunEstimate, ScriptChoice


def test_a_run_that_cannot_be_prepared_leaves_nothing_behind(
    tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("textgen.training.prepare.initial_weights", fail)
    with pytest.raises(KeyboardInterrupt):
        prepared(tmp_path / "model", script_task(corpus))
    assert list(tmp_path.iterdir()) == []


def test_characters_that_are_to_be_cut_into_words_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="The character level knows no words, but words='whitespace' was"):
        learn_vocabulary(ScriptChoice(level="character", words="whitespace"), 1000, ["a b"], [])
    assert learn_vocabulary(ScriptChoice(level="character"), 1000, ["a b"], []).level == "character"


def test_versions_are_of_what_trains() -> None:
    assert set(versions()) == {"textgen", "tensorflow", "keras", "numpy"}
    assert all(version[0].isdigit() for version in versions().values())


GUESS = RunEstimate(1234.5, 6.7, 8.9, 4321, 10**9)


def test_what_was_read_and_repaired_is_told(tmp_path: Path) -> None:
    path = tmp_path / "show.txt"
    path.write_bytes("JERRY: Hello.\r\nELAINE: It\u2019s you.\n".encode() * 30)
    corpus = Corpus(path)
    lines = list(describe_corpus(corpus, survey(corpus)))
    assert lines[0].startswith(f"corpus    {path}: colon, because ")
    assert "60 lines, 2 speakers, 1 scene," in lines[1]
    assert any(line.startswith("repaired  ") for line in lines[2:])


def test_many_files_are_counted_not_listed(tmp_path: Path) -> None:
    for number in range(9):
        (tmp_path / f"{number}.txt").write_text("JERRY: Hello.\nELAINE: Hello.\n" * 10, encoding="utf-8")
    corpus = Corpus(tmp_path)
    lines = list(describe_corpus(corpus, survey(corpus)))
    assert sum(line.startswith("corpus") for line in lines) == 5
    assert "          and 4 more files" in lines


def told_plan(task: ModelTask, budget: Budget, folder: Path) -> str:
    """What is told of a plan before it is settled."""
    run = Run.load(prepared(folder, task).training)
    return "\n".join(describe_plan(task.plan(budget, None), run, GUESS))


def test_the_plan_is_told(corpus: Path, tmp_path: Path) -> None:
    choice = ScriptChoice(level="character", embedding=16, hidden=24, layers=2)
    text = told_plan(script_task(corpus, choice), Budget(epochs=3), tmp_path / "model")
    for part in ("character level", "(3 of them speakers)", "2 x 24 LSTM", "3 epochs", "GB of memory"):
        assert part in text, part
    assert "softmax" not in text


def test_that_one_long_talk_has_nothing_held_out_is_told(tmp_path: Path) -> None:
    path = talks(tmp_path / "talk.jsonl", [[f"line {k} of the talk" for k in range(40)]])
    text = told_plan(chat_task(path), Budget(steps=5), tmp_path / "model")
    assert "held out  nothing, because the corpus is in one piece: the score is that of training" in text
    assert "--validation FILE" in text and "of 0 characters" not in text


def test_that_the_softmax_is_sampled_is_told(corpus: Path, tmp_path: Path) -> None:
    choice = ScriptChoice(level="word", embedding=16, hidden=24, layers=1, sampled_words=7)
    text = told_plan(script_task(corpus, choice), Budget(epochs=3), tmp_path / "model")
    words = len(ModelFolder(tmp_path / "model").load().tokenizer.ranked_ids())
    assert f"softmax   over 7 of {words} words in each step, so the training score is an estimate" in text


def test_dialogues_and_what_was_changed_in_them_are_told(tmp_path: Path) -> None:
    path = talks(tmp_path / "talk.jsonl", [[f"don ' t you , {k} ?", f"oh , i ' m {k} ."] for k in range(6)] + [["hm"]])
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    task, lines = chat_task(path), list[str]()
    task.read(lines.append)
    assert lines[0].startswith(f"corpus    {path}: turns-jsonl, because ")
    assert "7 dialogues, 6 exchanges" in lines[1]
    assert any("left out 1 x dialogue in which at most one turn is not empty" in line for line in lines)
    assert "          put back into normal writing (--spacing as-is leaves it alone)" in lines
    assert lines[-1].startswith("repaired  ") and lines[-1].endswith(" in talk.jsonl")
    as_is = chat_task(path, Listening(spacing="as-is"))
    lines.clear()
    as_is.read(lines.append)
    assert lines and not any("normal writing" in line for line in lines)


def test_two_files_of_one_corpus_are_told_together(tmp_path: Path) -> None:
    for name in ("prompts", "replies"):
        (tmp_path / f"{name}.txt").write_text("".join(f"one of the {name}, {k}\n" for k in range(8)))
    corpus = Corpus([tmp_path / "prompts.txt", tmp_path / "replies.txt"], kind="dialogues")
    first = next(describe_corpus(corpus, survey_dialogues(corpus, 3, None)))
    assert first.startswith(f"corpus    {tmp_path}/prompts.txt and {tmp_path}/replies.txt: aligned, because ")


def test_many_files_of_dialogues_are_counted_not_listed(tmp_path: Path) -> None:
    for number in range(9):
        talks(tmp_path / f"{number}.jsonl", [[f"hello {number}", f"hello to you, {number}"]])
    lines: list[str] = []
    chat_task(tmp_path).read(lines.append)
    assert sum(line.startswith("corpus") for line in lines) == 5
    assert "          and 4 more files" in lines


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0.05, "a few seconds"), (0.7, "0.7 minutes"), (1.0, "1 minute"), (1.46, "1.5 minutes"), (19.6, "20 minutes")],
)
def test_minutes_are_told_as_finely_as_they_are_given(minutes: float, told: str) -> None:
    assert f" in {told} here" in describe_smaller("medium", GUESS._replace(minutes=minutes))


def test_the_plan_of_a_chatbot_is_told(tmp_path: Path, dialogues: Path) -> None:
    for attention in (True, False):
        choice = ChatChoice(level="word", embedding=8, hidden=12, layers=2, dropout=0.25, attention=attention)
        folder = tmp_path / str(attention)
        text = told_plan(chat_task(dialogues, choice=choice), Budget(steps=3), folder)
        run, vocabulary = Run.load(folder / "training"), ModelFolder(folder).load().tokenizer.vocabulary_size
        parts = ["word level", f"{vocabulary:,} tokens in the vocabulary, ", "2 x 12 LSTM"]
        parts += ["dropout 0.25", "the model will mostly recite", f"replies of {run.characters[1]:,} characters"]
        parts += ["too few to choose the best weights by, so the last ones are kept"]
        parts += ["3 steps", "about 1,234 tokens of replies a second here, 8.9 epochs in 6.7 minutes"]
        for part in parts:
            assert part in text, part
        assert (", attention" in text) is attention


@pytest.mark.parametrize("tied", [False, True])
def test_first_weights_fit_the_architecture_and_depend_on_the_seed_alone(tied: bool) -> None:
    config = ModelConfig(300, embedding=20, hidden=25, layers=2, tied=tied)
    weights, again, other = (initial_weights(config, seed) for seed in (3, 3, 4))
    check_weights(config, weights)
    assert all(array.dtype == np.float32 for array in weights.values())
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    assert not np.array_equal(weights["embedding"], other["embedding"])
    assert not np.array_equal(weights["lstm_0/recurrent_kernel"], weights["lstm_1/recurrent_kernel"])


def test_only_the_forget_gates_are_biased() -> None:
    weights = initial_weights(ModelConfig(300, embedding=20, hidden=25, layers=1, tied=False), 0)
    assert weights["lstm_0/bias"].tolist() == [0.0] * 25 + [1.0] * 25 + [0.0] * 50
    assert not weights["output/bias"].any()


@pytest.mark.slow
@pytest.mark.parametrize("tied", [False, True])
def test_a_fresh_model_is_nearly_indifferent(tied: bool) -> None:
    config = ModelConfig(300, embedding=48, hidden=64, layers=2, tied=tied)
    ids = np.random.default_rng(0).integers(8, 300, 500)
    nats, tokens = score_ids(LanguageModel(config, initial_weights(config, 0)), ids)
    assert nats / tokens == pytest.approx(np.log(300), abs=0.5)


@pytest.mark.parametrize("attention", [True, False])
def test_first_weights_of_an_encoder_decoder(attention: bool) -> None:
    config = EncoderDecoderConfig(300, embedding=20, hidden=24, layers=2, attention=attention)
    weights, again, other = (initial_weights(config, seed) for seed in (3, 3, 4))
    check_weights(config, weights)
    assert all(np.array_equal(weights[name], again[name]) for name in weights)
    assert not np.array_equal(weights["encoder_0/forward/kernel"], other["encoder_0/forward/kernel"])
    assert not np.array_equal(weights["encoder_0/forward/kernel"], weights["encoder_0/backward/kernel"])
    assert weights["encoder_1/backward/bias"].tolist() == [0.0] * 12 + [1.0] * 12 + [0.0] * 24
    assert not weights["output/bias"].any()
    for name in ("encoder_0/backward", "decoder_1"):
        for gate in np.split(weights[f"{name}/recurrent_kernel"], 4, axis=1):
            assert np.allclose(gate @ gate.T, np.eye(len(gate)), atol=1e-5), name


@pytest.mark.parametrize("attention", [True, False])
def test_a_fresh_encoder_decoder_is_nearly_indifferent(attention: bool) -> None:
    config = EncoderDecoderConfig(300, embedding=48, hidden=64, layers=2, attention=attention)
    random, network = np.random.default_rng(0), EncoderDecoder(config, initial_weights(config, 0))
    contexts = [[START, *random.integers(8, 300, 20)] for _ in range(16)]
    replies = [[START, *random.integers(8, 300, 20), END] for _ in range(16)]
    assert -np.concatenate(network.score(contexts, replies)).mean() == pytest.approx(np.log(300), abs=0.6)


def test_first_weights_of_a_discriminator() -> None:
    config = DiscriminatorConfig(300, embedding=16, widths=(2, 4), filters=50, speakers=3)
    weights, other = (initial_weights(config, seed) for seed in (3, 4))
    check_weights(config, weights)
    assert not np.array_equal(weights["embedding"], other["embedding"])
    assert not any(weights[name].any() for name in ("convolution_2/bias", "output/kernel", "output/bias", "speakers"))
    assert weights["convolution_4/kernel"].std() == pytest.approx(64**-0.5, rel=0.1)
    texts = [np.random.default_rng(0).integers(8, 300, 20).tolist() for _ in range(50)]
    assert not Discriminator(config, weights).logits(texts, [0] * 50).any()
