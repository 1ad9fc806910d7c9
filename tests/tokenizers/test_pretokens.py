"""How text is cut into pretokens, and pretokens are counted."""

import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokenizers.examples import AWKWARD, any_text, near_text
from textgen.errors import ConfigurationError
from textgen.tokenizers.pretokens import LONGEST, WORDS, SegmentCache, check_limit, count, last, ranked, split


@pytest.mark.parametrize(
    ("text", "pretokens"),
    [
        ("jerry: hello there", ["jerry", ":", " hello", " there"]),
        ("I'll DON'T it’s", ["I", "'ll", " DON", "'T", " it", "’s"]),
        ("'tis 'sup", ["'", "tis", " '", "sup"]),
        ("at 10pm...", ["at", " 10", "pm", "..."]),
        ("one   two", ["one", "  ", " two"]),
        ("a\n\nb", ["a", "\n\n", "b"]),
        ("a \n  b", ["a", " \n ", " b"]),
        ("end  \n", ["end", "  \n"]),
        ("__eou__ _x", ["__", "eou", "__", " _", "x"]),
        ("हिन्दी में", ["हिन्दी", " में"]),
        ("cafe\u0301s", ["cafe\u0301s"]),
        ("x\u0085y", ["x", "\u0085", "y"]),
    ],
)
def test_natural_writing(text: str, pretokens: list[str]) -> None:
    assert split(text) == pretokens


@pytest.mark.parametrize(
    ("text", "pretokens"),
    [
        (" <unk> n't N \n", [" <unk>", " n't", " N", " \n"]),
        ("a  b", ["a", " ", " b"]),
        ("a\tb", ["a", "\t", "b"]),
    ],
)
def test_tokenised_writing(text: str, pretokens: list[str]) -> None:
    assert split(text, "whitespace") == pretokens


@pytest.mark.parametrize("words", WORDS)
@given(text=st.one_of(any_text, near_text))
def test_pretokens_joined_are_the_text(words: str, text: str) -> None:
    assert "".join(split(text, words)) == text


@pytest.mark.parametrize("words", WORDS)
def test_no_character_is_lost(words: str) -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    assert "".join(split(everything, words)) == everything
    for text in AWKWARD:
        assert "".join(split(text, words)) == text


@pytest.mark.parametrize("words", WORDS)
@pytest.mark.parametrize("unit", ["a", "1", "!", "_", " ", "\n", "e\u0301", "क्", "日"])
def test_no_pretoken_grows_without_limit(words: str, unit: str) -> None:
    assert max(map(len, split(unit * 5000, words))) <= LONGEST


def test_marks_of_latin_and_hebrew_belong_to_the_letter_before_them() -> None:
    marks = [chr(point) for point in range(0x300, 0x5C8) if unicodedata.category(chr(point)) == "Mn"]
    assert len(marks) > 160
    assert [mark for mark in marks if split(f"x{mark}y") != [f"x{mark}y"]] == []


def test_unknown_ways_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="choose one of natural, whitespace"):
        split("a", "spaces")


def test_last() -> None:
    assert last("") == ""
    assert last("two words") == " words"
    assert last("two  ") == "  "


def test_each_pretoken_is_worked_out_once() -> None:
    asked: list[str] = []
    cache = SegmentCache(lambda word: asked.append(word) or [len(word)])  # type: ignore[func-returns-value]
    assert [cache[word] for word in ("a", "bb", "a")] == [(1,), (2,), (1,)]
    assert asked == ["a", "bb"]


def test_it_never_holds_more_than_its_bound() -> None:
    cache = SegmentCache(lambda word: [int(word)], most=3)
    for number in range(10):
        assert cache[str(number)] == (number,)
        assert len(cache) <= 3


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
