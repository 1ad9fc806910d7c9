"""The simple judge, with texts that a person can count."""

import pytest

from textgen.training.adversarial.judging import NgramJudge, distinct, self_overlap

REAL = ["a b c", "d e f"]


def test_the_same_texts_have_no_distance_and_others_the_whole() -> None:
    assert NgramJudge(REAL[::-1])(REAL).distance == pytest.approx(0.0)
    assert NgramJudge(REAL)(["x y z"]).distance == pytest.approx(1.0)


def test_the_distance_is_counted() -> None:
    # Words: a b c are 1/3 each here and 1/6 there: a half in common. So it is with pairs and triples.
    assert NgramJudge(REAL)(["a b c", "a b c"]).distance == pytest.approx(0.5)
    # Words all in common; of the pairs "a b" and "e f", of the triples none.
    assert NgramJudge(["a b c", "d e f"])(["a b f", "c e f"]).distance == pytest.approx((1 / 6 + 1 / 2 + 1) / 3)


def test_a_generator_that_says_one_thing_is_far_away() -> None:
    real = [f"the {colour} cat sat on the {thing}" for colour in ("red", "blue", "old") for thing in ("mat", "hat")]
    assert NgramJudge(real)(real[:1] * 6).distance > 3 * NgramJudge(real)(real[:5] + real[4:5]).distance


def test_nothing_is_as_far_as_can_be() -> None:
    assert NgramJudge(REAL)(["", ""]).distance == 1.0


def test_distinct() -> None:
    assert distinct(["a b a b"], 1) == 0.5
    assert distinct(["a b a b"], 2) == pytest.approx(2 / 3)
    assert distinct([], 2) == 0.0


def test_self_overlap() -> None:
    assert self_overlap(["a b c d", "x b c d"], 3) == 0.5
    assert self_overlap(["a b c", "a b c"], 3) == 1.0
    assert self_overlap(["a b c a b c"], 3) == 0.0  # within a text repetition is no overlap
