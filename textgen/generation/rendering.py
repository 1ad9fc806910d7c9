"""Ids to the text of a reply while it is being written."""

from dataclasses import dataclass

from textgen.decoding.pieces import Pieces
from textgen.decoding.speech import whole_characters
from textgen.generation.messages import one_line


@dataclass(frozen=True)
class ReplyRenderer:
    """Gives the text of a reply piece by piece, whole characters of one line only. Immutable.

    Args:
        pieces: of the model's tokenizer.
        rest: bytes of a character that is not whole yet.
    """

    pieces: Pieces
    rest: bytes = b""

    def advance(self, token: int, /) -> tuple[str, "ReplyRenderer"]:
        """The text that the id adds, and the renderer after it."""
        text, rest = whole_characters(self.rest + self.pieces.of[token])
        return one_line(text), ReplyRenderer(self.pieces, rest)

    def flush(self) -> str:
        """Nothing: half a character at the end is left out."""
        return ""
