"""Calibration of a discriminator: temperature scaling, and how far its probabilities agree with the facts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Logits: TypeAlias = NDArray[np.floating]
Real: TypeAlias = NDArray[np.bool_]

BINS = 10
_COLDEST, _HOTTEST = 0.05, 20.0


def sigmoid(logits: Logits | float) -> NDArray[np.float64]:
    """Probabilities of logits."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * np.asarray(logits, np.float64))))


def cross_entropy(logits: Logits, real: Real) -> float:
    """Mean cross-entropy in nats of the logits of texts, real or not."""
    return float(np.logaddexp(0.0, np.where(real, -1.0, 1.0) * logits).mean())


def fit_temperature(logits: Logits, real: Real) -> float:
    """The number that logits are divided by so that their cross-entropy is least (Guo et al. 2017).

    Args:
        logits: of "real", for texts that were not learned from. *Shape:* (texts,).
        real: whether each is. *Shape:* (texts,).

    Returns:
        From 0.05 to 20; at 20 the logits say nothing.
    """
    return fit_slope(lambda temperature: float(np.mean((sigmoid(logits / temperature) - real) * logits)))


def fit_slope(slope: Callable[[float], float]) -> float:
    """The temperature, from 0.05 to 20, at which a cross-entropy is least.

    Args:
        slope: of the cross-entropy, which is convex in 1 / temperature, at a temperature.
    """
    coldest, hottest = np.log(_COLDEST), np.log(_HOTTEST)
    for _ in range(50):
        middle = 0.5 * (coldest + hottest)
        coldest, hottest = (middle, hottest) if slope(np.exp(middle)) > 0 else (coldest, middle)
    return float(np.exp(0.5 * (coldest + hottest)))


@dataclass(frozen=True)
class Bin:
    """Texts of about the same probability.

    Args:
        said: their mean probability of being real.
        found: the share of them that is real.
        texts: how many.
    """

    said: float
    found: float
    texts: int


@dataclass(frozen=True)
class Reliability:
    """How far probabilities and facts agree.

    Args:
        bins: of equal width from 0 to 1, those without texts left out.
    """

    bins: tuple[Bin, ...]

    @classmethod
    def measure(cls, probabilities: NDArray[np.floating], real: Real) -> "Reliability":
        """Compares the probabilities of texts with what they are.

        Args:
            probabilities: of being real. *Shape:* (texts,).
            real: whether each is. *Shape:* (texts,).
        """
        numbers = np.minimum((probabilities * BINS).astype(int), BINS - 1)
        chosen = [numbers == number for number in range(BINS)]
        return cls(
            tuple(Bin(float(probabilities[k].mean()), float(real[k].mean()), int(k.sum())) for k in chosen if k.any())
        )

    @property
    def error(self) -> float:
        """The expected calibration error: by how much the two differ, on average over the texts (0 is best)."""
        texts = sum(one.texts for one in self.bins)
        return sum(one.texts * abs(one.said - one.found) for one in self.bins) / texts

    def to_json(self) -> list[dict[str, Any]]:
        """The bins as plain JSON values."""
        return [dict(one.__dict__) for one in self.bins]
