import random
from collections.abc import Sequence

import numpy as np
import pytest

from textgen.errors import ConfigurationError, CorpusError
from textgen.evaluation.text_metrics import MEASURES, TEXT_MEASURES, Measure, TextMetrics, tokens


def test_words_numbers_and_punctuation() -> None:
    assert tokens("A dog's 2 bowls, isn't it?!") == ["A", "dog", "'s", "2", "bowls", ",", "isn", "'t", "it", "?!"]


def test_white_space_is_none() -> None:
    assert tokens(" \t a  b ") == ["a", "b"]
    assert tokens("  ") == []


def test_an_interval_stays_within_the_range() -> None:
    share = Measure("share", "higher", 1, "of all")
    assert share.clipped((-0.1, 0.4)) == (0, 0.4)
    assert share.clipped((0.9, 1.1)) == (0.9, 1)
    assert Measure("distance", "lower", None, "far").clipped((-1.0, 7.0)) == (0, 7.0)


def test_every_measure_has_a_title_of_its_own() -> None:
    titles = [measure.title for measure in MEASURES.values()]
    assert len(set(titles)) == len(titles)


_ADJECTIVES = [f"a{number}" for number in range(40)]
_NOUNS = [f"n{number}" for number in range(60)]


def captions(count: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return [
        f"a {draw.choice(_ADJECTIVES)} {draw.choice(_NOUNS)} and{' a' * draw.randint(0, 1)} {draw.choice(_NOUNS)} ."
        for _ in range(count)
    ]


class WordCounts:
    """Lines to how often each known word occurs in them."""

    name = "word counts"

    def encode(self, lines: Sequence[str]) -> np.ndarray:
        return np.array([[line.split().count(word) for word in (*_ADJECTIVES, *_NOUNS)] for line in lines], float)


@pytest.fixture(scope="module")
def metrics() -> TextMetrics:
    return TextMetrics(captions(400, 0), WordCounts(), resamples=20)


def test_all_measures_of_lines(metrics: TextMetrics) -> None:
    figures = metrics.measure(captions(200, 1))
    assert set(figures.estimates) == set(TEXT_MEASURES)
    assert (figures.lines, figures.frechet_lines) == (200, 200)
    assert all(figure.error > 0 for figure in figures.estimates.values())


def test_lines_of_the_same_kind_are_like_real_ones(metrics: TextMetrics) -> None:
    written, real = metrics.measure(captions(200, 1)), metrics.real_figures(200)
    for name in ("bleu_3", "self_bleu_3", "distinct_2"):
        # Five standard errors of the difference.
        allowed = 5 * np.hypot(written.estimates[name].error, real.estimates[name].error)
        assert abs(written.estimates[name].value - real.estimates[name].value) < allowed


def test_shuffled_words_are_worse(metrics: TextMetrics) -> None:
    draw, shuffled = random.Random(0), []
    for line in captions(200, 1):
        words = line.split()
        draw.shuffle(words)
        shuffled.append(" ".join(words))
    good, bad = metrics.measure(captions(200, 1)), metrics.measure(shuffled)
    assert bad.value("bleu_2") < 0.9 * good.value("bleu_2")
    assert bad.value("distinct_1") == good.value("distinct_1")


def test_a_single_line_said_again_and_again_is_fluent_and_not_diverse(metrics: TextMetrics) -> None:
    collapsed = metrics.measure(captions(1, 0) * 200)  # a line that is held out
    real = metrics.real_figures(200)
    assert collapsed.value("bleu_4") == pytest.approx(1)
    assert collapsed.value("self_bleu_4") == pytest.approx(1)
    assert collapsed.value("distinct_2") < 0.1 * real.value("distinct_2")
    assert collapsed.value("frechet_distance") > 10 * real.value("frechet_distance")


def test_without_an_encoder_or_with_few_lines_there_is_no_distance(metrics: TextMetrics) -> None:
    assert TextMetrics(captions(400, 0), resamples=2).measure(captions(200, 1)).value("frechet_distance") is None
    few = metrics.measure(captions(127, 1))
    assert (few.value("frechet_distance"), few.frechet_lines) == (None, None)


def test_half_of_the_real_lines_are_for_the_distance(metrics: TextMetrics) -> None:
    assert metrics.measure(captions(300, 1)).frechet_lines == metrics.frechet_lines(300) == 200


def test_real_lines_are_compared_with_all_others() -> None:
    metrics = TextMetrics(["a b c d e", "a b c d e", "v w x y z"], resamples=2)
    assert metrics.real_figures(3).value("bleu_2") == pytest.approx(2 / 3)
    assert metrics.real_figures(9).lines == 3


def test_lines_without_words_do_not_count(metrics: TextMetrics) -> None:
    assert metrics.measure(["", " ", *captions(3, 1)]).lines == 3
    with pytest.raises(ConfigurationError, match="1 lines with words"):
        metrics.measure(["", "a"])
    with pytest.raises(CorpusError, match="holds 1 lines"):
        TextMetrics(["a", "  "])


def test_the_same_seed_gives_the_same_figures() -> None:
    first, second = (TextMetrics(captions(50, 0), seed=3, resamples=5).measure(captions(20, 1)) for _ in range(2))
    assert first == second
