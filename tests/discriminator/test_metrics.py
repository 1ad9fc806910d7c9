import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from textgen.discriminator.metrics import (
    Examples,
    LengthBaseline,
    NgramBaseline,
    Text,
    accuracy,
    balanced,
    discriminator_metrics,
    halves,
    matched,
)


class First:
    """Takes a text for real where its first token is odd, with log-odds 2."""

    def logits(self, texts: Sequence[Text]) -> NDArray[np.floating]:
        return np.array([2.0 if text[0] % 2 else -2.0 for text in texts])


def test_accuracy_counts_who_cannot_say_as_half_right() -> None:
    real = np.array([True, True, False, False])
    assert accuracy(np.array([1.0, -1.0, -2.0, 0.0]), real) == (1 + 0 + 1 + 0.5) / 4


def test_worth_by_hand() -> None:
    matched = Examples([[1, 9], [2, 9], [3, 9], [4, 9]], np.array([True, False, True, True]))
    natural = Examples([[1, 9], [2]], np.array([True, False]))
    worth = discriminator_metrics(First(), 2.0, (natural, natural), (matched, natural))
    assert worth["accuracy"] == {"discriminator": 0.75, "ngrams": 1.0, "length": 0.75}
    assert worth["accuracy_natural"] == {"discriminator": 1.0, "ngrams": 1.0, "length": 1.0}
    assert (worth["texts"], worth["texts_natural"]) == (4, 2)
    low, high = worth["reliability"]
    assert (low["found"], low["texts"], high["found"], high["texts"]) == (0.5, 2, 1.0, 2)
    sure = 1 / (1 + np.exp(-1.0))
    assert worth["calibration_error"] == pytest.approx(0.5 * abs(1 - sure - 0.5) + 0.5 * (1 - sure))


def test_ngrams_by_hand() -> None:
    # Real: 1, 2, (1, 2). Generated: 1, 1 counts once, and (1, 1). With one added to each of four n-grams: 7 and 6.
    baseline = NgramBaseline(Examples([[1, 2], [1, 1]], np.array([True, False])))
    bias = math.log(6 / 7)
    one, two, onetwo, twice = bias, math.log(2) + bias, math.log(2) + bias, math.log(1 / 2) + bias
    assert baseline.logits([[1, 2], [1, 1], [9], [2, 9]]) == pytest.approx([one + two + onetwo, one + twice, 0.0, two])


def test_ngrams_tell_an_order_that_single_tokens_cannot() -> None:
    real, generated = [[1, 2, 3]] * 20, [[3, 2, 1]] * 20
    baseline = NgramBaseline(Examples([*real, *generated], np.arange(40) < 20))
    assert baseline.logits([[1, 2, 3]])[0] > 0 > baseline.logits([[3, 2, 1]])[0]


def test_length_by_hand() -> None:
    baseline = LengthBaseline(Examples([[0], [0], [0, 0], [0], [0, 0]], np.array([True, True, True, False, False])))
    assert baseline.logits([[7], [7, 7], [7] * 5]) == pytest.approx([math.log(3 / 2), 0.0, 0.0])


def test_long_lengths_are_put_together() -> None:
    baseline = LengthBaseline(Examples([[0] * 100], np.array([True])))
    assert baseline.logits([[0] * 103, [0] * 9])[0] == pytest.approx(math.log(2))
    assert baseline.logits([[0] * 9])[0] == 0.0


texts = st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=30)


@given(texts, texts, st.integers(0, 9))
def test_of_each_length_there_are_as_many_of_either_kind_and_no_more_could_be(
    real: list[list[int]], generated: list[list[int]], seed: int
) -> None:
    examples = matched(real, generated, seed)
    lengths = [
        Counter(len(text) for text, is_real in zip(*examples, strict=True) if is_real == kind) for kind in (True, False)
    ]
    assert lengths[0] == lengths[1] == Counter(map(len, real)) & Counter(map(len, generated))
    for kind, source in ((True, real), (False, generated)):
        chosen = Counter(tuple(text) for text, is_real in zip(*examples, strict=True) if is_real == kind)
        assert chosen <= Counter(map(tuple, source))


@given(texts, texts)
def test_balanced_keeps_all_of_the_rarer_kind(real: list[list[int]], generated: list[list[int]]) -> None:
    examples = balanced(real, generated, 0)
    fewest = min(len(real), len(generated))
    assert (examples.real.sum(), len(examples.texts)) == (fewest, 2 * fewest)


def test_the_seed_draws() -> None:
    real, generated = [[k] for k in range(100)], [[0]] * 10
    first, again, other = (matched(real, generated, seed).texts for seed in (1, 1, 2))
    assert first == again != other


@given(texts, st.integers(0, 9))
def test_halves_are_all_of_it(every: list[list[int]], seed: int) -> None:
    one, other = halves(every, seed)
    assert sorted(one + other) == sorted(every)
    assert len(other) - len(one) in (0, 1)
