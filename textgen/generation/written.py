"""What the script writer gives back."""

import json
from dataclasses import dataclass
from typing import Any

from textgen.corpus.script import Script
from textgen.decoding.results import FinishReason


@dataclass(frozen=True)
class WrittenScript(Script):
    """A script that a model wrote, its prompt included.

    Args:
        scenes: the script.
        style: how its text looks.
        written: the text exactly as it was streamed; an unfinished last line has no line end.
        finish_reason: `end` (the document ended), `stop`, `lines` or `length`.
        seed: writes the same text again, alone.
        log_probability: of what was written after the prompt, by the model alone, in nats.
        relaxed: whether `no_copy` had to let a copy through because nothing else was left.
        reads_as_real: how likely its new lines are to be real ones, by the model's discriminator; None where it was not
            one of several candidates.
    """

    written: str
    finish_reason: FinishReason
    seed: int
    log_probability: float
    relaxed: bool
    reads_as_real: float | None = None

    @property
    def text(self) -> str:
        """The text exactly as it was streamed."""
        return self.written

    def to_json_object(self) -> dict[str, Any]:
        """The script and how it was written, as plain JSON values."""
        return {
            **json.loads(self.to_json()),
            "text": self.written,
            "seed": self.seed,
            "finish_reason": self.finish_reason,
            "log_probability": self.log_probability,
            "relaxed": self.relaxed,
            "reads_as_real": self.reads_as_real,
        }

    def to_text(self, finished: bool = False) -> str:
        """The text as it was streamed, or with its last line closed by a line end."""
        return super().to_text() if finished else self.written
