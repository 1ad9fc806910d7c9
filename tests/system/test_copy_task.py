"""A text half of which follows from the other half: B says what A said."""

import random
from pathlib import Path

import numpy as np
import pytest

import textgen
from textgen.corpus.id_store import open_ids
from textgen.inference.language_model import LanguageModel, lay_out
from textgen.model_folder import ModelFolder
from textgen.training.checkpoint import HELD_OUT_IDS

LETTERS = "abcdef"


@pytest.fixture(scope="module")
def copier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model trained on pairs of lines such as `A: fca` and `B: fca`."""
    folder, draw = tmp_path_factory.mktemp("copy"), random.Random(0)
    words = ["".join(draw.choices(LETTERS, k=3)) for _ in range(4000)]
    (folder / "copy.txt").write_text("".join(f"A: {word}\nB: {word}\n" for word in words), encoding="utf-8")
    textgen.train_script(
        folder / "copy.txt",
        folder / "model",
        steps=1600,
        quiet=True,
        level="character",
        embedding=16,
        hidden=64,
        layers=1,
        streams=32,
        window=20,
        learning_rate=0.02,
        dropout=0.0,
        precision="float32",
    )
    return folder / "model"


@pytest.mark.slow
def test_what_is_determined_is_learned_and_what_is_random_is_not(copier: Path) -> None:
    model = ModelFolder(copier).load()
    network = LanguageModel(model.card.architecture, model.weights)
    laid = lay_out(open_ids(copier / "training" / HELD_OUT_IDS), lanes=1)
    scores = network.score(laid.inputs, laid.targets, laid.keep, network.initial_state())[0][:, 0]
    targets = laid.targets[:, 0]
    a, b = (model.tokenizer.label_id(name) for name in "AB")
    speaker = np.maximum.accumulate(np.where((targets == a) | (targets == b), np.arange(len(targets)), 0))
    copied = targets[speaker] == b  # the label, the letters and the line end of each line of B
    assert copied.sum() > 1500
    assert np.exp(-scores[copied].mean()) < 1.05
    invented = np.isin(targets, [model.tokenizer.encode(letter)[0] for letter in LETTERS]) & ~copied
    assert np.exp(-scores[invented].mean()) == pytest.approx(len(LETTERS), rel=0.1)


@pytest.mark.slow
def test_the_copy_is_written(copier: Path) -> None:
    writer, draw = textgen.load(copier), random.Random(1)
    words = ["".join(draw.choices(LETTERS, k=3)) for _ in range(30)]
    before = "".join(f"{name}: {word}\n" for word in words[:3] for name in "AB")
    texts = [writer.write(f"{before}A: {word}\nB:", lines=1, temperature=0).text for word in words]
    right = sum(text == f"{before}A: {word}\nB: {word}\n" for word, text in zip(words, texts, strict=True))
    assert right >= 28
    script = writer.write(before, lines=40, seed=3, temperature=0.5)
    pairs = list(zip(script.lines[:-1], script.lines[1:], strict=True))
    echoes = [one.text == other.text for one, other in pairs if (one.speaker, other.speaker) == ("A", "B")]
    assert len(echoes) >= 15
    assert np.mean(echoes) > 0.9
