"""A whole script: scenes, and the style that puts them into text."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from textgen.corpus.scene import Line, Scene
from textgen.corpus.style import ScriptStyle
from textgen.errors import CorpusError

__all__ = ["Line", "Scene", "Script", "ScriptStyle"]

_FOUNTAIN = ScriptStyle("fountain")


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
        """The script as a Fountain screenplay; `from_fountain` gives its scenes back.

        Exact for lines without white space at their ends, scenes with a heading or a line, and names without
        parentheses or a final `^`; `textgen.corpus.fountain` says what is normalised otherwise.
        """
        return _FOUNTAIN.text(self.scenes)

    @classmethod
    def from_fountain(cls, text: str, style: ScriptStyle = _FOUNTAIN) -> "Script":
        """The script in a Fountain screenplay.

        Args:
            text: the screenplay.
            style: how the script's own text is laid out.
        """
        from textgen.corpus.readers import read_script

        return cls(read_script(text, _FOUNTAIN).scenes, style)


def _joined(parts: Iterable[Scene]) -> tuple[Scene, ...]:
    """Scenes whole, from scenes and continued parts."""
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
