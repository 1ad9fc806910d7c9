"""What the nats of a scored text come to, in figures that can be compared."""

import math
from dataclasses import dataclass

_TELLING_CHARACTERS = 1000
"""A sentence or two are predicted well or badly by chance."""


@dataclass(frozen=True)
class Scores:
    """How well a model predicts a text.

    Args:
        nats: of all tokens scored, in total: structure, bytes and ends included.
        tokens: how many were scored; the start of a document is given, not predicted.
        characters: Unicode characters of the scored text in the corpus's own style, line ends included.
        words: white-space words of that text.
        line_ends: newline characters of that text.

    Example:
        >>> Scores(nats=80 * math.log(2), tokens=40, characters=40, words=8, line_ends=2).bits_per_character
        2.0
    """

    nats: float
    tokens: int
    characters: int
    words: int
    line_ends: int

    @property
    def bits_per_character(self) -> float:
        """The one figure that compares levels and models."""
        return self.nats / math.log(2) / self.characters

    @property
    def perplexity(self) -> float:
        """Of a token; compares models with the same vocabulary."""
        return _exponential(self.nats / self.tokens)

    @property
    def word_perplexity(self) -> float:
        """Of a white-space word or line end, as word models are reported."""
        return _exponential(self.nats / (self.words + self.line_ends))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of the text, in sentences."""
        found = list[str]()
        if self.characters < _TELLING_CHARACTERS:
            found.append(f"{self.characters:,} characters are too few to judge a model by: score more text.")
        if not math.isfinite(self.word_perplexity) or not math.isfinite(self.perplexity):
            found.append("A perplexity is too large for a number, and is left out: bits per character still compares.")
        return tuple(found)


def finite(number: float) -> float | None:
    """The number, and None for an infinite one, which JSON cannot say."""
    return number if math.isfinite(number) else None


def _exponential(nats: float) -> float:
    """e to the nats; infinite where no number is large enough, as for "words" of a hundred characters."""
    try:
        return math.exp(nats)
    except OverflowError:
        return math.inf
