"""The state in the middle of a run, in one file that is replaced whole."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textgen.errors import TrainingError
from textgen.model_folder import FORMAT_VERSION
from textgen.stored_json import Migrations, decode, migrate, parse, unchanged
from textgen.stored_tensors import CHECKSUM, read_tensors, write_tensors

NAME = "checkpoint.safetensors"

_MIGRATIONS: Migrations = {1: unchanged}
"""Of the position: version 1 had no number, and its file no checksum."""

_ADVICE = "the model itself still works; train again with --overwrite, or continue from the model with --from."


@dataclass
class Position:
    """Where a run stands.

    Args:
        step: steps done.
        seconds: of steps and validations so far.
        best: lowest held-out cross-entropy so far, nats a token, or lowest rank where something else ranks; None before
            the first validation.
        best_step: the step it was measured after.
        validated_seconds: what `seconds` was after the last validation.
        stale: validations since the best.
        train_nats: sum of the training losses since the last validation.
        train_steps: how many losses that sum holds.
    """

    step: int = 0
    seconds: float = 0.0
    best: float | None = None
    best_step: int = 0
    validated_seconds: float = 0.0
    stale: int = 0
    train_nats: float = 0.0
    train_steps: int = 0

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if name != "best" and not 0 <= value < math.inf:
                raise ValueError(f"{name} is {value!r}; it must be a number of at least 0")


@dataclass
class Checkpoint:
    """All that a run needs to go on as if it had never stopped.

    Args:
        position: where the run stands.
        arrays: weights, moments and carried state by name.
    """

    position: Position
    arrays: dict[str, NDArray[np.floating]]

    def save(self, folder: Path) -> None:
        """Replaces the checkpoint in `folder`."""
        position = json.dumps({"format_version": FORMAT_VERSION, **asdict(self.position)})
        write_tensors(folder / NAME, self.arrays, {"position": position})

    @classmethod
    def load(cls, folder: Path) -> "Checkpoint":
        """Reads the checkpoint of `folder`.

        Raises:
            TrainingError: the file is missing, damaged or of a newer format version.
        """
        path = folder / NAME
        try:
            arrays, metadata = read_tensors(path)
            stored = parse(metadata.get("position", "").encode())
            if "format_version" in stored and CHECKSUM not in metadata:
                raise ValueError("has lost its checksum")
            return cls(decode(Position, migrate(stored, FORMAT_VERSION, _MIGRATIONS, unnumbered=1)), arrays)
        except (OSError, ValueError) as error:
            raise TrainingError(f"The checkpoint {path} {error}: {_ADVICE}") from None

    def array(self, name: str, shape: Iterable[int]) -> NDArray[np.floating]:
        """An array that the run has, too.

        Raises:
            TrainingError: there is none of this name and shape.
        """
        found = self.arrays.get(name)
        if found is None or found.shape != tuple(shape):
            there = "is missing" if found is None else f"has the shape {found.shape}"
            raise TrainingError(f"In the checkpoint {name} {there}, but the run needs {tuple(shape)}: {_ADVICE}")
        return found


def checkpoint_exists(folder: Path) -> bool:
    """Whether a run left a checkpoint in `folder`."""
    return (folder / NAME).is_file()
