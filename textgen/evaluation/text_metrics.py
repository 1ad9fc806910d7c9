"""Text metrics: the table of all measures; BLEU, diversity and Frechet distance of lines compared with real ones."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from textgen.errors import ConfigurationError, CorpusError
from textgen.evaluation.bootstrap import RESAMPLES, Estimate, estimate
from textgen.evaluation.frechet import FEWEST, FrechetDistance, SentenceEncoder
from textgen.evaluation.ngram_metrics import BLEU_ORDERS, DISTINCT_ORDERS, Distinct, References, SelfBleu
from textgen.tokenizers.pretokens import split

TOKENISATION = "textgen natural: words, numbers and runs of punctuation; case kept"
"""How texts are cut for the metrics, whatever the model's vocabulary. Every report names it, since BLEU changes by
several points with the tokenisation."""


def tokens(text: str) -> list[str]:
    """The words, numbers and runs of punctuation of a text, in order.

    Example:
        >>> tokens("It isn't a dog's, is it?")
        ['It', 'isn', "'t", 'a', 'dog', "'s", ',', 'is', 'it', '?']
    """
    return [token for piece in split(text) if (token := piece.strip())]


Direction = Literal["higher", "lower", "as real"]


@dataclass(frozen=True)
class Measure:
    """What a figure of a model means, and which way is better.

    Args:
        title: its name for people.
        better: which way is better; `as real` where only the distance from real text counts.
        highest: its largest value; None where there is none. The smallest is `lowest`.
        meaning: what it measures, in a few words.
        lowest: its smallest value.
    """

    title: str
    better: Direction
    highest: float | None
    meaning: str
    lowest: float = 0

    def clipped(self, interval: tuple[float, float]) -> tuple[float, float]:
        """As much of an interval as a value can reach."""
        highest = math.inf if self.highest is None else self.highest
        return max(interval[0], self.lowest), min(interval[1], highest)


BLEU = tuple(f"bleu_{n}" for n in BLEU_ORDERS)
SELF_BLEU = tuple(f"self_bleu_{n}" for n in BLEU_ORDERS)
DISTINCT = tuple(f"distinct_{n}" for n in DISTINCT_ORDERS)

TEXT_MEASURES: dict[str, Measure] = {
    **{f"bleu_{n}": Measure(f"BLEU-{n}", "higher", 1, "n-grams shared with held-out lines") for n in BLEU_ORDERS},
    **{f"self_bleu_{n}": Measure(f"self-BLEU-{n}", "lower", 1, "n-grams shared among the lines") for n in BLEU_ORDERS},
    **{f"distinct_{n}": Measure(f"distinct-{n}", "higher", 1, "different n-grams among all") for n in DISTINCT_ORDERS},
    "frechet_distance": Measure("Frechet distance", "lower", None, "between embeddings of real and written lines"),
    "tokens_per_line": Measure("tokens a line", "as real", None, "words, numbers and runs of punctuation"),
}
"""Of lines of text, without their speakers."""

SCRIPT_MEASURES: dict[str, Measure] = {
    "well_formed_share": Measure("well-formed lines", "higher", 1, "not empty, brackets closed, read back as written"),
    "known_speakers_share": Measure("known speakers", "higher", 1, "lines whose speaker the corpus has"),
}
"""Of lines of a script."""

COPY_MEASURES: dict[str, Measure] = {
    "copied_share": Measure("copied spans", "lower", 1, "eight-word spans that stand in the training text"),
    "longest_copied_words": Measure("longest copy", "lower", None, "words in a row that stand in the training text"),
}
"""Of lines and the training text."""

PREDICTION_MEASURES: dict[str, Measure] = {
    "bits_per_character": Measure("bits per character", "lower", None, "to write down held-out text; compares models"),
    "perplexity": Measure("perplexity", "lower", None, "tokens it hesitates between; same vocabulary only", lowest=1),
    "word_perplexity": Measure("word perplexity", "lower", None, "the same for a word or line end", lowest=1),
}
"""Of the model and held-out text."""

MEASURES = {**PREDICTION_MEASURES, **TEXT_MEASURES, **SCRIPT_MEASURES, **COPY_MEASURES}


@dataclass(frozen=True)
class TextFigures:
    """The text metrics of lines.

    Args:
        estimates: by the names of `TEXT_MEASURES`; what could not be measured is left out.
        lines: how many were measured; those without a token do not count.
        frechet_lines: how many on each side of the Frechet distance; None where it was not measured.
    """

    estimates: Mapping[str, Estimate]
    lines: int
    frechet_lines: int | None

    def value(self, name: str) -> float | None:
        """A figure by its name; None where it was not measured."""
        return self.estimates[name].value if name in self.estimates else None


class TextMetrics:
    """Compares samples of lines with real lines, which are counted and embedded once.

    The Frechet distance is measured from one half of the real lines; the other half shows the figures of real text.

    Args:
        real: lines that the model has not seen, in random order.
        encoder: of sentences; without one there is no Frechet distance.
        seed: of the standard errors.
        resamples: to find standard errors from; 2 or 3 where only the figures matter.

    Raises:
        CorpusError: fewer than two of the lines hold a token.

    Example:
        >>> metrics = TextMetrics(held_out, find_encoder())  # doctest: +SKIP
        >>> metrics.measure(sample).value("frechet_distance")  # doctest: +SKIP
    """

    def __init__(
        self,
        real: Sequence[str],
        encoder: SentenceEncoder | None = None,
        seed: int = 0,
        resamples: int = RESAMPLES,
    ) -> None:
        self._real = [line for line in real if tokens(line)]
        if len(self._real) < 2:
            raise CorpusError(
                f"Lines were to be compared with real ones, but the real text holds {len(self._real)} lines with "
                "words: give at least two, and better some hundreds."
            )
        self._references = References([tokens(line) for line in self._real])
        self._frechet = FrechetDistance(self._real[: len(self._real) // 2], encoder) if encoder else None
        self._seed, self._resamples = seed, resamples

    @property
    def references(self) -> int:
        """How many real lines there are to compare with."""
        return len(self._real)

    def measure(self, lines: Sequence[str]) -> TextFigures:
        """The figures of lines.

        Raises:
            ConfigurationError: fewer than two of them hold a token.
        """
        lines = [line for line in lines if tokens(line)]
        if len(lines) < 2:
            raise ConfigurationError(
                f"{len(lines)} lines with words were to be judged; a sample must have at least two: write more lines."
            )
        return self._figures(lines, self._references.bleu([tokens(line) for line in lines]))

    def real_figures(self, lines: int) -> TextFigures:
        """The figures of as many real lines, or of all; BLEU compares each with all the others."""
        lines = min(lines, self.references)
        everywhere = SelfBleu([tokens(line) for line in self._real]).of(np.arange(self.references))
        return self._figures(self._real[-lines:], everywhere[-lines:])

    def _figures(self, lines: Sequence[str], bleu: NDArray[np.float64]) -> TextFigures:
        spoken = [tokens(line) for line in lines]
        overlaps = np.column_stack([bleu, [len(line) for line in spoken]])
        self_bleu, distinct = SelfBleu(spoken), Distinct(spoken)

        def figures(rows: NDArray[np.intp]) -> NDArray[np.float64]:
            return np.concatenate([overlaps[rows].mean(axis=0), self_bleu.of(rows).mean(axis=0), distinct.of(rows)])

        names = (*BLEU, "tokens_per_line", *SELF_BLEU, *DISTINCT)
        found = dict(zip(names, self._estimate(figures, len(lines)), strict=True))
        frechet_lines = self.frechet_lines(len(lines))
        if self._frechet is not None and frechet_lines is not None:
            distance = self._frechet.distance_of(lines[-frechet_lines:])
            found["frechet_distance"] = self._estimate(lambda rows: np.array([distance(rows)]), frechet_lines)[0]
        return TextFigures({name: found[name] for name in TEXT_MEASURES if name in found}, len(lines), frechet_lines)

    def frechet_lines(self, lines: int) -> int | None:
        """How many lines a side the Frechet distance of a sample compares; None where they are too few."""
        most = min(lines, self.references // 2)
        return most if self._frechet is not None and most >= FEWEST else None

    def _estimate(self, statistic: Callable[[NDArray[np.intp]], NDArray[np.float64]], count: int) -> list[Estimate]:
        return estimate(statistic, count, self._seed, self._resamples)
