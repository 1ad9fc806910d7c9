"""Looking for the words of a sample in a longer text that goes by, block by block."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.copy_detection import ngram_hashes, word_hashes
from textgen.decoding.options import SHORTEST_COPY

BLOCK_WORDS = 1 << 18

Place = TypeVar("Place")


@dataclass(frozen=True)
class Copy(Generic[Place]):
    """Words in a row that the sample and the text share.

    Args:
        words: the run.
        place: of the line in which it begins.
        word: number of its first word in that line, from 0.
    """

    words: tuple[str, ...]
    place: Place
    word: int


class CopySearch(Generic[Place]):
    """Finds the longest run of words that a sample shares with a text, and the share of eight-word spans copied.

    Runs are found by their hashes and confirmed word by word. A run of n words holds runs of n - 1 words, so only
    runs longer than the longest so far are looked for. Memory holds one block of the text.

    Args:
        sample: its words.
        block: words of the text that are searched at a time.

    Example:
        >>> search = CopySearch("you know what i mean".split())
        >>> search.add("well you know what".split(), place="line 1")
        >>> search.finish()
        >>> search.longest
        Copy(words=('you', 'know', 'what'), place='line 1', word=1)
    """

    def __init__(self, sample: Sequence[str], block: int = BLOCK_WORDS) -> None:
        self.longest: Copy[Place] | None = None
        self._sample = list(sample)
        self._hashes = word_hashes(self._sample)
        self._spans = ngram_hashes(self._hashes, SHORTEST_COPY)
        self._copied = np.zeros(len(self._spans), bool)
        self._overlap = max(len(self._sample), SHORTEST_COPY) - 1
        self._block = block + self._overlap
        self._words: list[str] = []
        self._starts: list[int] = []
        self._places: list[Place] = []

    def add(self, words: Sequence[str], place: Place) -> None:
        """Takes the next line of the text.

        Args:
            words: of the line.
            place: where it stands.
        """
        self._starts.append(len(self._words))
        self._places.append(place)
        self._words.extend(words)
        if len(self._words) >= self._block:
            self._search()
            self._forget()

    def finish(self) -> None:
        """Searches what came last; to be called when the text is complete."""
        self._search()

    @property
    def copied_share(self) -> float | None:
        """Of the sample's eight-word spans, how many stand in the text; None where the sample is shorter."""
        return float(self._copied.mean()) if len(self._copied) else None

    def _search(self) -> None:
        hashes = word_hashes(self._words)
        self._copied |= np.isin(self._spans, ngram_hashes(hashes, SHORTEST_COPY))
        while found := self._find(hashes, 1 + (len(self.longest.words) if self.longest else 0)):
            mine, theirs, length = found
            line = bisect_right(self._starts, theirs) - 1
            words = tuple(self._sample[mine : mine + length])
            self.longest = Copy(words, self._places[line], theirs - self._starts[line])

    def _find(self, hashes: NDArray[np.uint64], n: int) -> tuple[int, int, int] | None:
        """The first shared run of n words in the block, lengthened: its place in sample and block, and its length."""
        mine, theirs = ngram_hashes(self._hashes, n), ngram_hashes(hashes, n)
        if not len(mine) or not len(theirs):
            return None
        order = np.argsort(mine, kind="stable")
        ranks = np.minimum(mine[order].searchsorted(theirs), len(mine) - 1)
        for theirs_at in np.flatnonzero(mine[order][ranks] == theirs).tolist():
            mine_at = int(order[ranks[theirs_at]])
            length = self._shared(mine_at, theirs_at)
            if length >= n:  # else two runs had one hash
                return mine_at, theirs_at, length
        return None

    def _shared(self, mine_at: int, theirs_at: int) -> int:
        """How many words are the same from these places on."""
        most, length = min(len(self._sample) - mine_at, len(self._words) - theirs_at), 0
        while length < most and self._sample[mine_at + length] == self._words[theirs_at + length]:
            length += 1
        return length

    def _forget(self) -> None:
        """Drops the words that were searched, but for those that a run into the next block could begin with."""
        cut = len(self._words) - self._overlap
        first = bisect_right(self._starts, cut) - 1
        self._words = self._words[cut:]
        self._starts = [start - cut for start in self._starts[first:]]
        self._places = self._places[first:]
