"""Constraints of replies: one line with visible text and without blocked words."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from textgen.decoding.constraints.alphabet import Alphabet
from textgen.decoding.constraints.base import AllOf, Constraint, Pieces, Utf8Constraint, whole_characters
from textgen.decoding.protocols import Mask
from textgen.tokenizers.utf8 import ACCEPT

_MASKS = 256  # cached: a few places in a text come up again and again; the others are computed anew
_BETWEEN = "\ud800"  # occurs in no text
_LETTER = "A"  # stands for any letter; in no word of a list, since their case is folded
_WORD = re.compile(r"\w")
_LAST_WORD = re.compile(r"(?:(?<!\s)\s+|(?<!\w))\w+$")


class BlockList:
    """Words that are never written; building it looks at all ids once.

    A word is found where no letter, digit or underscore touches it, upper and lower case being the same: "ass" blocks
    "Ass!" and not "class". A phrase ("new york") is found in the same way.

    A piece that spells a whole word is ruled out. A word spelled in several pieces may be the beginning of a longer
    one, so its last piece is let through, and then the word must go on.

    Args:
        pieces: of the model's tokenizer.
        words: at least one; white space at their ends does not count.
    """

    def __init__(self, pieces: Pieces, words: Sequence[str]) -> None:
        self._pieces = pieces
        self._words = sorted({word.strip().casefold() for word in words})
        self._beginnings = {word[:end] for word in self._words for end in range(1, len(word) + 1)}
        self._longest = max(map(len, self._words))
        self._followed, self._ended = _pattern(self._words, r"(?=\W)"), _pattern(self._words, r"(?!\w)")
        texts = [whole_characters(piece)[0].casefold() for piece in pieces.of]
        self._suspects = _holding(texts, self._words)
        self._sorted = sorted((text, token) for token, text in enumerate(texts))
        self._in_character = [token for token, piece in enumerate(pieces.of) if piece and 0x80 <= piece[0] < 0xC0]
        begins_in_word = np.array([_WORD.match(text) is not None for text in texts])
        self._going_on: Mask = begins_in_word & (pieces.utf8[0] == 0)
        self.allowed = lru_cache(maxsize=_MASKS)(self._allowed)

    def begin(self, room: int | None = None) -> "BlockedWords":
        """The constraint on a text.

        Args:
            room: tokens that the text may have; none of the words stands at its end when it is cut off after them.
                None for any number.
        """
        return BlockedWords(self, room=room)

    def after(self, rest: bytes, token: int) -> tuple[str, bytes]:
        """The text that an id adds, its case folded, and the bytes of a character that is not whole yet."""
        text, rest = whole_characters(rest + self._pieces.of[token])
        return text.casefold(), rest

    def tail(self, text: str, inside: bool) -> str:
        """The longest end of a text that is the beginning of one of the words.

        Args:
            text: its case folded.
            inside: whether a letter, digit or underscore stands before the text.
        """
        for start in range(max(0, len(text) - self._longest), len(text)):
            touched = inside if start == 0 else _is_word(text[start - 1])
            if text[start:] in self._beginnings and not (touched and _is_word(text[start])):
                return text[start:]
        return ""

    def without_end(self, text: str) -> str:
        """A text that was cut off, without one of the words at its end."""
        while self._ended.search(text.casefold()):
            shorter = _LAST_WORD.sub("", text)
            if shorter == text:
                break
            text = shorter
        return text

    def _allowed(self, tail: str, inside: bool, rest: bytes, last: bool) -> Mask:
        """The ids that may come next.

        Args:
            tail: the end of the text that is the beginning of one of the words.
            inside: whether a letter, digit or underscore stands before what comes next.
            rest: bytes of a character that is not whole yet.
            last: whether the text is cut off after the next id.
        """
        if rest:
            allowed: Mask = np.ones(self._pieces.size, bool)
            worth_a_look = self._in_character
        elif tail:
            allowed = self.allowed("", _is_word(tail[-1]), b"", last).copy()
            if self._ended.search(tail):
                allowed &= self._going_on
            worth_a_look = self._completing(tail)
        else:
            allowed, worth_a_look = np.ones(self._pieces.size, bool), self._suspects
        before = tail or (_LETTER if inside else " ")
        for token in worth_a_look:
            allowed[token] &= self._fits(before, rest, token, last)
        return allowed

    def _completing(self, tail: str) -> list[int]:
        """The ids that complete a word begun in the tail."""
        ends = [tail[start:] for start in range(len(tail))]
        missing = {word[len(end) :] for word in self._words for end in ends if word.startswith(end) and word != end}
        return [token for rest in missing for token in self._beginning_with(rest)]

    def _beginning_with(self, text: str) -> list[int]:
        """The ids whose text begins with another."""

        def beginning(one: tuple[str, int]) -> str:
            return one[0][: len(text)]

        first = bisect_left(self._sorted, text, key=beginning)
        last = bisect_right(self._sorted, text, key=beginning)
        return [token for _, token in self._sorted[first:last]]

    def _fits(self, before: str, rest: bytes, token: int, last: bool) -> bool:
        """Whether the text with the id has none of the words, except one at its end that can still become longer."""
        text, rest = self.after(rest, token)
        if self._followed.search(before + text):
            return False
        found = self._ended.search(before + text)
        spelled_at_once = found is not None and found.start() >= len(before) and len(text) > 1
        return found is None or not (last or rest or spelled_at_once)


class BlockedWords:
    """The state of a text with regard to a list of words; made by `BlockList.begin`.

    Args:
        words: the list.
        tail: the end of the text that is the beginning of one of the words, its case folded.
        inside: whether the text ends in a letter, digit or underscore.
        rest: bytes of a character that is not whole yet.
        room: tokens that may still come; None for any number.
    """

    __slots__ = ("_inside", "_rest", "_room", "_tail", "_words")

    def __init__(
        self, words: BlockList, tail: str = "", inside: bool = False, rest: bytes = b"", room: int | None = None
    ) -> None:
        self._words, self._tail, self._inside, self._rest, self._room = words, tail, inside, rest, room

    def allowed(self) -> Mask:
        """The ids after which none of the words is written."""
        return self._words.allowed(self._tail, self._inside, self._rest, self._room == 1)

    def advance(self, token: int, /) -> "BlockedWords":
        """The place after one more id."""
        added, rest = self._words.after(self._rest, token)
        text = self._tail + added
        tail = self._words.tail(text, self._inside and not self._tail)
        inside = _is_word(text[-1]) if text else self._inside
        return BlockedWords(self._words, tail, inside, rest, None if self._room is None else self._room - 1)


def _is_word(character: str) -> bool:
    return _WORD.match(character) is not None


def _pattern(words: Sequence[str], behind: str) -> re.Pattern[str]:
    """A pattern that finds any of the words; one that begins or ends in a letter is checked for its neighbour there.

    Args:
        words: their case folded.
        behind: pattern of the place behind a word.
    """
    whole = (
        (r"(?<!\w)" if _is_word(word[0]) else "") + re.escape(word) + (behind if _is_word(word[-1]) else "")
        for word in words
    )
    return re.compile("|".join(whole))


def _holding(texts: Sequence[str], words: Sequence[str]) -> list[int]:
    """The numbers of the texts in which one of the words stands, perhaps inside of another word."""
    joined = _BETWEEN.join(texts)
    places = [found.start() for word in words for found in re.finditer(f"(?={re.escape(word)})", joined)]
    begins = np.cumsum([0, *(len(text) + 1 for text in texts)])
    found: list[int] = np.unique(begins.searchsorted(places, side="right") - 1).tolist()
    return found


_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_LONGEST_CHARACTER = 4  # bytes in UTF-8


class ReplyShape:
    """The rules for replies, from which `begin` makes the constraint; building it looks at all ids once.

    Args:
        pieces: of the model's tokenizer.
        end: the id that ends a reply.
        alphabet: the characters that a reply may have; None allows all.
    """

    def __init__(self, pieces: Pieces, end: int, alphabet: Alphabet | None = None) -> None:
        self.pieces, self._alphabet = pieces, alphabet
        self.text: Mask = pieces.text & np.array([_CONTROL.search(piece) is None for piece in pieces.of])
        self.open: Mask = self.text | pieces.mask(end)
        whole = pieces.utf8[ACCEPT] == ACCEPT
        seen = np.array([is_visible(piece.decode(errors="ignore")) for piece in pieces.of])
        self.visible: Mask = self.text & whole & seen
        self.beginning: Mask = self.visible | (self.text & (pieces.utf8[ACCEPT] > ACCEPT))
        self.blocklist = lru_cache(maxsize=2)(self._blocklist)

    def begin(self, room: int | None = None, blocked: tuple[str, ...] = (), heard: str = "") -> Constraint:
        """The constraint on a reply.

        Args:
            room: tokens that it may have; None for any number.
            blocked: words that it may not have.
            heard: text of the conversation, whose characters it may have as well.
        """
        parts: list[Constraint] = [ReplyConstraint(self, room), Utf8Constraint(self.pieces)]
        if self._alphabet is not None:
            parts.append(self._alphabet.begin(heard))
        if blocked:
            parts.append(self.blocklist(blocked).begin(room))
        return AllOf(*parts)

    def _blocklist(self, words: tuple[str, ...]) -> BlockList:
        return BlockList(self.pieces, words)


class ReplyConstraint:
    """Allows pieces of text without control characters, and the end once something is visible.

    It checks structure and visibility; characters are kept whole by `Utf8Constraint`.

    Args:
        shape: the rules.
        room: tokens that may still come; None for any number.
        visible: whether something is visible.
        rest: bytes of a character that is not whole yet, while nothing is visible.
    """

    __slots__ = ("_rest", "_room", "_shape", "_visible")

    def __init__(self, shape: ReplyShape, room: int | None, visible: bool = False, rest: bytes = b"") -> None:
        self._shape, self._room, self._visible, self._rest = shape, room, visible, rest

    def allowed(self) -> Mask:
        """The ids that may come next."""
        if self._visible:
            return self._shape.open
        if self._rest:
            return self._shape.pieces.continuing
        # A character in bytes may turn out to be white space: a token must be left after it.
        has_room = self._room is None or self._room > _LONGEST_CHARACTER
        return self._shape.beginning if has_room else self._shape.visible

    def advance(self, token: int, /) -> "ReplyConstraint":
        """The constraint after one more id."""
        if self._visible:
            return self
        text, rest = whole_characters(self._rest + self._shape.pieces.of[token])
        room = None if self._room is None else self._room - 1
        return ReplyConstraint(self._shape, room, is_visible(text), rest)


def is_visible(text: str) -> bool:
    """Whether a text has a character that is neither white space, nor a control or a format character."""
    return any(character.isprintable() and not character.isspace() for character in text)
