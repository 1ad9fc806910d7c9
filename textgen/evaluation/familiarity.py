"""Whether a text that is scored was in the training text after all."""

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.scene import Scene
from textgen.decoding.options import SHORTEST_COPY
from textgen.text.ngrams import ngram_hashes, word_hashes

_SUSPICIOUS = 0.1
"""Two texts of one show share about one span in a hundred."""


class Familiarity:
    """Sees scenes, and counts how many of their eight-word spans of speech the training text holds.

    Args:
        index: sorted hashes of the training text's spans; None where the model keeps none. *Shape:* (spans,).
    """

    def __init__(self, index: NDArray[np.uint64] | None) -> None:
        self._index = index
        self._spans = self._known = 0

    def add(self, scene: Scene) -> None:
        """Takes one scene in."""
        if self._index is None or len(self._index) == 0:
            return
        words = [word for line in scene.lines for word in line.text.split()]
        spans = ngram_hashes(word_hashes(words), SHORTEST_COPY)
        places = np.minimum(self._index.searchsorted(spans), len(self._index) - 1)
        self._spans += len(spans)
        self._known += int(np.count_nonzero(self._index[places] == spans))

    @property
    def share(self) -> float:
        """Of the spans seen, how many the training text holds."""
        return self._known / max(self._spans, 1)

    @property
    def warning(self) -> str | None:
        """What a person should know, if anything."""
        if self.share < _SUSPICIOUS:
            return None
        return (
            f"{self.share:.0%} of the eight-word spans of the scored text stand in the training text too: to that "
            "extent the scores are not those of unseen text."
        )
