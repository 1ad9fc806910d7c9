"""The parts of a dialogue: its turns, one after the other."""

import re
from dataclasses import dataclass

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Turn:
    """What one side says before the other one speaks.

    Args:
        text: what is said. It is kept as one line: line breaks inside it become spaces, white space at its ends is
            left out, and the rest stays as it is.
        speaker: who speaks, as the corpus spells it; None where it does not say.

    Example:
        >>> Turn(" one\\ntwo ").text
        'one two'
    """

    text: str
    speaker: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", _LINE_BREAK.sub(" ", self.text.strip()))


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Turns that answer each other.

    Args:
        turns: in order, as they stand in the file; some may be empty, and there may be a single one.
    """

    turns: tuple[Turn, ...]
