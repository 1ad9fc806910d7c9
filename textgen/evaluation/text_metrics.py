"""Text metrics of many lines beside real ones: BLEU, self-BLEU, distinct-n, lengths, Frechet distance.

BLEU is that of Papineni et al. 2002 for a single line, smoothed by method 1 of Chen and Cherry 2014; self-BLEU, the
BLEU of a line against all others of its sample, is that of Zhu et al. 2018 (Texygen). Figures are those of NLTK's
`sentence_bleu` with equal weights and `SmoothingFunction().method1`. Distinct-n is the share of different n-grams among
all (Li et al. 2016).
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.copy_detection import ngram_hashes, word_hashes
from textgen.errors import ConfigurationError, CorpusError
from textgen.evaluation.bootstrap import RESAMPLES, Estimate, estimate
from textgen.evaluation.frechet import FEWEST, FrechetDistance, SentenceEncoder
from textgen.tokenizers.pretokens import split

BLEU_ORDERS = (2, 3, 4, 5)
"""BLEU-n looks at n-grams up to n."""

DISTINCT_ORDERS = (1, 2, 3, 4)
"""Distinct-n counts n-grams of these lengths."""

_LENGTHS = range(1, BLEU_ORDERS[-1] + 1)

_EPSILON = 0.1
"""The number of matches that method 1 uses in place of zero."""

Counts = NDArray[np.intp]


@dataclass(frozen=True)
class Ngrams:
    """The n-grams of lines, each once a line, ordered by n-gram and line.

    Args:
        ids: of the n-grams: their hashes. *Shape:* (occurrences,).
        lines: numbers of the lines they stand in. *Shape:* (occurrences,).
        counts: how often they stand there. *Shape:* (occurrences,).
    """

    ids: NDArray[np.uint64]
    lines: NDArray[np.intp]
    counts: NDArray[np.intp]


def count_ngrams(lines: Sequence[Sequence[str]], orders: Sequence[int]) -> Iterator[Ngrams]:
    """Counts n-grams, none of which goes beyond its line.

    Args:
        lines: their tokens.
        orders: each n to count for.
    """
    words = word_hashes(list(chain.from_iterable(lines)))
    owners = np.repeat(np.arange(len(lines)), [len(line) for line in lines])
    for n in orders:
        hashes = ngram_hashes(words, n)
        first, last = owners[: len(hashes)], owners[len(owners) - len(hashes) :]
        yield _gathered(hashes[first == last], first[first == last])


def _gathered(hashes: NDArray[np.uint64], lines: NDArray[np.intp]) -> Ngrams:
    order = np.lexsort((lines, hashes))
    hashes, lines = hashes[order], lines[order]
    is_new = np.ones(len(hashes), bool)
    is_new[1:] = (hashes[1:] != hashes[:-1]) | (lines[1:] != lines[:-1])
    starts = np.flatnonzero(is_new)
    return Ngrams(hashes[starts], lines[starts], np.diff(starts, append=len(hashes)))


class References:
    """Lines that others are compared with.

    Args:
        lines: their tokens.

    Example:
        >>> References([["a", "b", "c"], ["d"]]).bleu([["a", "b", "c"]])[0, 0]
        np.float64(1.0)
    """

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self._maxima = [_maxima(ngrams) for ngrams in count_ngrams(lines, _LENGTHS)]
        self._lengths = np.unique(_lengths(lines))

    def bleu(self, lines: Sequence[Sequence[str]]) -> NDArray[np.float64]:
        """BLEU-2 to 5 of each line. *Shape:* (lines, 4).

        Args:
            lines: their tokens.
        """
        matched = []
        for ngrams, (ids, most) in zip(count_ngrams(lines, _LENGTHS), self._maxima, strict=True):
            ranks = ids.searchsorted(ngrams.ids)
            is_known = (ranks < len(ids)) & (np.append(ids, np.uint64(0))[ranks] == ngrams.ids)
            matches = np.minimum(ngrams.counts, np.append(most, 0)[ranks]) * is_known
            matched.append(np.bincount(ngrams.lines, matches, len(lines)))
        lengths = _lengths(lines)
        nearest = {length: _nearest(length, self._lengths) for length in set(lengths.tolist())}
        return _bleu(matched, lengths, np.array([nearest[length] for length in lengths.tolist()]))


class SelfBleu:
    """BLEU of each line against the other lines; of all lines, or of some taken alone.

    Args:
        lines: their tokens.

    Example:
        >>> SelfBleu([["a", "b"], ["a", "b"], ["c"]]).of(np.array([0, 1]))[:, 0]
        array([1., 1.])
    """

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self._lengths = _lengths(lines)
        self._ngrams = [_by_count(ngrams) for ngrams in count_ngrams(lines, _LENGTHS)]

    def of(self, rows: Counts) -> NDArray[np.float64]:
        """BLEU-2 to 5 of some lines, each against the others of them. *Shape:* (rows,) to (rows, 4)."""
        chosen = np.zeros(len(self._lengths), bool)
        chosen[rows] = True
        matched = []
        for ngrams in self._ngrams:
            here = chosen[ngrams.lines]
            ids, counts = ngrams.ids[here], ngrams.counts[here]
            # Another line has the n-gram at least as often, except for the line with the most: the second most counts.
            is_most = np.append(ids[1:] != ids[:-1], np.ones(min(len(ids), 1), bool))
            second = np.where(np.append(False, ids[1:] == ids[:-1])[: len(ids)], np.roll(counts, 1), 0)
            matches = np.where(is_most, second, counts)
            matched.append(np.bincount(ngrams.lines[here], matches, len(self._lengths))[rows])
        lengths = self._lengths[rows]
        known, frequencies = np.unique(lengths, return_counts=True)
        nearest = {
            length: length if frequency > 1 else _nearest(length, known[known != length])
            for length, frequency in zip(known.tolist(), frequencies.tolist(), strict=True)
        }
        return _bleu(matched, lengths, np.array([nearest[length] for length in lengths.tolist()]))


def _bleu(matched: Sequence[NDArray[Any]], lengths: Counts, nearest: Counts) -> NDArray[np.float64]:
    """BLEU from the matches of each order and the lengths of the nearest references. *Shape of each:* (lines,)."""
    total, scores = np.zeros(len(lengths)), []
    for n, matches in zip(_LENGTHS, matched, strict=True):
        total += np.log(np.where(matches > 0, matches, _EPSILON) / np.maximum(lengths - n + 1, 1))
        if n in BLEU_ORDERS:
            scores.append(np.exp(total / n))
    brevity = np.exp(np.minimum(1 - nearest / np.maximum(lengths, 1), 0))
    smoothed: NDArray[np.float64] = np.stack(scores, axis=1) * (brevity * (matched[0] > 0))[:, None]
    return smoothed


def _nearest(length: int, lengths: Counts) -> int:
    """The nearest of ascending lengths, the shorter one of a tie; the length itself where there are none."""
    return int(lengths[np.argmin(np.abs(lengths - length))]) if len(lengths) else length


def _lengths(lines: Sequence[Sequence[str]]) -> Counts:
    return np.array([len(line) for line in lines], np.intp)


def _by_count(ngrams: Ngrams) -> Ngrams:
    """The same, ordered by n-gram and then by how often a line has it."""
    order = np.lexsort((ngrams.counts, ngrams.ids))
    return Ngrams(ngrams.ids[order], ngrams.lines[order], ngrams.counts[order])


def _maxima(ngrams: Ngrams) -> tuple[NDArray[np.uint64], Counts]:
    """The n-grams, ascending, and the highest count of each in a line."""
    ids, starts = np.unique(ngrams.ids, return_index=True)
    return ids, np.maximum.reduceat(ngrams.counts, starts) if len(ids) else ngrams.counts


class Distinct:
    """Distinct-1 to 4 of lines, or of some of them; comparable between samples with the same number of lines.

    Args:
        lines: their tokens.

    Example:
        >>> Distinct([["a", "a"], ["a", "b"]]).of(np.array([0, 1]))[:2]
        array([0.5, 1. ])
    """

    def __init__(self, lines: Sequence[Sequence[str]]) -> None:
        self._lines = len(lines)
        self._ngrams = [
            (np.unique(ngrams.ids, return_inverse=True)[1], ngrams.lines, ngrams.counts)
            for ngrams in count_ngrams(lines, DISTINCT_ORDERS)
        ]

    def of(self, rows: NDArray[np.intp]) -> NDArray[np.float64]:
        """Shares of different n-grams in some of the lines; 0 where there are none. *Shape:* (rows,) to (4,)."""
        chosen = np.zeros(self._lines, bool)
        chosen[rows] = True
        shares = []
        for ids, lines, counts in self._ngrams:
            here = chosen[lines]
            shares.append(np.count_nonzero(np.bincount(ids[here])) / max(int(counts[here].sum()), 1))
        return np.array(shares)


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
        """The part of an interval that a value can reach."""
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
"""Measures of lines of text, without their speakers."""

SCRIPT_MEASURES: dict[str, Measure] = {
    "well_formed_share": Measure("well-formed lines", "higher", 1, "not empty, brackets closed, read back as written"),
    "known_speakers_share": Measure("known speakers", "higher", 1, "lines whose speaker the corpus has"),
}
"""Measures of lines of a script."""

COPY_MEASURES: dict[str, Measure] = {
    "copied_share": Measure("copied spans", "lower", 1, "eight-word spans that stand in the training text"),
    "longest_copied_words": Measure("longest copy", "lower", None, "words in a row that stand in the training text"),
}
"""Measures of what lines share with the training text."""

PREDICTION_MEASURES: dict[str, Measure] = {
    "bits_per_character": Measure("bits per character", "lower", None, "to write down held-out text; compares models"),
    "perplexity": Measure("perplexity", "lower", None, "tokens it hesitates between; same vocabulary only", lowest=1),
    "word_perplexity": Measure("word perplexity", "lower", None, "the same for a word or line end", lowest=1),
}
"""Measures of how well the model predicts held-out text."""

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
        """The figures of this many real lines, or of all if there are fewer; BLEU compares each with all the others."""
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
