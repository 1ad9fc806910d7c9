"""From a trained model to the folder that ships: small, complete, and without the texts it learned from."""

import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textgen.errors import TrainingError
from textgen.model_folder import Model, ModelFolder

MOST_BYTES = 16_000_000
"""Of all files together."""

_RECOGNISABLE = 6
"""Words from which on a turn, found in a file of the folder, can only come from the dialogues."""


def ship(trained: Model, documents: Mapping[str, str], turns: Iterable[str], out: Path) -> int:
    """Write the folder, check it, and put it in the place of the one that is there.

    The index of word sequences (`novelty.bin`) does not come along: it is as large as the weights.

    Args:
        trained: the model with its best weights.
        documents: texts for people by the names of their files, such as README.md.
        turns: what it learned from, none of which may stand in the folder.
        out: the folder.

    Returns:
        the bytes of all its files.

    Raises:
        TrainingError: it is too large, or holds text of the dialogues; the old folder stays.
    """
    beside = out.with_name(f".{out.name}.new")
    shutil.rmtree(beside, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = ModelFolder(beside)
    folder.create(trained.card, trained.tokenizer, {name: _halved(array) for name, array in trained.weights.items()})
    shutil.rmtree(folder.training)
    for name, text in documents.items():
        (beside / name).write_text(text, encoding="utf-8")
    folder.load()
    size = _check(beside, turns)
    _swap(beside, out)
    return size


def _halved(array: NDArray[np.floating]) -> NDArray[np.float16]:
    """Weights in float16, the nearest finite ones."""
    limit = np.finfo(np.float16).max
    halved: NDArray[np.float16] = np.clip(array, -limit, limit).astype(np.float16)
    return halved


def _check(folder: Path, turns: Iterable[str]) -> int:
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    total = sum(sizes.values())
    if total > MOST_BYTES:
        parts = ", ".join(f"{name} {size:,}" for name, size in sizes.items())
        raise TrainingError(
            f"The model that ships may have {MOST_BYTES:,} bytes, but {folder} has {total:,} ({parts}): make it "
            "narrower (MODEL in the script that trains it)."
        )
    text = "\n".join(path.read_text(encoding="utf-8") for path in folder.iterdir() if path.suffix in (".json", ".md"))
    found = next((turn for turn in turns if len(turn.split()) >= _RECOGNISABLE and turn in text), None)
    if found is not None:
        raise TrainingError(
            f"The folder of the model that ships may hold no text of the dialogues, but in {folder} stands {found!r}: "
            "see which file holds it, and leave it out there."
        )
    return total


def _swap(new: Path, out: Path) -> None:
    old = out.with_name(f".{out.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if out.exists():
        out.rename(old)
    new.rename(out)
    shutil.rmtree(old, ignore_errors=True)
