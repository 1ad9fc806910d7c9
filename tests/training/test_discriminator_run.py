import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import textgen
from tests.conftest import corpus_text
from textgen.api import train_discriminator
from textgen.artifact import Model, ModelFolder
from textgen.config import Budget
from textgen.errors import ConfigurationError, TrainingError
from textgen.judging.judge import Judge
from textgen.judging.matching import Text
from textgen.judging.saved import SavedDiscriminator, discriminator_path
from textgen.training import discriminator_run as module
from textgen.training.discriminator_run import Samples, make_discriminator
from textgen.training.real_texts import RealTexts


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


def made(model: Model, count: int = 1000, seed: int = 0, **budget: Any) -> tuple[SavedDiscriminator, list[str]]:
    real = RealTexts(texts(2 * count, 1, (10, 11)), texts(count, 2, (10, 11)), "0f")
    samples = Samples(texts(count, 3, (11, 10)), texts(count, 4, (11, 10)), {"temperature": 0.8})
    told: list[str] = []
    return make_discriminator(model, real, samples, Budget(**(budget or {"epochs": 12})), seed, told.append), told


@pytest.mark.slow
def test_it_finds_what_tells_and_its_figures_are_those_of_texts_nobody_saw(untrained: Path) -> None:
    model = ModelFolder(untrained).load()
    saved, told = made(model)
    found = saved.metrics["accuracy"]
    assert found["discriminator"] == pytest.approx(0.9, abs=0.06)  # nobody can do better than 0.9
    assert found["ngrams"] > 0.8
    assert found["length"] == pytest.approx(0.5, abs=0.08)
    assert saved.metrics["calibration_error"] < 0.1
    assert 800 < saved.metrics["texts"] <= 1000 == saved.metrics["texts_natural"]
    assert sum(one["texts"] for one in saved.metrics["reliability"]) == saved.metrics["texts"]
    assert (saved.generator, saved.decoding, saved.corpus) == (model.card.metrics, {"temperature": 0.8}, "0f")
    assert any("best so far" in line for line in told)
    again, _ = made(model)
    other, _ = made(model, seed=1)
    assert all(np.array_equal(array, again.weights[name]) for name, array in saved.weights.items())
    assert not np.array_equal(saved.weights["embedding"], other.weights["embedding"])


def test_too_few_texts_are_refused(untrained: Path) -> None:
    with pytest.raises(
        TrainingError, match=r"only 2[0-9] real and generated lines of equal lengths in one of the parts"
    ):
        made(ModelFolder(untrained).load(), count=60)


@pytest.mark.slow
def test_from_a_model_to_a_judge_in_its_folder(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(trained, tmp_path / "model"))
    (tmp_path / "more.txt").write_text(corpus_text(scenes=200, seed=5), encoding="utf-8")
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    monkeypatch.setattr(module, "FEWEST", 10)
    saved = train_discriminator(folder, tmp_path / "more.txt", samples=600, steps=60, seed=3, temperature=1.0)
    assert saved.metrics["accuracy"]["discriminator"] > 0.9  # a short run writes badly
    assert saved.decoding["temperature"] == 1.0
    assert {path: path.read_bytes() for path in before} == before
    model = ModelFolder(folder).load()
    judge = Judge(folder, model.card, model.tokenizer)
    assert not judge.outdated
    writer = textgen.load(folder)
    assert isinstance(writer, textgen.ScriptWriter)
    real = writer.score(corpus_text(scenes=1, lines=20, seed=9)).reads_as_real
    written = writer.score(writer.write(lines=20, seed=9).text).reads_as_real
    assert real is not None and written is not None and real > 0.5 > written
    lines = capsys.readouterr().err
    assert "writing   600 lines (temperature 1.0, min_p 0.05)" in lines and "learning  from" in lines


def test_what_cannot_be_judged_leaves_the_folder_as_it_was(untrained: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="which writes the same text each time"):
        train_discriminator(untrained, quiet=True, temperature=0)
    with pytest.raises(ConfigurationError, match="but it is a chat model"):
        train_discriminator("smalltalk", quiet=True)
    with pytest.raises(ConfigurationError, match="give --samples a number above 0"):
        train_discriminator(untrained, quiet=True, samples=0)
    assert not discriminator_path(untrained).exists()
