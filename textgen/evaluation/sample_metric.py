"""One distance for a generator's sample, by which generators are ranked in adversarial training."""

import math
from collections.abc import Mapping, Sequence

from textgen.evaluation.frechet import SentenceEncoder, find_encoder
from textgen.evaluation.text_metrics import TextFigures, TextMetrics, tokens

_RESAMPLES = 2
"""The fewest: standard errors are not asked for."""

_NOTHING_SAID = {"distance": math.inf, "distinct_2": 0.0, "self_bleu_4": 1.0}
_PLANE = ("bleu_4", "self_bleu_4")


class SampleMetric:
    """Measures samples of equal size: `TextMetrics`, with a distance from real lines that always exists.

    The distance is the Frechet distance between sentence embeddings. Where it cannot be measured, it is how far BLEU-4
    and self-BLEU-4 lie from those of real lines: poor lines share less with real ones, and those of a collapsed
    generator share too much with each other.

    Args:
        real: lines that the generator has not seen, in random order.
        lines: in a sample; no more than there are real ones.
        encoder: of sentences; None where there is none.

    Attributes:
        measure: what the distance is, in words.
        of_real: the figures of as many real lines, by the names of `TEXT_MEASURES`, and their `distance`.

    Raises:
        CorpusError: fewer than two real lines hold a word.

    Example:
        >>> metric = SampleMetric(held_out, 500, find_encoder())  # doctest: +SKIP
        >>> metric(sample)["distance"]  # doctest: +SKIP
    """

    def __init__(self, real: Sequence[str], lines: int, encoder: SentenceEncoder | None) -> None:
        self._metrics = TextMetrics(real, encoder, resamples=_RESAMPLES)
        self._is_frechet = encoder is not None and self._metrics.frechet_lines(lines) is not None
        if encoder is not None and self._is_frechet:
            self.measure = f"Frechet distance between sentence embeddings, {encoder.name}"
        else:
            why = "no sentence encoder is installed" if encoder is None else "lines are too few for sentence embeddings"
            self.measure = f"distance of BLEU-4 and self-BLEU-4 from those of real lines, since {why}"
        real_figures = self._metrics.real_figures(lines)
        self._real_place = _place(real_figures)
        self.of_real = self._with_distance(real_figures)

    def __call__(self, generated: Sequence[str]) -> Mapping[str, float]:
        """The figures of a sample and its `distance`, which is infinite where fewer than two lines have words."""
        if sum(bool(tokens(line)) for line in generated) < 2:
            return _NOTHING_SAID
        return self._with_distance(self._metrics.measure(generated))

    def _with_distance(self, figures: TextFigures) -> Mapping[str, float]:
        if self._is_frechet:
            found = figures.value("frechet_distance")
            distance = math.inf if found is None else found  # too few lines hold a word
        else:
            distance = math.dist(_place(figures), self._real_place)
        return {"distance": distance, **{name: one.value for name, one in figures.estimates.items()}}


def find_sample_metric(real: Sequence[str], lines: int) -> SampleMetric:
    """The metric with the sentence encoder, where that is installed."""
    return SampleMetric(real, lines, find_encoder())


def _place(figures: TextFigures) -> tuple[float, ...]:
    """Where the lines lie in the plane of BLEU-4 and self-BLEU-4."""
    return tuple(figures.estimates[name].value for name in _PLANE)
