"""Whether a text that is scored was in the training text after all."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.options import SHORTEST_COPY
from textgen.model_folder import ModelFolder
from textgen.text.ngrams import ngram_hashes, word_hashes

_SUSPICIOUS = 0.1
"""Two texts of one show share about one span in a hundred."""


_NOT_KNOWN = (
    "The model keeps no index of its training text, so that it cannot be told whether this text was in it: of text it "
    "has learned, the scores say little."
)


class Familiarity:
    """Sees speech, and counts how many of its eight-word spans the training text holds.

    Args:
        index: sorted hashes of the training text's spans; None where the model keeps none. *Shape:* (spans,).
    """

    def __init__(self, index: NDArray[np.uint64] | None) -> None:
        self._index = index
        self._spans = self._known = 0

    @classmethod
    def of(cls, folder: ModelFolder) -> "Familiarity":
        """With the training text of a model."""
        return cls(folder.novelty_index())

    def add(self, lines: Iterable[str]) -> None:
        """Takes lines of speech in, of which the next one goes on where one ends."""
        if self._index is None or len(self._index) == 0:
            return
        words = [word for line in lines for word in line.split()]
        spans = ngram_hashes(word_hashes(words), SHORTEST_COPY)
        places = np.minimum(self._index.searchsorted(spans), len(self._index) - 1)
        self._spans += len(spans)
        self._known += int(np.count_nonzero(self._index[places] == spans))

    @property
    def share(self) -> float:
        """Of the spans seen, how many the training text holds."""
        return self._known / max(self._spans, 1)

    def notes(self, held_out: bool) -> tuple[str, ...]:
        """What a person should know of the scores, in sentences.

        Args:
            held_out: whether the text is known to have been held out.
        """
        if self._index is None:
            return () if held_out else (_NOT_KNOWN,)
        if self.share < _SUSPICIOUS:
            return ()
        return (
            f"{self.share:.0%} of the eight-word spans of the scored text stand in the training text too: to that "
            "extent the scores are not those of unseen text.",
        )
