"""A constraint for corpora whose scene headings stand in brackets: what is opened is closed."""

from collections.abc import Iterable
from typing import Literal

from textgen.decoding.pieces import Pieces
from textgen.decoding.protocols import Mask
from textgen.tokenizers.special import LINE_END, SCENE

_SLACK = 6
"""Tokens kept back for the bracket that closes a heading, a line end, and the rest of a character."""


class HeadingRules:
    """The masks for headings in brackets; `begin` makes the constraint.

    Args:
        pieces: of the model's tokenizer.
        longest: most tokens of a heading; a longer one is made to close its bracket.
    """

    def __init__(self, pieces: Pieces, longest: int) -> None:
        self.room = max(longest - _SLACK, 1)
        self.opening = pieces.mask(*pieces.beginning_with(b"["))
        self.end = pieces.mask(LINE_END)
        self.open = ~self.end
        self.closing = pieces.mask(*pieces.spelling(b"]")) | pieces.continuing
        self.ends = tuple(piece.endswith(b"]") for piece in pieces.of)

    def begin(self, context: Iterable[int] = ()) -> "BracketedHeadings":
        """The constraint on what follows the ids of a prompt."""
        constraint = BracketedHeadings(self, "outside", 0)
        for token in context:
            constraint = constraint.advance(token)
        return constraint


class BracketedHeadings:
    """Where the next id stands with regard to headings; made by `HeadingRules.begin`.

    Args:
        rules: the masks.
        place: outside of a heading, right after SCENE, inside the bracket, or behind the one that closes it.
        room: tokens before the bracket has to be closed.
    """

    __slots__ = ("_place", "_room", "_rules")

    def __init__(self, rules: HeadingRules, place: Literal["outside", "opening", "open", "closed"], room: int) -> None:
        self._rules, self._place, self._room = rules, place, room

    def allowed(self) -> Mask | None:
        """The ids that open the bracket, keep it open, or close it in time."""
        if self._place == "opening":
            return self._rules.opening
        if self._place == "open":
            return self._rules.open if self._room > 0 else self._rules.closing
        if self._place == "closed" and self._room <= 0:
            return self._rules.end  # what came behind the bracket would need another one
        return None

    def advance(self, token: int, /) -> "BracketedHeadings":
        """The place after one more id."""
        rules = self._rules
        if token == SCENE:
            return BracketedHeadings(rules, "opening", rules.room)
        if self._place == "outside":
            return self
        if token == LINE_END:
            return BracketedHeadings(rules, "outside", 0)
        return BracketedHeadings(rules, "closed" if rules.ends[token] else "open", self._room - 1)
