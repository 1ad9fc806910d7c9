"""A whole script: scenes, and the style that lays them out as text, whole or line by line."""

import json
import os
import reprlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

from textgen.corpus.document import Element, Line, Scene, scenes
from textgen.corpus.formats.base import MOST_BLANK_LINES, ReadReport, ScriptLayout
from textgen.corpus.formats.screenplay import as_screenplay
from textgen.errors import CorpusError
from textgen.stored_json import decode


def _layouts() -> Mapping[str, type[ScriptLayout]]:
    from textgen.corpus.format_table import LAYOUTS  # loads all formats, which a chat needs none of

    return LAYOUTS


@dataclass(frozen=True)
class ScriptStyle:
    """The layout of a script's text.

    Args:
        format: "colon", "play", "fountain", "plain" or "captions".
        blank_lines: how many empty lines follow each line of the script ("colon" and "play" only).

    Raises:
        CorpusError: if the format is unknown, or blank_lines is negative or more than any script has.

    Example:
        >>> ScriptStyle("colon", 1).text([Scene(None, (Line("jerry", "hello"),))])
        'jerry: hello\\n\\n'
    """

    format: str = "colon"
    blank_lines: int = 0

    def __post_init__(self) -> None:
        if self.format not in _layouts():
            known = ", ".join(_layouts())
            raise CorpusError(f"The script style {self.format!r} is unknown; the known styles are {known}.")
        if not 0 <= self.blank_lines <= MOST_BLANK_LINES:
            raise CorpusError(
                f"A script style cannot have {self.blank_lines} blank lines after each line; give 0 to "
                f"{MOST_BLANK_LINES}."
            )

    @cached_property
    def _layout(self) -> ScriptLayout:
        return _layouts()[self.format](self.blank_lines)

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

    def elements(self, text: str) -> Iterator[Element]:
        """Read a text in this style: its lines and openings.

        Args:
            text: lines end in `\\n`; whether the last one does makes no difference.
        """
        from textgen.corpus.format_table import SCRIPT_FORMATS

        read = SCRIPT_FORMATS[self.format].read
        lines = text.removesuffix("\n").split("\n") if text else []
        return read(lines, self._layout, ReadReport()) if read else iter(())

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
            if "format" not in values:
                raise ValueError(f"is not usable ({reprlib.repr(values)})")
        except ValueError as error:
            raise CorpusError(
                f"The stored script style {error}: give its 'format' (a text), and as 'blank_lines' a whole number "
                f"from 0 to {MOST_BLANK_LINES}."
            ) from None
        return style


__all__ = ["Line", "Scene", "Script", "ScriptStyle"]


@cache
def _fountain() -> ScriptStyle:
    return ScriptStyle("fountain")


@dataclass(frozen=True)
class Script:
    """Scenes, and how they are laid out.

    Args:
        scenes: in order; continued parts of a scene are joined to it.
        style: how `text` looks.

    Example:
        >>> script = Script((Scene(None, (Line("jerry", "hello"),)),), ScriptStyle("colon"))
        >>> script.text
        'jerry: hello\\n'
    """

    scenes: tuple[Scene, ...]
    style: ScriptStyle

    def __post_init__(self) -> None:
        object.__setattr__(self, "scenes", _joined(self.scenes))

    @property
    def lines(self) -> tuple[Line, ...]:
        """The lines of all scenes, in order."""
        return tuple(line for scene in self.scenes for line in scene.lines)

    @property
    def text(self) -> str:
        """The script as text, in its own style."""
        return self.to_text()

    def to_text(self, finished: bool = True) -> str:
        """The script as text, in its own style.

        Args:
            finished: whether the last line is whole; an unfinished one is not closed by a line end.
        """
        text = self.style.text(self.scenes)
        return text if finished else text.removesuffix(self.style.line_suffix)

    def to_json(self) -> str:
        """The script as JSON: `text`, `lines`, and `scenes` and `style`, from which it comes back exactly."""
        return json.dumps(
            {
                "text": self.text,
                "lines": [_line_json(line) for line in self.lines],
                "scenes": [
                    {"heading": scene.heading, "lines": [_line_json(line) for line in scene.lines]}
                    for scene in self.scenes
                ],
                "style": self.style.to_json(),
            },
            ensure_ascii=False,
        )

    @classmethod
    def from_json(cls, text: str) -> "Script":
        """The script that `to_json` described.

        Raises:
            CorpusError: if the text is no such JSON.
        """
        try:
            values = json.loads(text)
            scenes = tuple(
                Scene(scene["heading"], tuple(_line_from_json(line) for line in scene["lines"]))
                for scene in values["scenes"]
            )
            return cls(scenes, ScriptStyle.from_json(values["style"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise CorpusError(
                f"A script was to be read from JSON, but {error!r} came up; "
                "give an object with 'scenes' and 'style' as written by Script.to_json()."
            ) from error

    def to_fountain(self) -> str:
        """The script as a Fountain screenplay; `from_fountain` gives its scenes back, as screenplays write them.

        Headings lose their square brackets, and directions between sentences stand on lines of their own
        (`textgen.corpus.formats.screenplay.as_screenplay`). Exact otherwise for scenes with a heading or a line, and
        names without parentheses or a final `^`; `textgen.corpus.formats.fountain` says what is normalised.
        """
        return _fountain().text(as_screenplay(self.scenes))

    @classmethod
    def from_fountain(cls, text: str, style: ScriptStyle | None = None) -> "Script":
        """The script in a Fountain screenplay.

        Args:
            text: the screenplay.
            style: how the script's own text is laid out; as a Fountain screenplay where none is given.
        """
        return cls(read_script(text, _fountain()).scenes, style or _fountain())

    def to_fdx(self) -> str:
        """The script as a Final Draft file (XML); `from_fdx` gives its scenes back, as `from_fountain` does."""
        from textgen.corpus.formats import fdx

        return fdx.write([self.scenes])

    @classmethod
    def from_fdx(cls, text: str, style: ScriptStyle | None = None) -> "Script":
        """The script in a Final Draft file.

        Args:
            text: the file's text.
            style: how the script's own text is laid out; as a Fountain screenplay where none is given.

        Raises:
            CorpusError: if the file declares XML entities, or is nested too deeply.
        """
        from textgen.corpus.formats import fdx

        return cls(scenes(fdx.read(text.split("\n"), ScriptLayout(), ReadReport())), style or _fountain())

    def to_pdf(self, font: str | os.PathLike[str] | None = None) -> bytes:
        """The script as the pages of a screenplay, in PDF: US Letter, Courier 12 points.

        Args:
            font: a TrueType font file to set it in. None for Courier, or, where it lacks a character of the text, for
                DejaVu Sans Mono, if that is found on the machine.

        Raises:
            MissingExtraError: if reportlab is not installed.
            ConfigurationError: if the font cannot be used, or lacks characters of the text.
        """
        from textgen.corpus.pdf import write_pdf  # it belongs to an extra, and few runs need it

        return write_pdf([self.scenes], font)


def read_script(text: str, style: ScriptStyle) -> Script:
    """The script in a text that is laid out in a known style."""
    return Script(scenes(style.elements(text)), style)


def _joined(parts: Iterable[Scene]) -> tuple[Scene, ...]:
    """Whole scenes, joined from their parts."""
    gathered: list[tuple[str | None, list[Line]]] = []
    for part in parts:
        if part.continued and gathered:
            gathered[-1][1].extend(part.lines)
        else:
            gathered.append((part.heading, list(part.lines)))
    return tuple(Scene(heading, tuple(lines)) for heading, lines in gathered)


def _line_json(line: Line) -> dict[str, str | None]:
    return {"speaker": line.speaker, "text": line.text}


def _line_from_json(values: dict[str, Any]) -> Line:
    speaker, text = values["speaker"], values["text"]
    if not isinstance(text, str) or not isinstance(speaker, str | None):
        raise TypeError(f"a line has a speaker (text or null) and a text, not {values!r}")
    return Line(speaker, text)
