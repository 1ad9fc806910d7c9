"""Ids to text while they are being written."""

from dataclasses import dataclass, field

from textgen.corpus.decoding import Decoded, DecodingState
from textgen.corpus.scene import Line
from textgen.corpus.style import ScriptStyle
from textgen.tokenizers.base import Tokenizer


@dataclass(frozen=True)
class ScriptRenderer:
    """Gives the text of a script piece by piece. Immutable: keep one to come back to it.

    The pieces, and at the end `flush()`, add up to `decode_script(ids).to_text()`, less the end of an
    unfinished last line. Only whole characters are given, and nothing that a later id could change.

    Args:
        tokenizer: the one that encoded the ids.
        style: how the text is to look.

    Example:
        >>> piece, renderer = renderer.advance(token)
        >>> print(piece, end="")
    """

    tokenizer: Tokenizer
    style: ScriptStyle
    _state: DecodingState = field(init=False, repr=False)
    _shown: int = field(init=False, default=0, repr=False)
    _first: bool = field(init=False, default=True, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_state", DecodingState(self.tokenizer))

    def advance(self, token: int) -> tuple[str, "ScriptRenderer"]:
        """Take one id in.

        Returns:
            the new text (often none), and the renderer after it.
        """
        state, elements = self._state.advance(token)
        shown, first, text = self._shown, self._first, ""
        for element in elements:
            text += self._whole(element, first)[shown:]
            shown, first = 0, first and isinstance(element, Line)
        settled = _settled(state, self.style)
        return text + settled[shown:], self._copy(state, len(settled), first)

    def flush(self) -> str:
        """What is still held back of an unfinished last line or heading."""
        for element in self._state.unfinished():
            return self._whole(element, self._first).removesuffix(self.style.line_suffix)[self._shown :]
        return ""

    def _whole(self, element: Decoded, first: bool) -> str:
        if isinstance(element, Line):
            return self.style.line_text(element) + self.style.line_suffix
        return self.style.scene_opening(element.heading, first)

    def _copy(self, state: DecodingState, shown: int, first: bool) -> "ScriptRenderer":
        copy = ScriptRenderer.__new__(ScriptRenderer)
        copy.__dict__.update(self.__dict__, _state=state, _shown=shown, _first=first)
        return copy


def _settled(state: DecodingState, style: ScriptStyle) -> str:
    """The text of the open element that no further id can change."""
    if state.open == "line":
        return style.partial_line(Line(state.speaker, state.text))
    if state.open == "heading" and state.text:
        return style.partial_heading(state.text)
    return ""
