"""What tests of several rooms share: small corpora, and model folders made from them."""

import gc
import json
import os
import random
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from hypothesis import settings

from textgen.config import Budget

# As the command line sets it on two cores: tests run in two processes, and threads of one operation get in each other's
# way there. Set before TensorFlow is imported, and for programs that tests start; what a person has set stands.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

settings.register_profile("default", max_examples=40, deadline=None)
settings.register_profile("thorough", max_examples=500, deadline=None)  # pytest --hypothesis-profile thorough
settings.load_profile("default")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, Any, Any]:
    """What is imported before the first test stays: the collector of garbage need not look through it ever again."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def nothing_waits_for_the_disk() -> Iterator[None]:
    """Nothing that is written here must outlive a power cut; tests of what `fsync` does put their own in its place."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda descriptor: None)
        yield


@pytest.fixture
def interrupted_after_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C comes at the moment when a folder has been made (`tmp_path` is there already)."""
    make = os.mkdir

    def interrupted(*arguments: Any, **options: Any) -> None:
        make(*arguments, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "mkdir", interrupted)


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

TINY_CHAT: dict[str, Any] = {
    "level": "word",
    "embedding": 16,
    "hidden": 24,
    "batch": 16,
    "dropout": 0.0,
    "learning_rate": 0.03,
    "precision": "float32",
}
"""The same for a chatbot."""

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
    """A model folder as it is before the first training step, with the metrics of a validation. Not to be changed."""
    from tests.training.tasks import prepared, script_task
    from textgen.model_folder import ModelFolder
    from textgen.training.sizing import ScriptChoice

    choice = ScriptChoice(level="character", embedding=16, hidden=24, layers=2, streams=4, window=16)
    task = script_task(corpus, choice)
    path = prepared(tmp_path_factory.mktemp("untrained") / "model", task, budget=Budget(steps=4)).path
    ModelFolder(path).save_metrics({"bits_per_character": 8.0, "step": 0})
    return path


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """A model folder that is made by one of the processes that run tests, and used by all."""
    base = factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    folder = shared / name / "model"
    with FileLock(shared / f"{name}.lock"):
        if not folder.exists():
            make(folder)
    return folder


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    """A model folder after a short run. Not to be changed."""
    import textgen

    def train(folder: Path) -> None:
        textgen.train_script(corpus, folder, steps=150, quiet=True, **TINY)

    return made_once(tmp_path_factory, "trained", train)


_COLOURS = {"soup": "green", "ferry": "red", "coat": "blue", "kettle": "black", "salad": "white", "moon": "yellow"}
_OPENINGS = ("hello!", "well,", "tell me,", "listen:", "one more thing:")


def dialogues_text(dialogues: int = 60, seed: int = 0) -> str:
    """Dialogues in which Ann asks what colour things are, and Bob knows: the context tells the reply."""
    draw = random.Random(seed)
    lines = []
    for _ in range(dialogues):
        turns = []
        for thing in draw.sample(list(_COLOURS), 2):
            turns.append({"speaker": "Ann", "text": f"{draw.choice(_OPENINGS)} what colour is the {thing}?"})
            turns.append({"speaker": "Bob", "text": f"the {thing} is {_COLOURS[thing]}."})
        lines.append(json.dumps({"turns": turns}))
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="session")
def dialogues(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of 60 dialogues of four turns."""
    path = tmp_path_factory.mktemp("dialogues") / "talks.jsonl"
    path.write_text(dialogues_text(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def chat_model(tmp_path_factory: pytest.TempPathFactory, dialogues: Path) -> Path:
    """The folder of a chatbot that learned Bob's part in a short run. Not to be changed."""
    import textgen

    def train(folder: Path) -> None:
        textgen.train_chat(dialogues, folder, replies_by="bob", steps=100, quiet=True, **TINY_CHAT)

    return made_once(tmp_path_factory, "chat", train)
