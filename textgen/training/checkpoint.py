"""The state in the middle of a run, in one file that is replaced whole."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from textgen.errors import TrainingError
from textgen.files import replacing

NAME = "checkpoint.safetensors"


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
        metadata = {"position": json.dumps(asdict(self.position))}
        arrays = {name: np.ascontiguousarray(array) for name, array in self.arrays.items()}
        with replacing(folder / NAME) as file:
            file.write(save(arrays, metadata=metadata))

    @classmethod
    def load(cls, folder: Path) -> "Checkpoint":
        """Reads the checkpoint of `folder`.

        Raises:
            TrainingError: the file is damaged.
        """
        path = folder / NAME
        try:
            with safe_open(path, framework="numpy") as file:
                arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
                metadata = file.metadata()
            return cls(Position(**json.loads(metadata["position"])), arrays)
        except (SafetensorError, OSError, KeyError, TypeError, ValueError) as error:
            raise TrainingError(
                f"The checkpoint {path} cannot be read ({error}): the model itself still works; "
                "train again with --overwrite, or continue from the model with --from."
            ) from None


def checkpoint_exists(folder: Path) -> bool:
    """Whether a run left a checkpoint in `folder`."""
    return (folder / NAME).is_file()
