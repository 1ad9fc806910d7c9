"""Real and generated texts in equal numbers and of equal lengths, so that neither tells them apart."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Text: TypeAlias = Sequence[int]


class Examples(NamedTuple):
    """Texts to learn from or to be measured on.

    Args:
        texts: ids of each.
        real: whether it is real; else it was generated. *Shape:* (texts,).
    """

    texts: list[Text]
    real: NDArray[np.bool_]


def balanced(real: Sequence[Text], generated: Sequence[Text], seed: int) -> Examples:
    """As many texts of either kind as there are of the rarer one, whatever their lengths."""
    return _drawn([(real, generated)], seed)


def matched(real: Sequence[Text], generated: Sequence[Text], seed: int) -> Examples:
    """Of each length in tokens as many texts of either kind as there are of the rarer one.

    A discriminator that learned from these does not know which lengths are real: it has to read.
    """
    by_length: tuple[dict[int, list[Text]], ...] = (defaultdict(list), defaultdict(list))
    for kind, texts in zip(by_length, (real, generated), strict=True):
        for text in texts:
            kind[len(text)].append(text)
    shared = sorted(by_length[0].keys() & by_length[1].keys())
    return _drawn([(by_length[0][length], by_length[1][length]) for length in shared], seed)


def _drawn(groups: list[tuple[Sequence[Text], Sequence[Text]]], seed: int) -> Examples:
    random = np.random.default_rng(seed)
    texts: list[Text] = []
    real: list[bool] = []
    for pair in groups:
        size = min(map(len, pair))
        for kind, is_real in zip(pair, (True, False), strict=True):
            texts += [kind[k] for k in random.permutation(len(kind))[:size]]
            real += [is_real] * size
    return Examples(texts, np.array(real, bool))


def halves(texts: Sequence[Text], seed: int) -> tuple[list[Text], list[Text]]:
    """Two halves of texts, drawn at random."""
    order = np.random.default_rng(seed).permutation(len(texts))
    middle = len(texts) // 2
    return [texts[k] for k in order[:middle]], [texts[k] for k in order[middle:]]
