"""What tests of several rooms share: a small corpus, and model folders made from it."""

import random
from pathlib import Path
from typing import Any

import pytest

from textgen.artifact import ModelFolder
from textgen.config import Budget
from textgen.corpus.collection import ScriptCorpus
from textgen.training.preparation import Sources, make_plan, prepare
from textgen.training.sizing import ScriptChoice

TINY: dict[str, Any] = {
    "level": "character",
    "embedding": 16,
    "hidden": 24,
    "layers": 1,
    "streams": 8,
    "window": 16,
    "learning_rate": 0.02,
    "precision": "float32",
}
"""Options of a run that takes seconds."""

SPEAKERS = ("JERRY", "ELAINE", "GEORGE")
_SUBJECTS = ("the soup", "a ferry", "my coat", "the big salad", "nothing", "your kettle")
_VERBS = ("was", "isn't", "tastes like", "reminds me of", "is worth")


def corpus_text(scenes: int = 30, lines: int = 8, seed: int = 0) -> str:
    """A script with headings, directions, three speakers with labels and one without."""
    draw = random.Random(seed)
    parts = []
    for scene in range(scenes):
        parts.append(f"[Scene {scene + 1}: {draw.choice(_SUBJECTS)}]")
        for _ in range(lines):
            direction = "(smiling) " if draw.random() < 0.1 else ""
            speech = f"{draw.choice(_SUBJECTS)} {draw.choice(_VERBS)} {draw.choice(_SUBJECTS)}."
            parts.append(f"{draw.choice(SPEAKERS)}: {direction}{speech.capitalize()}")
    parts.insert(3, "KRAMER: Giddy up.")
    return "\n".join(parts) + "\n"


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A script of about 9,000 characters."""
    path = tmp_path_factory.mktemp("corpus") / "show.txt"
    path.write_text(corpus_text(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def untrained(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    """A model folder as it is before the first training step; made without TensorFlow. Not to be changed."""
    folder = ModelFolder(tmp_path_factory.mktemp("untrained") / "model")
    sources = Sources(ScriptCorpus(corpus), None)
    choice = ScriptChoice(level="character", embedding=16, hidden=24, layers=2, streams=4, window=16)
    plan = make_plan(sources, choice, Budget(steps=4), seed=0, start_from=None)
    prepare(folder, sources, plan, None, True, lambda text: None)
    return folder.path


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    """A model folder after a short run. Not to be changed."""
    import textgen

    folder = tmp_path_factory.mktemp("trained") / "model"
    textgen.train_script(corpus, folder, steps=150, quiet=True, **TINY)
    return folder
