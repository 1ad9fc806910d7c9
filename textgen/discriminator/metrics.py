"""How often a discriminator is right on texts of equal numbers and lengths, beside baselines that only count."""

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from textgen.discriminator.calibration import Reliability, sigmoid

Text: TypeAlias = Sequence[int]
Example = TypeVar("Example")


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


def halves(examples: Sequence[Example], seed: int) -> tuple[list[Example], list[Example]]:
    """Two halves of texts or exchanges, drawn at random."""
    order = np.random.default_rng(seed).permutation(len(examples))
    middle = len(examples) // 2
    return [examples[k] for k in order[:middle]], [examples[k] for k in order[middle:]]


Array: TypeAlias = NDArray[np.float64]

_LONGEST = 3
"""Tokens of the longest n-gram that the baseline counts."""


class Classifier(Protocol):
    """Anything that gives texts log-odds of being real."""

    def logits(self, texts: Sequence[Text], /) -> NDArray[np.floating]:
        """Log-odds of being real. *Shape:* (texts,)."""


class NgramBaseline:
    """Naive Bayes over runs of one to three tokens, each counted once a text (Wang and Manning 2012).

    Args:
        examples: to learn from, as many real ones as generated.
    """

    def __init__(self, examples: Examples) -> None:
        counts: tuple[Counter[Text], ...] = (Counter(), Counter())
        for text, is_real in zip(*examples, strict=True):
            counts[int(is_real)].update(_ngrams(text))
        totals = [sum(count.values()) + len(counts[0].keys() | counts[1].keys()) for count in counts]
        bias = math.log(totals[0] / totals[1])
        self._weights = {
            ngram: math.log((counts[1][ngram] + 1) / (counts[0][ngram] + 1)) + bias
            for ngram in counts[0].keys() | counts[1].keys()
        }

    def logits(self, texts: Sequence[Text]) -> Array:
        """Log-odds of being real. *Shape:* (texts,)."""
        return np.array([sum(self._weights.get(ngram, 0.0) for ngram in _ngrams(text)) for text in texts])


class LengthBaseline:
    """Classifies texts by their number of tokens alone.

    Args:
        examples: to learn from, as many real ones as generated.
    """

    def __init__(self, examples: Examples) -> None:
        self._counts: tuple[Counter[int], ...] = (Counter(), Counter())
        for text, is_real in zip(*examples, strict=True):
            self._counts[int(is_real)][_bucket(text)] += 1

    def logits(self, texts: Sequence[Text]) -> Array:
        """Log-odds of being real. *Shape:* (texts,)."""
        generated, real = self._counts
        return np.array([math.log((real[_bucket(t)] + 1) / (generated[_bucket(t)] + 1)) for t in texts])


def discriminator_metrics(
    network: Classifier,
    temperature: float,
    training: tuple[Examples, Examples],
    unseen: tuple[Examples, Examples],
) -> dict[str, Any]:
    """Measures a discriminator on texts that neither it nor the model learned from.

    Args:
        network: the discriminator.
        temperature: its logits are divided by it.
        training: what the baselines learn from: texts matched in length (n-grams), and as they come (length).
        unseen: what all three are measured on: texts matched in length, and as they come.

    Returns:
        `accuracy` (texts matched in length) and `accuracy_natural` (texts as they come) of each classifier, the numbers
        of these texts, `texts` and `texts_natural`, and `calibration_error` and `reliability` on those matched.
    """
    classifiers: dict[str, Classifier] = {
        "discriminator": network,
        "ngrams": NgramBaseline(training[0]),
        "length": LengthBaseline(training[1]),
    }
    matched, natural = unseen
    reliability = Reliability.measure(sigmoid(network.logits(matched.texts) / temperature), matched.real)
    return {
        "accuracy": {name: accuracy(one.logits(matched.texts), matched.real) for name, one in classifiers.items()},
        "accuracy_natural": {
            name: accuracy(one.logits(natural.texts), natural.real) for name, one in classifiers.items()
        },
        "texts": len(matched.texts),
        "texts_natural": len(natural.texts),
        "calibration_error": reliability.error,
        "reliability": reliability.to_json(),
    }


def accuracy(logits: NDArray[np.floating], real: NDArray[np.bool_]) -> float:
    """The share of right answers; log-odds of 0 are right half the time."""
    return float(np.where(logits == 0, 0.5, (logits > 0) == real).mean())


def _ngrams(text: Text) -> set[Text]:
    ids = tuple(text)
    return {ids[k : k + n] for n in range(1, _LONGEST + 1) for k in range(len(ids) - n + 1)}


def _bucket(text: Text) -> int:
    """Lengths up to eight by themselves, longer ones in steps of a fifth."""
    return len(text) if len(text) <= 8 else 8 + round(math.log(len(text) / 8) / math.log(1.2))
