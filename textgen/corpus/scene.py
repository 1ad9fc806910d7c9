"""The parts of a script: a line, a scene, and what announces a new scene or document."""

import re
from dataclasses import dataclass

_DIRECTION = re.compile(r"\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\]")


@dataclass(frozen=True, slots=True)
class Line:
    """One speech of a script, or one piece of narration, or one physical line of plain text.

    Args:
        speaker: who speaks, as the corpus spells it; None for narration and plain text.
        text: what is said, stage directions included.
    """

    speaker: str | None
    text: str

    @property
    def directions(self) -> tuple[str, ...]:
        """The stage directions in the text, `(…)` and `[…]`, brackets included, in order."""
        return tuple(_DIRECTION.findall(self.text))


@dataclass(frozen=True, slots=True)
class Scene:
    """A stretch of script.

    Args:
        heading: as in the file, brackets kept; None where the scene has none.
        lines: its lines in order.
        continued: True for a further part of the scene before it: readers hand long scenes on in
            parts, so that memory does not grow. A `Script` has none, it joins them.

    Raises:
        ValueError: if the heading is the empty string.
    """

    heading: str | None
    lines: tuple[Line, ...] = ()
    continued: bool = False

    def __post_init__(self) -> None:
        if self.heading == "":
            raise ValueError("a scene's heading is None or has at least one character, not ''")


@dataclass(frozen=True, slots=True)
class SceneOpening:
    """A new scene begins."""

    heading: str | None = None


@dataclass(frozen=True, slots=True)
class DocumentOpening:
    """A new document begins: another episode, another caption."""


Element = Line | SceneOpening | DocumentOpening
"""What readers yield, and what ids decode to, one after the other."""
