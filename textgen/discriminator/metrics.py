"""What a discriminator is worth: how often it is right, beside judges that only count, and how honest it is."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from textgen.discriminator.baselines import LengthBaseline, NgramBaseline
from textgen.discriminator.calibration import Reliability, sigmoid
from textgen.discriminator.matching import Examples, Text


class TextJudge(Protocol):
    """Whatever gives texts log-odds of being real."""

    def logits(self, texts: Sequence[Text], /) -> NDArray[np.floating]:
        """Log-odds of being real. *Shape:* (texts,)."""


def measure_worth(
    network: TextJudge, temperature: float, training: tuple[Examples, Examples], unseen: tuple[Examples, Examples]
) -> dict[str, Any]:
    """Measures a discriminator on texts that nobody learned from.

    Args:
        network: judges.
        temperature: its logits are divided by it.
        training: what the baselines learn from, of equal lengths (n-grams) and as it comes (length).
        unseen: what all are judged by, of equal lengths and as it comes.

    Returns:
        `accuracy` and `accuracy_natural` (of texts as they come) of each judge, `texts` and `texts_natural` they were
        measured on, and of those of equal lengths `calibration_error` and `reliability`.
    """
    judges = {"discriminator": network, "ngrams": NgramBaseline(training[0]), "length": LengthBaseline(training[1])}
    matched, natural = unseen
    reliability = Reliability.measure(sigmoid(network.logits(matched.texts) / temperature), matched.real)
    return {
        "accuracy": {name: accuracy(judge.logits(matched.texts), matched.real) for name, judge in judges.items()},
        "accuracy_natural": {
            name: accuracy(judge.logits(natural.texts), natural.real) for name, judge in judges.items()
        },
        "texts": len(matched.texts),
        "texts_natural": len(natural.texts),
        "calibration_error": reliability.error,
        "reliability": reliability.to_json(),
    }


def accuracy(logits: NDArray[np.floating], real: NDArray[np.bool_]) -> float:
    """The share that is judged right; a judge that cannot say is right half the time."""
    return float(np.where(logits == 0, 0.5, (logits > 0) == real).mean())
