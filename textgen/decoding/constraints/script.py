"""Constraints of scripts: whole lines, speakers who may speak, headings whose brackets are closed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Literal

from textgen.decoding.constraints.base import Pieces
from textgen.decoding.protocols import Mask
from textgen.errors import ConfigurationError
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END, NAME, NAME_END, SCENE

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
            return self._rules.end  # more text after the bracket would need another bracket
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
            first_piece: id after the labels. Without it labels count as text, which does not matter
                when only headings, names and text are told apart.
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


@dataclass(frozen=True, kw_only=True)
class ScriptShape:
    """What occurs in the scripts of the training corpus.

    Args:
        longest_line: most tokens of the text of a line or of a name, at least 1; a longer one is made to end.
        narration: whether lines without a speaker occur.
        scenes: whether scene headings or scenes after the first occur.
        longest_heading: most tokens of a heading; 0 takes `longest_line`.
        spelled_names: whether speakers occur that have no label.
        line_breaks: whether the text of a line may hold line breaks.
        empty_lines: whether the text of a line may be empty.
        bracketed_headings: whether every scene heading stands in square brackets.

    Raises:
        ConfigurationError: longest_line is below 1.
    """

    longest_line: int
    narration: bool
    scenes: bool
    longest_heading: int = 0
    spelled_names: bool = False
    line_breaks: bool = False
    empty_lines: bool = False
    bracketed_headings: bool = False

    def __post_init__(self) -> None:
        if self.longest_line < 1:
            raise ConfigurationError(
                f"longest_line={self.longest_line!r} was given, but a line must be allowed at least 1 token: "
                "give the length of the corpus's longest line."
            )


def place_masks(pieces: Pieces, shape: ScriptShape, openers: Sequence[int], narration: bool) -> list[Mask]:
    """The ids that may stand at each place.

    Args:
        pieces: of the model's tokenizer.
        shape: of the corpus.
        openers: ids that may begin a line, or end the document where one could begin; no pieces of text.
        narration: whether a line may begin without a speaker.

    Returns:
        The masks (vocabulary,), by the number of the place.
    """
    line_end, name_end = pieces.mask(LINE_END), pieces.mask(NAME_END)
    text = pieces.text if shape.line_breaks else pieces.one_line
    text_start = text | line_end if shape.empty_lines else text
    line_start = pieces.mask(*openers)
    if narration:
        line_start |= text_start
    masks = {
        Place.LINE_START: line_start | pieces.mask(SCENE) if shape.scenes else line_start,
        Place.AFTER_HEADING: line_start,
        Place.HEADING: pieces.one_line | line_end,
        Place.NAME_START: pieces.one_line,
        Place.NAME: pieces.one_line | name_end,
        Place.TEXT_START: text_start,
        Place.TEXT: text | line_end,
    }
    return [masks[place] for place in Place]


def closing_masks(pieces: Pieces) -> dict[Place, Mask]:
    """By place, the ids that close a line, name or heading that is too long, or finish its last character."""
    closers = {Place.HEADING: LINE_END, Place.NAME: NAME_END, Place.TEXT: LINE_END}
    return {place: pieces.mask(closer) | pieces.continuing for place, closer in closers.items()}


class NameTrie:
    """A node of the trie of names: those that begin with the ids so far.

    Args:
        pieces: of the model's tokenizer.
        names: what is left of each name, in ids; an empty one is complete here.
    """

    def __init__(self, pieces: Pieces, names: Iterable[Sequence[int]]) -> None:
        self._pieces = pieces
        self._rests: dict[int, list[Sequence[int]]] = {}
        self._complete = False
        for name in names:
            if name:
                self._rests.setdefault(name[0], []).append(name[1:])
            else:
                self._complete = True
        self._children: dict[int, NameTrie] = {}

    @cached_property
    def mask(self) -> Mask:
        """Allows the ids that go on with a name, and NAME_END where one is complete."""
        return self._pieces.mask(*self._rests, *[NAME_END] * self._complete)

    def advance(self, token: int) -> "NameTrie | None":
        """The node after one more id; None when no name goes on with it.

        Nodes are made as they are reached: a corpus may have thousands of rare names.
        """
        if token not in self._children and token in self._rests:
            self._children[token] = NameTrie(self._pieces, self._rests[token])
        return self._children.get(token)


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
            prefix: text that healing requires first, even where no line could begin without a speaker, and even
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
