"""The word level: one id a frequent word; rare words in characters, rare characters in UTF-8 bytes."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Self

from textgen.tokenizers.base import Tokenizer, read_pieces, read_speakers, read_words, spell
from textgen.tokenizers.pretokens import SegmentCache, check_limit, count, last, ranked, split

DEFAULT_LIMIT = 40_000


class WordTokenizer(Tokenizer):
    """Every word of the vocabulary is one id, with the space before it; a character is a word of length one.

    Args:
        pieces: words and characters, in the order of their ids.
        speakers: names that have a label, in the order of their ids.
        words: how text is cut into words, see `textgen.tokenizers.pretokens.split`.
    """

    level = "word"

    def __init__(self, pieces: Sequence[str], speakers: Sequence[str], words: str = "natural") -> None:
        super().__init__([piece.encode("utf-8") for piece in pieces], speakers)
        self.words = words
        self._ids = {piece: self.first_piece + index for index, piece in enumerate(pieces)}
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
        """Learn the words seen at least three times, and on top of them the characters seen as often.

        Args:
            texts: the corpus, text by text.
            speakers: names that get a label.
            words: how text is cut into words.
            vocabulary_limit: most words; None for 40,000.
        """
        check_limit(vocabulary_limit)
        counts = count(split(text, words) for text in texts)
        frequent = ranked(counts, vocabulary_limit or DEFAULT_LIMIT)
        characters = ranked(_character_counts(counts), None)
        return cls(list(dict.fromkeys(frequent + characters)), speakers, words)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Build the tokenizer again from `to_json`; raises ModelError where it is damaged."""
        return cls(read_pieces(document), read_speakers(document), read_words(document))

    def to_json(self) -> dict[str, Any]:
        """Give the vocabulary as plain lists and strings."""
        return {
            "level": self.level,
            "speakers": list(self.speakers),
            "words": self.words,
            "pieces": list(self._ids),
        }

    def last_word(self, text: str) -> str:
        """Give the last pretoken: it may be the beginning of a longer word."""
        return last(text, self.words)

    def _encode(self, text: str) -> list[int]:
        return list(chain.from_iterable(map(self._cache.__getitem__, split(text, self.words))))

    def _segment(self, pretoken: str) -> list[int]:
        index = self._ids.get(pretoken)
        return spell(pretoken, self._ids, self.first_byte) if index is None else [index]


def _character_counts(counts: Mapping[str, int]) -> Counter[str]:
    characters: Counter[str] = Counter()
    for word, times in counts.items():
        for character in word:
            characters[character] += times
    return characters
