"""What a run was started with, beside its checkpoint."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from textgen.config import ChatTrainingConfig, ScriptTrainingConfig, TrainingConfig
from textgen.errors import ModelError, TrainingError
from textgen.files import replacing

TRAINING_IDS, HELD_OUT_IDS, RUN = "training.npy", "held_out.npy", "run.json"

ADVERSARIAL = "adversarial"
"""The folder, in the one of the run before it, of what an adversarial run adds."""

_FEWEST_HELD_OUT = 1000
"""Characters. Which weights predict a few sentences best is chance: of a chat of 59 pairs those of the fifth step were
kept, by three held-out replies, and what had learned the other pairs was thrown away."""

_KINDS: dict[str, type[TrainingConfig]] = {"script": ScriptTrainingConfig, "chat": ChatTrainingConfig}


@dataclass(frozen=True)
class Run:
    """What a run was started with, saved beside its checkpoint.

    Args:
        training: how to train.
        characters: of the training text and of the held-out text, line ends included.
        tokens: scored ones of the training text and of the held-out text: all but START.
        threads: processors it began with; sums in another order give other last bits.
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

    def save(self, folder: Path) -> None:
        """Replaces the run's description in `folder`."""
        values = {"kind": self.kind, **asdict(self)}
        with replacing(folder / RUN) as file:
            file.write(json.dumps(values, indent=1).encode())

    @classmethod
    def load(cls, folder: Path) -> "Run":
        """Reads the run's description.

        Raises:
            TrainingError: it is missing or damaged.
        """
        try:
            values = json.loads((folder / RUN).read_bytes())
            training = _KINDS[values["kind"]].from_json(values["training"])
            return cls(training, tuple(values["characters"]), tuple(values["tokens"]), int(values["threads"]))
        except (OSError, ValueError, KeyError, TypeError, ModelError) as error:
            raise TrainingError(
                f"The run in {folder} cannot be resumed ({error!r}): its training folder is missing or damaged; "
                "the model itself still works, and --from continues from it."
            ) from None
