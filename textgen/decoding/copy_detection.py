"""Copy detection: follows the spoken words in a stream of ids, and finds runs that the training corpus has too."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from textgen.decoding.constraints.base import Pieces, whole_characters
from textgen.decoding.constraints.script import Place
from textgen.decoding.options import SHORTEST_COPY
from textgen.tokenizers.base import NAME_END

# Odd, so that multiplying by it loses no bits modulo 2^64; these are the bits of the golden ratio.
MULTIPLIER = 0x9E3779B97F4A7C15
_MODULUS = 1 << 64

_MOST_HASHES = 1 << 16
"""Words whose hashes are kept: a server's requests bring ever new ones."""


def word_hashes(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Hash words: the first 8 bytes of BLAKE2b of their UTF-8, little-endian; the same on every machine.

    Returns:
        One hash a word. *Shape:* (words,)
    """
    hashes = {word: _hash(word) for word in dict.fromkeys(words)}
    return np.fromiter((hashes[word] for word in words), dtype=np.uint64, count=len(words))


def ngram_hashes(hashes: npt.NDArray[np.uint64], n: int) -> npt.NDArray[np.uint64]:
    """Hash all runs of n words: a polynomial in MULTIPLIER modulo 2^64, the last word at power 0.

    Args:
        hashes: hashes of the words. *Shape:* (words,)
        n: words in a run, at least 1.

    Returns:
        One hash a run, none where there are fewer than n words. *Shape:* (max(words - n + 1, 0),)

    Raises:
        ValueError: n is below 1.
    """
    if n < 1:
        raise ValueError(f"n-grams need n of at least 1, not {n}.")
    runs = max(len(hashes) - n + 1, 0)
    total = np.zeros(runs, dtype=np.uint64)
    for place in range(n):
        power = np.uint64(pow(MULTIPLIER, n - 1 - place, _MODULUS))
        total += hashes[place : place + runs] * power
    return total


def ngram_hash(hashes: Iterable[int]) -> int:
    """Hash one run of words, as `ngram_hashes` does; quicker for a single one.

    Args:
        hashes: hashes of its words.
    """
    total = 0
    for word in hashes:
        total = (total * MULTIPLIER + word) % _MODULUS
    return total


def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


class CopyGuard:
    """Knows every run of eight words of the training corpus, by its hash.

    Words are what `str.split` finds in the texts of the lines, one line after the other; names and headings
    do not count.

    Args:
        index: hashes of the corpus's runs of eight words, sorted. *Shape:* (runs,)
        pieces: of the model's tokenizer.
    """

    def __init__(self, index: NDArray[np.uint64], pieces: Pieces) -> None:
        self._index = index
        self._hashes: dict[str, int] = {}
        self.pieces = pieces

    def begin(self, context: Sequence[int], words: int) -> "Speech":
        """The words of a prompt; its tokens have negative numbers, so that written tokens count from 0.

        Args:
            context: ids of the prompt.
            words: how many words in a row are a copy, 8 or more.
        """
        speech, place = Speech(self, words, position=-len(context)), Place.LINE_START
        for token in context:
            speech, place = speech.advance(token, place), place.after(token)
        return speech._replace(copied_at=None)

    def hash_of(self, word: str) -> int:
        """The hash of a word."""
        if word not in self._hashes:
            if len(self._hashes) >= _MOST_HASHES:
                self._hashes.clear()
            self._hashes[word] = int(word_hashes([word])[0])
        return self._hashes[word]

    def holds(self, words: tuple[int, ...]) -> bool:
        """Whether the corpus has these eight words, given by their hashes, in a row."""
        run = np.uint64(ngram_hash(words))
        place = int(self._index.searchsorted(run))
        return place < len(self._index) and bool(self._index[place] == run)


class Speech(NamedTuple):
    """The spoken words so far.

    Args:
        guard: knows the corpus.
        words: how many words in a row are a copy.
        position: number of the next token.
        recent: hashes of the last whole words, eight at most.
        run: number of consecutive runs of eight words, the last ending with the last whole word, that the corpus has.
        word: the beginning of a word that is not whole yet.
        rest: bytes of a character that is not whole yet.
        word_at: number of the token in which the unfinished word begins.
        copied_at: when the last token completed a copy, the number of the token in which the copy's last
            word begins.
    """

    guard: CopyGuard
    words: int
    position: int
    recent: tuple[int, ...] = ()
    run: int = 0
    word: str = ""
    rest: bytes = b""
    word_at: int = 0
    copied_at: int | None = None

    @property
    def began_word(self) -> bool:
        """Whether a word that is not whole yet begins in the last token."""
        return bool(self.word or self.rest) and self.word_at == self.position - 1

    def advance(self, token: int, place: Place) -> "Speech":
        """The words after one more token, which stands at `place`."""
        speech = self._replace(position=self.position + 1, copied_at=None)
        if token <= NAME_END:
            return speech._replace(rest=b"").closed()
        if place in _SILENT:
            return speech
        text, rest = whole_characters(self.rest + self.guard.pieces.of[token])
        begun_at = self.word_at if self.word or self.rest else self.position
        parts = text.split()
        if len(parts) == 1 and len(parts[0]) == len(text):
            return speech._replace(word=self.word + text, rest=rest, word_at=begun_at)
        return speech._split(text, parts, begun_at)._replace(rest=rest)

    def closed(self) -> "Speech":
        """The words when the last one ends here."""
        if not self.word:
            return self
        recent = (*self.recent, self.guard.hash_of(self.word))[-SHORTEST_COPY:]
        run = self.run + 1 if len(recent) == SHORTEST_COPY and self.guard.holds(recent) else 0
        copied = self.word_at if self.copied_at is None and run > self.words - SHORTEST_COPY else self.copied_at
        return self._replace(recent=recent, run=run, word="", copied_at=copied)

    def cut(self, characters: int) -> "Speech":
        """The words when this many characters are dropped from the end and the text ends there."""
        return self._replace(word=self.word[: max(0, len(self.word) - characters)]).closed()

    def _split(self, text: str, parts: list[str], begun_at: int) -> "Speech":
        """The words after a text with white space in it, or without any character."""
        speech, here = self, self.position - 1
        if text[:1].isspace():
            speech, begun_at = self.closed(), here
        for number, part in enumerate(parts):
            speech = speech._replace(word=speech.word + part, word_at=begun_at)
            if number < len(parts) - 1 or text[-1].isspace():
                speech = speech.closed()
            begun_at = here
        return speech if speech.word else speech._replace(word_at=begun_at)


_SILENT = (Place.HEADING, Place.NAME_START, Place.NAME)
