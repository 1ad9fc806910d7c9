"""The subword level: byte-level BPE, frequent words whole and rare ones in parts, down to bytes."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Self

from textgen.tokenizers.base import BYTES, Tokenizer, read_merges, read_speakers, read_words, refuse
from textgen.tokenizers.bpe import MergeTable, learn_merges
from textgen.tokenizers.pretokens import SegmentCache, check_limit, count, last, split

DEFAULT_LIMIT = 4_000


class SubwordTokenizer(Tokenizer):
    """Every merge is one id, in learned order; merges never cross a pretoken.

    Args:
        merges: pairs of indices, see `textgen.tokenizers.bpe.MergeTable`.
        speakers: names that have a label, in the order of their ids.
        words: how text is cut into pretokens, see `textgen.tokenizers.pretokens.split`.
    """

    level = "subword"

    def __init__(self, merges: Sequence[tuple[int, int]], speakers: Sequence[str], words: str = "natural") -> None:
        self._table = MergeTable(merges)
        super().__init__(self._table.pieces[BYTES:], speakers)
        self.words = words
        self._cache = SegmentCache(self._segment)

    @classmethod
    def learn(
        cls,
        texts: Iterable[str],
        speakers: Sequence[str],
        *,
        words: str = "natural",
        vocabulary_limit: int | None = None,
    ) -> Self:
        """Learn merges of pairs seen at least three times.

        Args:
            texts: the corpus, text by text.
            speakers: names that get a label.
            words: how text is cut into pretokens.
            vocabulary_limit: most merges; None for 4,000.

        Raises:
            MissingExtraError: the package `tokenizers` is not installed.
        """
        check_limit(vocabulary_limit)
        counts = count(split(text, words) for text in texts)
        return cls(learn_merges(counts, vocabulary_limit or DEFAULT_LIMIT), speakers, words)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Build the tokenizer again from `to_json`; raises ModelError where it is damaged."""
        merges, speakers, words = read_merges(document), read_speakers(document), read_words(document)
        try:
            return cls(merges, speakers, words)
        except ValueError as error:
            refuse(str(error))

    def grown(self, texts: Iterable[str], most: int, least: int) -> "SubwordTokenizer":
        """The same vocabulary, and behind its merges those that a corpus still asks for.

        What it cut before it cuts as before, and then joins further: no earlier merge is lost or changed.

        Args:
            texts: the corpus, text by text; read once.
            most: new merges.
            least: how often a pair of pieces must be there to become one.
        """
        known, counts = self._table.merges, count(split(text, self.words) for text in texts)
        return SubwordTokenizer([*known, *learn_merges(counts, most, known, least)], self.speakers, self.words)

    def parts(self, piece: bytes) -> list[int]:
        """The ids that a piece, which may begin or end within a character, is cut into."""
        return [self._id(index) for index in self._table.apply(piece)]

    def to_json(self) -> dict[str, Any]:
        """Give the vocabulary as plain lists and strings."""
        return {
            "level": self.level,
            "speakers": list(self.speakers),
            "words": self.words,
            "merges": [list(merge) for merge in self._table.merges],
        }

    def last_word(self, text: str) -> str:
        """Give the last pretoken: it may be the beginning of a longer word."""
        return last(text, self.words)

    def _encode(self, text: str) -> list[int]:
        return list(chain.from_iterable(map(self._cache.__getitem__, split(text, self.words))))

    def _segment(self, pretoken: str) -> list[int]:
        return self.parts(pretoken.encode("utf-8"))

    def _id(self, index: int) -> int:
        return self.first_byte + index if index < BYTES else self.first_piece - BYTES + index
