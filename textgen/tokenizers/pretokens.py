"""Pretokens: words with the space before them, numbers, punctuation, white space; cut, counted, and kept in a cache."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, get_args

from textgen.errors import ConfigurationError

Words = Literal["natural", "whitespace"]
WORDS: tuple[str, ...] = get_args(Words)
LONGEST = 1 + 64 + 16 * 9
"""Most characters in a pretoken: a space, 64 letters, 16 marks with up to 8 letters after each."""

# Combining marks of the scripts that write vowels or accents with them (`re` does not know \p{M}).
_MARKS = (
    "\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Latin, Cyrillic, Hebrew
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"  # Arabic
    "\u0900-\u0903\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962\u0963"  # Devanagari
    "\u0981-\u0983\u09bc\u09be-\u09cd\u09d7\u09e2\u09e3"  # Bengali
    "\u0a01-\u0a03\u0a3c-\u0a51\u0a70\u0a71\u0a75"  # Gurmukhi
    "\u0a81-\u0a83\u0abc\u0abe-\u0acd\u0ae2\u0ae3"  # Gujarati
    "\u0b01-\u0b03\u0b3c\u0b3e-\u0b57\u0b62\u0b63"  # Odia
    "\u0b82\u0bbe-\u0bcd\u0bd7"  # Tamil
    "\u0c00-\u0c04\u0c3c\u0c3e-\u0c56\u0c62\u0c63"  # Telugu
    "\u0c81-\u0c83\u0cbc\u0cbe-\u0cd6\u0ce2\u0ce3"  # Kannada
    "\u0d00-\u0d03\u0d3b\u0d3c\u0d3e-\u0d4d\u0d57\u0d62\u0d63"  # Malayalam
    "\u0d81-\u0d83\u0dca-\u0ddf\u0df2\u0df3"  # Sinhala
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece"  # Thai, Lao
    "\u0f71-\u0f84\u0f86\u0f87\u0f8d-\u0fbc\u102b-\u103e\u1056-\u1059\u17b4-\u17d3"  # Tibetan, Burmese, Khmer
    "\u200c\u200d"  # joiners
)
_LETTER = r"[^\W\d_]"
_WHITE = r"\s{1,64}(?= \S)|\s{1,64}"
_CONTRACTION = "[sS]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD]"
_NATURAL = re.compile(
    rf" ?{_LETTER}{{1,64}}(?:[{_MARKS}]{_LETTER}{{0,8}}){{0,16}}"
    rf"|['’](?:{_CONTRACTION})(?!{_LETTER})"
    r"| ?\d{1,64}"
    r"| ?(?:[^\s\w]{1,64}|_{1,64})"
    rf"|{_WHITE}"
)
_WHITESPACE = re.compile(rf" ?\S{{1,64}}|{_WHITE}")
_PATTERNS: dict[str, re.Pattern[str]] = {"natural": _NATURAL, "whitespace": _WHITESPACE}


def split(text: str, words: str = "natural") -> list[str]:
    """Cut a text into pretokens; joined again they are the text.

    Args:
        text: any text.
        words: "natural" for ordinary writing; "whitespace" for corpora already tokenised with spaces, where
            what stands between two spaces is one word.

    Raises:
        ConfigurationError: `words` is neither.

    Example:
        >>> split("jerry: it's 10  o'clock\\n")
        ['jerry', ':', ' it', "'s", ' 10', ' ', ' o', "'", 'clock', '\\n']
        >>> split("<unk> ca n't", words="whitespace")
        ['<unk>', ' ca', " n't"]
    """
    return pattern(words).findall(text)


def last(text: str, words: str = "natural") -> str:
    """Give the last pretoken of a text, "" for an empty one."""
    pretokens = split(text, words)
    return pretokens[-1] if pretokens else ""


def pattern(words: str) -> re.Pattern[str]:
    """Give the pattern whose matches are the pretokens of a text; the arguments are those of `split`."""
    if words not in _PATTERNS:
        raise ConfigurationError(f"Words cannot be cut as {words!r}; choose one of {', '.join(_PATTERNS)}.")
    return _PATTERNS[words]


_MOST = 1 << 16


class SegmentCache(dict[str, tuple[int, ...]]):
    """Maps pretokens to their ids, and computes the missing ones.

    It is emptied when full, which is rare and cheap, and keeps memory flat on any corpus.

    Args:
        segment: gives the ids of one pretoken.
        most: pretokens kept.
    """

    def __init__(self, segment: Callable[[str], list[int]], most: int = _MOST) -> None:
        super().__init__()
        self._segment = segment
        self._most = most

    def __missing__(self, pretoken: str) -> tuple[int, ...]:
        ids = tuple(self._segment(pretoken))
        if len(self) >= self._most:
            self.clear()
        self[pretoken] = ids
        return ids


SEEN_ENOUGH = 3
"""Tokens seen less often are spelled, in training too, so that a model learns to spell."""

_MOST_COUNTED = 1_000_000


def count(groups: Iterable[Iterable[str]], most: int = _MOST_COUNTED) -> Counter[str]:
    """Count tokens given in groups (one a text).

    When there are more than `most` different tokens, the rarest are dropped until at most half that number is left;
    below `most` the counts are exact.

    Example:
        >>> count(["abca", "a"])
        Counter({'a': 3, 'b': 1, 'c': 1})
    """
    counts: Counter[str] = Counter()
    for group in groups:
        counts.update(group)
        if len(counts) > most:
            counts = _without_rarest(counts, most // 2)
    return counts


def ranked(counts: Mapping[str, int], limit: int | None, least: int = SEEN_ENOUGH) -> list[str]:
    """Give the tokens seen at least `least` times, most frequent first, then by spelling.

    Args:
        counts: how often each token was seen.
        limit: how many to give; None for all.
        least: how often a token must have been seen.
    """
    frequent = [token for token, times in counts.items() if times >= least]
    return sorted(frequent, key=lambda token: (-counts[token], token))[:limit]


def check_limit(limit: int | None) -> None:
    """Refuse a vocabulary limit that leaves no room for a piece.

    Raises:
        ConfigurationError: the limit is below 1.
    """
    if limit is not None and limit < 1:
        raise ConfigurationError(f"The vocabulary limit is {limit}; it must be at least 1, or left out.")


def _without_rarest(counts: Counter[str], most: int) -> Counter[str]:
    floor = 0
    while len(counts) > most:
        floor += 1
        counts = Counter({token: times for token, times in counts.items() if times > floor})
    return counts
