import numpy as np
import pytest

from textgen.evaluation.diversity import Distinct

LINES = [["a", "a", "b"], ["a", "b"], ["c"]]


def test_shares_of_different_ngrams() -> None:
    # Words: a a b a b c; pairs: aa ab ab; one triple.
    assert Distinct(LINES).of(np.arange(3)) == pytest.approx([3 / 6, 2 / 3, 1, 0])


def test_of_some_lines() -> None:
    assert Distinct(LINES).of(np.array([1, 2])) == pytest.approx([1, 1, 0, 0])


def test_an_ngram_does_not_reach_into_the_next_line() -> None:
    assert Distinct([["a"], ["b"]]).of(np.arange(2)) == pytest.approx([1, 0, 0, 0])
