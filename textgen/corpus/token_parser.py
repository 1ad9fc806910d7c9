"""Decoding ids to the elements and the text of a script, one id at a time."""

import codecs
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from textgen.corpus.document import Element, Line, SceneOpening, scenes
from textgen.corpus.script import Script, ScriptStyle
from textgen.tokenizers.base import END, LINE_END, NAME, NAME_END, PAD, SCENE, START, TURN, Tokenizer

Decoded = Line | SceneOpening


@dataclass(frozen=True, slots=True)
class DecodingState:
    """Where in the token grammar a sequence of ids stands. Immutable: keep one to come back to it.

    Any sequence can be decoded: an id that opens an element closes the one before.

    Args:
        tokenizer: knows the pieces and the labels.
        open: the kind of element that is open.
        speaker: of the open line.
        text: of the open element, whole characters only.
        pending: the first bytes of a character that is not whole yet.
        fresh: whether the next line or heading is the first of its document.
    """

    tokenizer: Tokenizer
    open: Literal["nothing", "heading", "name", "line"] = "nothing"
    speaker: str | None = None
    text: str = ""
    pending: bytes = b""
    fresh: bool = True

    def advance(self, token: int) -> tuple["DecodingState", tuple[Decoded, ...]]:
        """Read one id.

        Returns:
            the state after it, and the elements that it completed.
        """
        if token in (PAD, TURN):
            return self, ()
        if token == LINE_END:
            return self._close() if self.open != "nothing" else self._begin("line", None)._close_after(self)
        if token == NAME_END:
            return self._named(), ()
        if token in (START, END):
            state, done = self._close()
            return replace(state, fresh=True), done
        if token == SCENE:
            state, done = self._close()
            return replace(state, open="heading"), done
        speaker = self.tokenizer.speaker_of(token)
        if token == NAME or speaker is not None:
            state, done = self._close()
            return state._begin("name" if token == NAME else "line", speaker), done + state._opening()
        if self.open == "nothing":
            return self._begin("line", None)._spell(token), self._opening()
        return self._spell(token), ()

    def unfinished(self) -> tuple[Decoded, ...]:
        """The element that is still open, with its text so far; a heading without text does not count."""
        return () if self.open == "heading" and not self.text else replace(self, pending=b"")._close()[1]

    def _opening(self) -> tuple[Decoded, ...]:
        return (SceneOpening(),) if self.fresh else ()

    def _begin(self, kind: Literal["name", "line"], speaker: str | None) -> "DecodingState":
        return replace(self, open=kind, speaker=speaker, fresh=False)

    def _close_after(self, before: "DecodingState") -> tuple["DecodingState", tuple[Decoded, ...]]:
        state, done = self._close()
        return state, before._opening() + done

    def _named(self) -> "DecodingState":
        if self.open != "name":
            return self
        return replace(self, open="line", speaker=self._whole_text(), text="", pending=b"")

    def _close(self) -> tuple["DecodingState", tuple[Decoded, ...]]:
        if self.open == "nothing":
            return self, ()
        text = self._whole_text()
        closed = DecodingState(self.tokenizer, fresh=False)
        if self.open == "heading":
            return closed, (SceneOpening(text or None),)
        return closed, (Line(text, "") if self.open == "name" else Line(self.speaker, text),)

    def _whole_text(self) -> str:
        return self.text + self.pending.decode("utf-8", "replace")

    def _spell(self, token: int) -> "DecodingState":
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        text = decoder.decode(self.pending + self.tokenizer.piece(token))
        return replace(self, text=self.text + text, pending=decoder.getstate()[0])


def decode_script(ids: Sequence[int], tokenizer: Tokenizer, style: ScriptStyle) -> Script:
    """The script in any sequence of ids, with its last line even if unfinished.

    Args:
        ids: padding and turns are ignored; bytes that are no UTF-8 become U+FFFD, an unfinished
            character at the very end is left out.
        tokenizer: the one that encoded them.
        style: the layout of the script's text.
    """
    return Script(scenes(_elements(ids, tokenizer)), style)


def _elements(ids: Sequence[int], tokenizer: Tokenizer) -> Iterator[Element]:
    state = DecodingState(tokenizer)
    for token in ids:
        state, elements = state.advance(token)
        yield from elements
    yield from state.unfinished()


@dataclass(frozen=True)
class ScriptRenderer:
    """Gives the text of a script piece by piece. Immutable: keep one to come back to it.

    The pieces, and at the end `flush()`, add up to `decode_script(ids).to_text()`, less the end of an
    unfinished last line. Only whole characters are given, and nothing that a later id could change.

    Args:
        tokenizer: the one that encoded the ids.
        style: the layout of the text.

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
        """Read one id.

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
        """The rest of an unfinished last line or heading that was held back."""
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
