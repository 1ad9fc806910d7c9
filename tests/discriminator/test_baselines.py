import math

import numpy as np
import pytest

from textgen.discriminator.baselines import LengthBaseline, NgramBaseline
from textgen.discriminator.matching import Examples


def test_ngrams_by_hand() -> None:
    # Real: 1, 2, (1, 2). Generated: 1, 1 counts once, and (1, 1). With one added to each of four n-grams: 7 and 6.
    judge = NgramBaseline(Examples([[1, 2], [1, 1]], np.array([True, False])))
    bias = math.log(6 / 7)
    one, two, onetwo, twice = bias, math.log(2) + bias, math.log(2) + bias, math.log(1 / 2) + bias
    assert judge.logits([[1, 2], [1, 1], [9], [2, 9]]) == pytest.approx([one + two + onetwo, one + twice, 0.0, two])


def test_ngrams_tell_an_order_that_single_tokens_cannot() -> None:
    real, generated = [[1, 2, 3]] * 20, [[3, 2, 1]] * 20
    judge = NgramBaseline(Examples([*real, *generated], np.arange(40) < 20))
    assert judge.logits([[1, 2, 3]])[0] > 0 > judge.logits([[3, 2, 1]])[0]


def test_length_by_hand() -> None:
    judge = LengthBaseline(Examples([[0], [0], [0, 0], [0], [0, 0]], np.array([True, True, True, False, False])))
    assert judge.logits([[7], [7, 7], [7] * 5]) == pytest.approx([math.log(3 / 2), 0.0, 0.0])


def test_long_lengths_are_put_together() -> None:
    judge = LengthBaseline(Examples([[0] * 100], np.array([True])))
    assert judge.logits([[0] * 103, [0] * 9])[0] == pytest.approx(math.log(2))
    assert judge.logits([[0] * 9])[0] == 0.0
