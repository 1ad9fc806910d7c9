import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textgen.evaluation import copies
from textgen.evaluation.copies import Copy, CopySearch

spoken = str.split

words = st.lists(st.sampled_from("ab"), max_size=30)


def search_lines(sample: list[str], lines: list[list[str]], block: int = 1 << 19) -> CopySearch[int]:
    search: CopySearch[int] = CopySearch(sample, block)
    for number, line in enumerate(lines):
        search.add(line, number)
    search.finish()
    return search


def test_the_longest_copy_and_its_place() -> None:
    lines = [spoken("hello there"), [], spoken("well you know what"), spoken("i mean it")]
    search = search_lines(spoken("and you know what i mean by that"), lines)
    assert search.longest == Copy(tuple(spoken("you know what i mean")), place=2, word=1)


def test_nothing_in_common() -> None:
    search = search_lines(["a", "b"], [["c"], ["d", "e"]])
    assert search.longest is None
    assert search.copied_share is None


@pytest.mark.parametrize(("sample", "lines"), [([], [["a"]]), (["a"], []), ([], [])])
def test_nothing_to_compare(sample: list[str], lines: list[list[str]]) -> None:
    assert search_lines(sample, lines).longest is None


def test_the_share_of_spans_by_hand() -> None:
    sample = spoken("0 1 2 3 4 5 6 7 8 9")  # three spans of eight words
    assert search_lines(sample, [sample[:9]]).copied_share == pytest.approx(2 / 3)
    assert search_lines(sample, [sample[:7], sample[7:]]).copied_share == 1
    assert search_lines(sample, [sample[:7]]).copied_share == 0


def slowly(sample: list[str], text: list[str]) -> int:
    pairs = [(i, j) for i in range(len(sample)) for j in range(len(text))]

    def shared(i: int, j: int) -> int:
        same = [a == b for a, b in zip(sample[i:], text[j:], strict=False)]
        return same.index(False) if False in same else len(same)

    return max((shared(i, j) for i, j in pairs), default=0)


@settings(max_examples=150, deadline=None)
@given(sample=words, lines=st.lists(words, max_size=8), block=st.integers(1, 40))
def test_as_long_as_a_slow_search_finds_whatever_the_blocks(
    sample: list[str], lines: list[list[str]], block: int
) -> None:
    text = [word for line in lines for word in line]
    search = search_lines(sample, lines, block)
    found = search.longest
    assert (len(found.words) if found else 0) == slowly(sample, text)
    if found:
        start = sum(map(len, lines[: found.place])) + found.word
        assert found.word < len(lines[found.place])
        assert tuple(text[start : start + len(found.words)]) == found.words
    spans = {tuple(text[k : k + 8]) for k in range(len(text) - 7)}
    copied = [tuple(sample[k : k + 8]) in spans for k in range(len(sample) - 7)]
    assert search.copied_share == (pytest.approx(np.mean(copied)) if copied else None)


def test_two_words_with_one_hash_are_no_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "word_hashes", lambda words: np.full(len(words), 7, np.uint64))
    assert search_lines(["a", "b"], [["c", "d", "e"]]).longest is None
    assert search_lines(["a", "b"], [["c", "a", "d"]]).longest == Copy(("a",), place=0, word=1)
