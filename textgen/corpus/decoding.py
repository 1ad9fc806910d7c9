"""Ids to the elements of a script, one id at a time."""

import codecs
from dataclasses import dataclass, replace
from typing import Literal

from textgen.corpus.scene import Line, SceneOpening
from textgen.tokenizers.base import Tokenizer
from textgen.tokenizers.special import END, LINE_END, NAME, NAME_END, PAD, SCENE, START, TURN

Decoded = Line | SceneOpening


@dataclass(frozen=True, slots=True)
class DecodingState:
    """Where in the token grammar a sequence of ids stands. Immutable: keep one to come back to it.

    Any sequence decodes: what opens something new closes what was open.

    Args:
        tokenizer: knows the pieces and the labels.
        open: what is being spelled.
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
        """Take one id in.

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
        """The element that is still open, as far as it goes; a heading without text does not count."""
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
