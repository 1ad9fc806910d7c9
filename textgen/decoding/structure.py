"""Where in a script the next token stands, told by the ids before it."""

from collections.abc import Iterable
from enum import IntEnum

from textgen.tokenizers.special import FIRST_LABEL, LINE_END, NAME, NAME_END, SCENE


class Place(IntEnum):
    """What the next token may belong to."""

    LINE_START = 0
    AFTER_HEADING = 1
    """The start of a line too, but no second heading makes sense here."""
    HEADING = 2
    NAME_START = 3
    NAME = 4
    TEXT_START = 5
    """After a label or a name, before the text."""
    TEXT = 6

    def after(self, token: int, first_piece: int = FIRST_LABEL) -> "Place":
        """The place after one more id.

        Args:
            token: the id.
            first_piece: id after the labels. Without it labels count as text, which makes no difference to
                who only asks whether headings, names or text stand here.
        """
        if token >= first_piece:
            return _AFTER_PIECE[self]
        if token >= FIRST_LABEL:
            return Place.TEXT_START
        if token == LINE_END and self is Place.HEADING:
            return Place.AFTER_HEADING
        return _AFTER_STRUCTURE.get(token, Place.LINE_START)


_AFTER_PIECE = (Place.TEXT, Place.TEXT, Place.HEADING, Place.NAME, Place.NAME, Place.TEXT, Place.TEXT)
_AFTER_STRUCTURE = {SCENE: Place.HEADING, NAME: Place.NAME_START, NAME_END: Place.TEXT_START}


def place_after(tokens: Iterable[int], first_piece: int = FIRST_LABEL) -> Place:
    """The place after all the ids of a text, from the start of a document, scene or line."""
    place = Place.LINE_START
    for token in tokens:
        place = place.after(token, first_piece)
    return place
