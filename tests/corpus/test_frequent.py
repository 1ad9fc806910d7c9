"""The most frequent text of many."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus import frequent
from textgen.corpus.frequent import Dominating, FrequentTexts


def counted(texts: list[str]) -> Dominating | None:
    counts = FrequentTexts()
    for text in texts:
        counts.add(text)
    return counts.dominating()


def test_few_texts_are_counted_exactly() -> None:
    assert counted(["no", "yes", "no", "maybe"] * 3) == Dominating("no", 0.5)
    assert counted([]) is None
    assert counted(["no"] * 4) is None


def test_a_tenth_is_not_more_than_a_tenth() -> None:
    others = [str(k) for k in range(45)]
    assert counted(["no"] * 5 + others) is None
    assert counted(["no"] * 6 + others) == Dominating("no", 6 / 51)


@given(st.lists(st.integers(0, 40)), st.integers(0, 60))
def test_a_count_is_never_too_high_and_too_low_by_little(others: list[int], times: int) -> None:
    texts = [str(number) for number in others]
    texts[len(texts) // 2 : len(texts) // 2] = ["often"] * times
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frequent, "_COUNTED", 20)
        found = counted(texts)
    if found is not None:
        assert texts.count(found.text) >= round(found.share * len(texts)) > 0.1 * len(texts)
    if times > (0.1 + 1 / 20) * len(texts) and times >= 5 + len(texts) / 20:
        assert found is not None


def test_memory_is_bounded() -> None:
    counts = FrequentTexts()
    tracemalloc.start()
    for number in range(20_000):
        counts.add(f"{number} " * 1_000 if number % 4 else "I don't know.")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3_000_000
    found = counts.dominating()
    assert found is not None and found.text == "I don't know." and 0.249 < found.share <= 0.25
