"""Drawing some of many items."""

import random

import pytest

from textgen.corpus.reservoir import keep_some


def test_few_items_are_all_kept_in_their_order() -> None:
    assert keep_some(range(3), 5, random.Random(0).randrange) == [0, 1, 2]


def test_each_item_is_kept_as_often_as_any_other() -> None:
    counts = [0] * 10
    for seed in range(2000):
        for item in keep_some(range(10), 3, random.Random(seed).randrange):
            counts[item] += 1
    assert sum(counts) == 6000
    assert all(count == pytest.approx(600, rel=0.15) for count in counts)
