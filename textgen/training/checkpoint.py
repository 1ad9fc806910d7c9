"""What resuming needs: the run's settings (run.json), and its state in one file that is replaced whole."""

import json
import math
import reprlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textgen.config import ChatTrainingConfig, ScriptTrainingConfig, TrainingConfig
from textgen.errors import TrainingError
from textgen.files import read_ordinary, replacing
from textgen.model_folder import CHECKSUM, FORMAT_VERSION, read_tensors, write_tensors
from textgen.stored_json import Migrations, decode, migrate, parse, unchanged

TRAINING_IDS, HELD_OUT_IDS, RUN = "training.npy", "held_out.npy", "run.json"

ADVERSARIAL = "adversarial"
"""Name of the folder of an adversarial run, inside the folder of the run before it."""

_FEWEST_HELD_OUT = 1000
"""Characters of held-out text below which the last weights are kept: a few sentences choose the best by chance. In a
chat of 59 pairs, three held-out replies chose the weights of the fifth step, before the other pairs were learned."""

_KINDS: dict[str, type[TrainingConfig]] = {"script": ScriptTrainingConfig, "chat": ChatTrainingConfig}

_MIGRATIONS: Migrations = {1: unchanged}
"""Migrations of run.json and of a checkpoint's position: version 1 had no number, and a checkpoint no checksum."""


@dataclass(frozen=True)
class Run:
    """What a run was started with, saved beside its checkpoint.

    Args:
        training: how to train.
        characters: of the training text and the held-out text, line ends included.
        tokens: scored tokens of the training text and the held-out text: all but START.
        threads: processors it began with; another number changes the order of sums, and so their last bits.
    """

    training: TrainingConfig
    characters: tuple[int, int]
    tokens: tuple[int, int]
    threads: int

    @property
    def kind(self) -> str:
        """The kind of model that is trained, `script` or `chat`."""
        return next(name for name, config in _KINDS.items() if isinstance(self.training, config))

    @property
    def held_out_decides(self) -> bool:
        """Whether there is enough held-out text to tell which weights are best."""
        return self.characters[1] >= _FEWEST_HELD_OUT

    @property
    def bits_per_nat(self) -> tuple[float, float]:
        """Factors from nats a token to bits a character, for training and held-out text."""
        training, held_out = (
            tokens / max(characters, 1) / math.log(2)
            for tokens, characters in zip(self.tokens, self.characters, strict=True)
        )
        return training, held_out

    def save(self, folder: Path) -> None:
        """Replaces the run's description in `folder`."""
        values = {"format_version": FORMAT_VERSION, "kind": self.kind, **asdict(self)}
        with replacing(folder / RUN) as file:
            file.write(json.dumps(values, indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> "Run":
        """Reads the run's description.

        Raises:
            TrainingError: it is missing, damaged or of a newer format version.
        """
        try:
            values = migrate(parse(read_ordinary(folder / RUN)), FORMAT_VERSION, _MIGRATIONS, unnumbered=1)
            kind = values.pop("kind", None)
            if not isinstance(kind, str) or kind not in _KINDS:
                raise ValueError(f"has the kind {reprlib.repr(kind)}, allowed are {' and '.join(_KINDS)}")
            return decode(cls, values, {"training": _KINDS[kind]})
        except (OSError, ValueError) as error:
            raise TrainingError(
                f"The run in {folder} cannot be resumed: {RUN} {error}; the model itself still works, and --from "
                "continues from it."
            ) from None


NAME = "checkpoint.safetensors"
"""The file of a checkpoint."""

_ADVICE = "the model itself still works; train again with --overwrite, or continue from the model with --from."


@dataclass
class Position:
    """Where a run stands.

    Args:
        step: steps done.
        seconds: of steps and validations so far.
        best: lowest held-out cross-entropy so far, nats a token, or the lowest rank if the task has its own; None
            before the first validation.
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
        """The array of this name and shape.

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
