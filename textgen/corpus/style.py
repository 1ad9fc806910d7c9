"""How a corpus puts a script into text, all at once or while it is being written."""

import reprlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from textgen.corpus.layouts import LAYOUTS, Layout
from textgen.corpus.scene import Line, Scene
from textgen.errors import CorpusError
from textgen.stored_json import decode

_MOST_BLANK_LINES = 10_000


@dataclass(frozen=True)
class ScriptStyle:
    """The layout of a script's text.

    Args:
        format: "colon", "play", "fountain", "plain" or "captions".
        blank_lines: how many empty lines follow each line of the script ("colon" and "play" only).

    Raises:
        CorpusError: if the format is unknown or blank_lines is negative.

    Example:
        >>> ScriptStyle("colon", 1).text([Scene(None, (Line("jerry", "hello"),))])
        'jerry: hello\\n\\n'
    """

    format: str = "colon"
    blank_lines: int = 0

    def __post_init__(self) -> None:
        if self.format not in LAYOUTS:
            known = ", ".join(LAYOUTS)
            raise CorpusError(f"The script style {self.format!r} is unknown; the known styles are {known}.")
        if self.blank_lines < 0:
            raise CorpusError(f"A script style cannot have {self.blank_lines} blank lines; give 0 or more.")

    @cached_property
    def _layout(self) -> Layout:
        return LAYOUTS[self.format](self.blank_lines)

    def line_prefix(self, speaker: str | None) -> str:
        """What stands before the text of a line ("jerry: "); nothing for narration."""
        return self._layout.line_prefix(speaker)

    @property
    def line_suffix(self) -> str:
        """What closes a line."""
        return self._layout.suffix

    def line_text(self, line: Line) -> str:
        """A whole line without its suffix."""
        return self._layout.line(line)

    def partial_line(self, line: Line) -> str:
        """As much of `line_text` as no further text of this line can change."""
        return self._layout.partial_line(line)

    def heading_text(self, heading: str) -> str:
        """A scene heading without its suffix."""
        return self._layout.heading(heading)

    def partial_heading(self, heading: str) -> str:
        """As much of `heading_text` as no further text of this heading can change."""
        return self._layout.partial_heading(heading)

    def scene_opening(self, heading: str | None, first: bool) -> str:
        """What stands before the lines of a scene.

        Args:
            heading: the scene's heading, or None.
            first: whether it is the first scene of the text; a first one without heading has no mark.
        """
        if heading is not None:
            return self.heading_text(heading) + self.line_suffix
        return "" if first else self._layout.scene_break

    def scene_text(self, scene: Scene, first: bool) -> str:
        """A whole scene (or a continued part of one)."""
        opening = "" if scene.continued else self.scene_opening(scene.heading, first)
        return opening + "".join(self.line_text(line) + self.line_suffix for line in scene.lines)

    def pieces(self, scenes: Iterable[Scene]) -> Iterator[str]:
        """The text of the scenes, one piece a scene."""
        for number, scene in enumerate(scenes):
            yield self.scene_text(scene, first=number == 0)

    def text(self, scenes: Iterable[Scene]) -> str:
        """The text of the scenes."""
        return "".join(self.pieces(scenes))

    def to_json(self) -> dict[str, Any]:
        """The style as a JSON object."""
        return {"format": self.format, "blank_lines": self.blank_lines}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "ScriptStyle":
        """The style that `to_json` described.

        Raises:
            CorpusError: if it is no such object.
        """
        try:
            style = decode(cls, values)
            if "format" not in values or style.blank_lines > _MOST_BLANK_LINES:
                raise ValueError(f"is not usable ({reprlib.repr(values)})")
        except ValueError as error:
            raise CorpusError(
                f"The stored script style {error}: give its 'format' (a text), and as 'blank_lines' a whole number "
                f"from 0 to {_MOST_BLANK_LINES}."
            ) from None
        return style
