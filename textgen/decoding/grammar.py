"""A constraint that keeps scripts whole, lets every line end, and gives lines only to those who may speak."""

from collections.abc import Collection, Iterable, Sequence

from textgen.decoding.names import NameTrie
from textgen.decoding.pieces import Pieces
from textgen.decoding.protocols import Mask
from textgen.decoding.shape import ScriptShape, closing_masks, place_masks
from textgen.decoding.structure import Place, place_after
from textgen.errors import ConfigurationError
from textgen.tokenizers.special import END, FIRST_LABEL, NAME


class ScriptGrammar:
    """The rules for a text, from which `begin` makes the constraint; building it looks at all ids once.

    It looks at structure only; characters are kept whole by `Utf8Constraint`, to be used with it.

    Args:
        pieces: of the model's tokenizer.
        shape: of the training corpus.
        labels: ids of the labels that may begin a line.
        names: spellings, in ids, of the names without a label that may begin a line. When both labels and
            names are None, every speaker may have a line, and narration is allowed where the corpus has it;
            else only those given, and no narration.
        may_end: whether the document may end, at the start of a line.

    Raises:
        ConfigurationError: no line could ever begin.
    """

    def __init__(
        self,
        pieces: Pieces,
        shape: ScriptShape,
        labels: Collection[int] | None = None,
        names: Collection[Sequence[int]] | None = None,
        may_end: bool = True,
    ) -> None:
        free = labels is None
        narration = free and shape.narration
        openers = list(range(FIRST_LABEL, pieces.first)) if free else list(labels or ())
        if names or (names is None and free and shape.spelled_names):
            openers.append(NAME)
        if not openers and not narration:
            raise ConfigurationError(
                "A script was to be written, but no speaker may have a line and the training corpus has no "
                "lines without a speaker: allow at least one speaker of the corpus."
            )
        openers += [END] if may_end else []
        self.first_piece = pieces.first
        self.longest_line = shape.longest_line
        self.longest_heading = shape.longest_heading or shape.longest_line
        self.names = NameTrie(pieces, names) if names else None
        self.masks = place_masks(pieces, shape, openers, narration)
        self.closing = closing_masks(pieces)

    def begin(self, context: Iterable[int], prefix: bytes = b"") -> "ScriptConstraint":
        """The constraint on what follows a prompt.

        Args:
            context: the ids of the prompt, from the start of a document, scene or line; not ending inside a name.
                They do not count towards the longest line.
            prefix: what healing requires first: text, even where no line without a speaker could begin, and
                beyond the longest line.
        """
        place = place_after(context, self.first_piece)
        if prefix and place in (Place.LINE_START, Place.AFTER_HEADING):
            place = Place.TEXT_START
        return ScriptConstraint(self, place, self.room(place) + len(prefix), self.names)

    def room(self, place: Place) -> int:
        """Most tokens of the heading, or of the text or name, that begins or goes on at a place."""
        return self.longest_heading if place is Place.HEADING else self.longest_line


class ScriptConstraint:
    """Where in the script the next id stands; made by `ScriptGrammar.begin`.

    Args:
        grammar: the rules.
        place: of the next id.
        room: tokens that the text, heading or name may still have.
        name: where in the trie of allowed names the next id stands; None allows any name.
    """

    __slots__ = ("_grammar", "_name", "_place", "_room")

    def __init__(self, grammar: ScriptGrammar, place: Place, room: int, name: NameTrie | None) -> None:
        self._grammar = grammar
        self._place = place
        self._room = room
        self._name = name

    def allowed(self) -> Mask:
        """The ids that keep the script legal."""
        place = self._place
        if self._name is not None and place in _IN_NAME:
            return self._name.mask
        if self._room <= 0 and place in self._grammar.closing:
            return self._grammar.closing[place]
        return self._grammar.masks[place]

    def advance(self, token: int, /) -> "ScriptConstraint":
        """The place after one more id."""
        grammar = self._grammar
        place = self._place.after(token, grammar.first_piece)
        if place is Place.TEXT or (place is self._place is Place.HEADING):
            return ScriptConstraint(grammar, place, self._room - 1, self._name)
        if place is Place.NAME:
            name = self._name.advance(token) if self._name is not None else None
            return ScriptConstraint(grammar, place, self._room - 1, name)
        return ScriptConstraint(grammar, place, grammar.room(place), grammar.names)


_IN_NAME = (Place.NAME_START, Place.NAME)
