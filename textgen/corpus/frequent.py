"""The most frequent of any number of texts, found in one pass and bounded memory."""

from collections import Counter
from dataclasses import dataclass

_COUNTED = 1_000
_LONGEST = 1_000
"""Characters of a text that tell it from others."""

_DOMINATING = 0.1
_BY_CHANCE = 5
"""Of a few texts, some may well be the same: a text that is there less often dominates nothing."""


@dataclass(frozen=True)
class Dominating:
    """A text that makes more than a tenth of all, and is there five times or more.

    Args:
        text: the text, its first 1,000 characters at most.
        share: of all texts; where it was not counted exactly, it is at least this.
    """

    text: str
    share: float


class FrequentTexts:
    """Counts texts and forgets the rare ones (Misra and Gries 1982, "Finding repeated elements").

    Of n texts each count is too low by less than n / 1,000, and never too high.

    Example:
        >>> counts = FrequentTexts()
        >>> for text in ["yes", "no", "yes", "yes"] * 2:
        ...     counts.add(text)
        >>> counts.dominating()
        Dominating(text='yes', share=0.75)
    """

    def __init__(self) -> None:
        self._counts, self._texts = Counter[str](), 0

    def add(self, text: str) -> None:
        """Count a text."""
        self._texts += 1
        self._counts[text[:_LONGEST]] += 1
        if len(self._counts) > _COUNTED:
            self._counts = Counter({text: times - 1 for text, times in self._counts.items() if times > 1})

    def dominating(self) -> Dominating | None:
        """The most frequent text, if it dominates; None where none does."""
        for text, times in self._counts.most_common(1):
            if times >= _BY_CHANCE and times > _DOMINATING * self._texts:
                return Dominating(text, times / self._texts)
        return None
