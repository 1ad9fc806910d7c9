"""What a run was started with, beside its checkpoint."""

import json
import reprlib
from dataclasses import asdict, dataclass
from pathlib import Path

from textgen.config import ChatTrainingConfig, ScriptTrainingConfig, TrainingConfig
from textgen.errors import TrainingError
from textgen.files import replacing
from textgen.model_folder import FORMAT_VERSION
from textgen.stored_json import Migrations, decode, migrate, parse, unchanged

TRAINING_IDS, HELD_OUT_IDS, RUN = "training.npy", "held_out.npy", "run.json"

ADVERSARIAL = "adversarial"
"""The folder, in the one of the run before it, of what an adversarial run adds."""

_FEWEST_HELD_OUT = 1000
"""Characters. Which weights predict a few sentences best is chance: of a chat of 59 pairs those of the fifth step were
kept, by three held-out replies, and what had learned the other pairs was thrown away."""

_KINDS: dict[str, type[TrainingConfig]] = {"script": ScriptTrainingConfig, "chat": ChatTrainingConfig}

_MIGRATIONS: Migrations = {1: unchanged}
"""Of run.json: version 1 had no number."""


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
            values = migrate(parse((folder / RUN).read_bytes()), FORMAT_VERSION, _MIGRATIONS, unnumbered=1)
            kind = values.pop("kind", None)
            if not isinstance(kind, str) or kind not in _KINDS:
                raise ValueError(f"has the kind {reprlib.repr(kind)}, allowed are {' and '.join(_KINDS)}")
            return decode(cls, values, {"training": _KINDS[kind]})
        except (OSError, ValueError) as error:
            raise TrainingError(
                f"The run in {folder} cannot be resumed: {RUN} {error}; the model itself still works, and --from "
                "continues from it."
            ) from None
