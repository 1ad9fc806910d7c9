"""Comparing lines of text with real ones: quality, diversity, and how far apart they are as a whole."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textgen.errors import ConfigurationError, CorpusError
from textgen.evaluation.bleu import References, SelfBleu
from textgen.evaluation.diversity import Distinct
from textgen.evaluation.encoder import SentenceEncoder
from textgen.evaluation.estimates import RESAMPLES, Estimate, estimate
from textgen.evaluation.frechet import FEWEST, FrechetJudge
from textgen.evaluation.measures import BLEU, DISTINCT, SELF_BLEU, TEXT_MEASURES
from textgen.evaluation.tokens import tokens


@dataclass(frozen=True)
class TextFigures:
    """What lines come to.

    Args:
        estimates: by the names of `TEXT_MEASURES`; what could not be had is not there.
        lines: how many were judged; those without a token do not count.
        frechet_lines: how many on each side of the Frechet distance; None where it is not there.
    """

    estimates: Mapping[str, Estimate]
    lines: int
    frechet_lines: int | None

    def value(self, name: str) -> float | None:
        """A figure by its name; None where it could not be had."""
        return self.estimates[name].value if name in self.estimates else None


class TextJudge:
    """Judges lines by real ones, which are counted and embedded once; any number of samples may follow.

    The Frechet distance is to one half of the real lines; the other half shows what real text comes to.

    Args:
        real: lines that the model has not seen, in random order.
        encoder: of sentences; without one there is no Frechet distance.
        seed: of the standard errors.
        resamples: to find standard errors from; 2 or 3 where only the figures matter.

    Raises:
        CorpusError: fewer than two of the lines hold a token.

    Example:
        >>> judge = TextJudge(held_out, find_encoder())  # doctest: +SKIP
        >>> judge.judge(sample).value("frechet_distance")  # doctest: +SKIP
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
        self._frechet = FrechetJudge(self._real[: len(self._real) // 2], encoder) if encoder else None
        self._seed, self._resamples = seed, resamples

    @property
    def references(self) -> int:
        """How many real lines there are to compare with."""
        return len(self._real)

    def judge(self, lines: Sequence[str]) -> TextFigures:
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
