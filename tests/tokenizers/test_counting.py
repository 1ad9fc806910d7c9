import pytest

from textgen.errors import ConfigurationError
from textgen.tokenizers.counting import check_limit, count, ranked


def test_most_frequent_first_then_by_spelling() -> None:
    assert ranked({"b": 3, "a": 3, "c": 9, "d": 2}, limit=None) == ["c", "a", "b"]
    assert ranked({"b": 3, "a": 3, "c": 9, "d": 2}, limit=2) == ["c", "a"]
    assert ranked({"b": 1}, limit=None, least=1) == ["b"]


def test_counts_are_exact_below_the_bound() -> None:
    assert count([["a", "b"], ["a"]]) == {"a": 2, "b": 1}


def test_the_rarest_are_forgotten_beyond_it() -> None:
    groups = [["the"]] * 50 + [["of"]] * 20 + [[f"rare{number}"] for number in range(1000)]
    counts = count(groups, most=10)
    assert len(counts) <= 10
    assert counts["the"] == 50 and counts["of"] == 20


def test_limits() -> None:
    check_limit(None)
    check_limit(1)
    with pytest.raises(ConfigurationError, match="limit is 0"):
        check_limit(0)
