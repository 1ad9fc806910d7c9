"""From real texts and a generator to a discriminator in its folder, and how it learns."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import textgen
from tests.conftest import corpus_text, dialogues_text
from tests.generation.small import saved_model
from textgen.api import train_discriminator
from textgen.config import Budget, DiscriminatorConfig, TrainingConfig
from textgen.discriminator import voices
from textgen.discriminator.calibration import cross_entropy
from textgen.discriminator.file import SavedDiscriminator, discriminator_path
from textgen.discriminator.metrics import Examples, Text
from textgen.discriminator.scorer import Scorer
from textgen.errors import ConfigurationError, TrainingError
from textgen.inference.discriminator import Discriminator
from textgen.model_folder import Model, ModelFolder
from textgen.models.discriminator import KerasDiscriminator
from textgen.training import discriminator_task as module
from textgen.training.discriminator_task import DiscriminatorStep, DiscriminatorTask, TextBatches, make_discriminator
from textgen.training.matching_task import MatchingTask
from textgen.training.prepare import initial_weights
from textgen.training.real_texts import RealTexts
from textgen.training.step import exported


def texts(count: int, seed: int, order: tuple[int, int]) -> list[Text]:
    """Texts of nothing in particular, nine in ten with two tokens in an order that tells what they are."""
    random = np.random.default_rng(seed)
    found = []
    for _ in range(count):
        text = random.integers(20, 60, random.integers(3, 8)).tolist()
        place = int(random.integers(len(text)))
        first, second = order if random.random() < 0.9 else order[::-1]
        found.append([*text[:place], first, second, *text[place:]])
    return found


def task_of(model: Model, real: RealTexts, samples: int, seed: int = 0) -> DiscriminatorTask:
    """A task whose generator puts two tokens in the other order."""
    learned, unseen = module.parts_of(samples)
    written = [*texts(learned, 3, (11, 10)), *texts(unseen, 4, (11, 10))]
    return DiscriminatorTask(model, samples, lambda real, note: written, {"temperature": 0.8}, seed)


def made(
    model: Model, monkeypatch: pytest.MonkeyPatch, count: int = 1000, seed: int = 0, **budget: Any
) -> tuple[SavedDiscriminator, list[str]]:
    real = RealTexts(texts(2 * count, 1, (10, 11)), texts(count, 2, (10, 11)), "0f")
    monkeypatch.setattr(module, "stored_texts", lambda *about: real)
    monkeypatch.setattr(module, "parts_of", lambda samples: (samples // 2, samples // 2))
    told: list[str] = []
    task = task_of(model, real, 2 * count, seed)
    return make_discriminator(task, Budget(**(budget or {"epochs": 12})), told.append), told


@pytest.mark.slow
def test_it_finds_what_tells_and_its_figures_are_those_of_texts_nobody_saw(
    untrained: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ModelFolder(untrained).load()
    saved, told = made(model, monkeypatch)
    found = saved.metrics["accuracy"]
    assert found["discriminator"] == pytest.approx(0.9, abs=0.06)  # nobody can do better than 0.9
    assert found["ngrams"] > 0.8
    assert found["length"] == pytest.approx(0.5, abs=0.08)
    assert saved.metrics["calibration_error"] < 0.1
    assert 800 < saved.metrics["texts"] <= 1000 == saved.metrics["texts_natural"]
    assert sum(one["texts"] for one in saved.metrics["reliability"]) == saved.metrics["texts"]
    assert "voices" not in saved.metrics and saved.architecture.voices == 0
    assert (saved.generator, saved.decoding, saved.corpus) == (model.card.metrics, {"temperature": 0.8}, "0f")
    assert any("best so far" in line for line in told)
    again, _ = made(model, monkeypatch)
    other, _ = made(model, monkeypatch, seed=1)
    assert all(np.array_equal(array, again.weights[name]) for name, array in saved.weights.items())
    assert not np.array_equal(saved.weights["embedding"], other.weights["embedding"])


def test_too_few_texts_are_refused(untrained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(
        TrainingError, match=r"only 4[0-9] real and generated lines of equal lengths in one of the parts"
    ):
        made(ModelFolder(untrained).load(), monkeypatch, count=100)


@pytest.mark.slow
def test_from_a_model_to_a_judge_in_its_folder(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(trained, tmp_path / "model"))
    (tmp_path / "more.txt").write_text(corpus_text(scenes=200, seed=5), encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    monkeypatch.setattr(module, "FEWEST", 10)
    monkeypatch.setattr(voices, "FEWEST_LINES", 50)
    saved = train_discriminator(folder, tmp_path / "more.txt", samples=600, steps=60, seed=3, temperature=1.0)
    assert saved.metrics["accuracy"]["discriminator"] > 0.9  # a short run writes badly
    assert saved.decoding["temperature"] == 1.0
    assert {path: path.read_bytes() for path in before} == before
    model = ModelFolder(folder).load()
    judge = Scorer(folder, model.card, model.tokenizer)
    assert judge.warning is None
    writer = textgen.load(folder)
    assert isinstance(writer, textgen.ScriptWriter)
    real = writer.score(corpus_text(scenes=1, lines=20, seed=9)).reads_as_real
    written = writer.score(writer.write(lines=20, seed=9).text).reads_as_real
    assert real is not None and written is not None and real > 0.5 > written
    assert "voices" in saved.metrics and saved.architecture.voices == 4
    assert all(one.sounds_like is not None for one in writer.score("JERRY: The soup.").lines)
    lines = capsys.readouterr().err
    assert "writing   600 lines (temperature 1.0, min_p 0.05)" in lines and "learning  from" in lines


@pytest.mark.slow
def test_from_a_chat_model_to_a_judge_among_its_candidates(
    chat_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(chat_model, tmp_path / "bot"))
    (tmp_path / "more.jsonl").write_text(dialogues_text(900, seed=5), encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    monkeypatch.setattr(module, "FEWEST", 10)
    saved = train_discriminator(folder, tmp_path / "more.jsonl", samples=1500, steps=150, seed=3, temperature=1.5)
    assert saved.metrics["accuracy"]["discriminator"] > 0.8  # so hot a bot mixes up its words
    assert (saved.decoding["temperature"], saved.decoding["max_new_tokens"]) == (1.5, 60)
    assert {path: path.read_bytes() for path in before} == before
    lines = capsys.readouterr().err
    assert "writing   1,500 replies to real messages (temperature 1.5" in lines and "half of them real" in lines
    bot = textgen.load(folder)
    assert isinstance(bot, textgen.Chatbot)
    real, mixed_up = bot.score("the soup is green.\nsoup the green is.").lines
    assert real.reads_as_real > 0.5 > mixed_up.reads_as_real
    asked = "hello, what colour is the soup?"
    fits, other = bot.score("the soup is green.\nthe door is red.", asked).lines
    assert fits.reads_as_real > 0.5 > other.reads_as_real
    assert set(saved.metrics["with_message"]["accuracy"]) == {"own", "others", "changed"}
    bot.set(temperature=1.5, seed=1)
    bot.reply("what colour is the soup?")
    found = bot.candidates()
    assert len(found) > 1
    assert all((one.realness > 0) == ((one.reply.reads_as_real or 0) > 0.5) for one in found)


def test_too_few_texts_are_refused_before_anything_is_written(untrained: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enough = RealTexts([[1]] * 50, [[1]] * 100, None)
    model = ModelFolder(untrained).load()

    def read(real: RealTexts, samples: int) -> None:
        monkeypatch.setattr(module, "stored_texts", lambda *about: real)
        task_of(model, real, samples).read(print)

    read(enough, 300)
    for real, samples, sentence in (
        (
            replace(enough, training=[[1]] * 49),
            300,
            "only 49 real lines to learn from, and 50 are needed: give more text",
        ),
        (
            replace(enough, held_out=[[1]] * 99),
            300,
            "only 99 real lines to be judged by, and 100 are needed: give more",
        ),
        (enough, 297, "only 99 generated lines to be judged by, and 100 are needed: give --samples a larger number"),
        (enough, 0, "only 0 generated lines to learn from, and 50 are needed: give --samples"),
    ):
        with pytest.raises(TrainingError, match=sentence):
            read(real, samples)


def test_what_cannot_be_judged_is_told_at_once_and_leaves_the_folder_as_it_was(
    untrained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bot = saved_model(tmp_path / "bot")
    with pytest.raises(ConfigurationError, match="which writes the same text each time"):
        train_discriminator(untrained, temperature=0)
    with pytest.raises(ConfigurationError, match="which writes the same text each time"):
        train_discriminator(bot, temperature=0)
    with pytest.raises(ConfigurationError, match="seed is -1"):
        train_discriminator(untrained, seed=-1)
    with pytest.raises(ConfigurationError, match=r"The format colon was given without a corpus, but .* --corpus, or"):
        train_discriminator(untrained, format="colon")
    with pytest.raises(TrainingError, match=r"only \d+ real lines to be judged by"):
        train_discriminator(untrained)
    with pytest.raises(TrainingError, match="name the corpus the model was trained on with --corpus FILE"):
        train_discriminator(bot)
    with pytest.raises(
        ConfigurationError,
        match=r"it lies in the installed package.*cp -r .* my_smalltalk  and name the copy, and",
    ):
        train_discriminator("smalltalk")
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with pytest.raises(ConfigurationError, match=r"bot, but it may not be written to: copy the folder"):
        train_discriminator(bot)
    assert "written" not in capsys.readouterr().err
    assert not discriminator_path(untrained).exists() and not discriminator_path(bot).exists()


CONFIG = DiscriminatorConfig(30, embedding=8, widths=(1, 2), filters=8)


def examples(texts: int = 40) -> Examples:
    """Real ones have a 7 before an 8, generated ones an 8 before a 7: only spans of two tell."""
    random = np.random.default_rng(0)
    real = np.arange(texts) % 2 == 0
    found = []
    for is_real in real:
        text = random.integers(9, 30, random.integers(2, 9)).tolist()
        place = int(random.integers(len(text) + 1))
        found.append([*text[:place], *((7, 8) if is_real else (8, 7)), *text[place:]])
    return Examples(found, real)


def test_an_epoch_sees_each_text_once_in_an_order_of_its_own() -> None:
    batches = TextBatches(examples(), 8, seed=1)
    assert batches.steps_per_epoch == 5
    orders = []
    for epoch in range(2):
        seen = []
        for step in range(5 * epoch, 5 * epoch + 5):
            ids, lengths, real = batches.batch(step)
            seen += [tuple(row[:n].tolist()) for row, n in zip(ids, lengths, strict=True)]
            assert (ids.shape[1], real.dtype) == (lengths.max(), np.float32)
            for row, is_real in zip(ids.tolist(), real, strict=True):
                assert (row.index(7) < row.index(8)) == bool(is_real)
        assert sorted(seen) == sorted(map(tuple, examples().texts))
        orders.append(seen)
    assert orders[0] != orders[1]
    again = TextBatches(examples(), 8, seed=1).batch(7)
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(again, batches.batch(7), strict=True))


def network() -> KerasDiscriminator:
    model = KerasDiscriminator(CONFIG)
    for name, array in initial_weights(CONFIG, 0).items():
        model.named_weights()[name].assign(array)
    return model


@pytest.mark.slow
def test_the_loss_is_the_cross_entropy_of_the_numpy_pass() -> None:
    data, model = examples(), network()
    kernel = model.named_weights()["output/kernel"]  # zero at the beginning, when every judgement is the same
    kernel.assign(np.random.default_rng(0).normal(0, 1, kernel.shape))
    expected = cross_entropy(Discriminator(CONFIG, exported(model)).logits(data.texts), data.real)
    step = DiscriminatorStep(model, TrainingConfig(Budget(steps=1), dropout=0.0))
    loss, state = step(TextBatches(data, 40, 0).batch(0), [], 0, 0.0)
    assert abs(loss - expected) < 1e-4
    assert state == []
    dropped, _ = DiscriminatorStep(model, TrainingConfig(Budget(steps=1), dropout=0.5))(
        TextBatches(data, 40, 0).batch(0), [], 0, 0.0
    )
    assert abs(dropped - expected) > 1e-3


@pytest.mark.slow
def test_it_learns_what_only_the_order_tells() -> None:
    data, model = examples(), network()
    step, batches = DiscriminatorStep(model, TrainingConfig(Budget(steps=150), dropout=0.2)), TextBatches(data, 20, 0)
    for number in range(150):
        step(batches.batch(number), [], number, 0.02)
    logits = Discriminator(CONFIG, exported(model)).logits(data.texts)
    assert ((logits > 0) == data.real).all()


@pytest.mark.parametrize(("turns", "kind"), [(0, DiscriminatorTask), (3, MatchingTask)])
def test_replies_of_a_bot_that_ignores_messages_are_judged_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turns: int, kind: type[DiscriminatorTask]
) -> None:
    kinds = list[type]()

    def keep(task: DiscriminatorTask, *about: object) -> None:
        kinds.append(type(task))
        raise InterruptedError

    monkeypatch.setattr(module, "make_discriminator", keep)
    with pytest.raises(InterruptedError):
        train_discriminator(saved_model(tmp_path / "bot", turns=turns), quiet=True)
    assert kinds == [kind]
