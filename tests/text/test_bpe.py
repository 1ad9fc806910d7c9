import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textgen.text.bpe import MergeTable

A, B, C = b"abc"


def test_the_earliest_merge_comes_first() -> None:
    table = MergeTable([(B, C), (A, B)])  # bc is 256, ab is 257
    assert table.apply(b"abc") == [A, 256]
    assert table.apply(b"ab") == [257]


def test_overlaps_are_merged_from_the_left() -> None:
    table = MergeTable([(A, A)])
    assert table.apply(b"aaa") == [256, A]
    assert table.apply(b"aaaa") == [256, 256]


def test_merges_build_on_merges() -> None:
    table = MergeTable([(A, A), (256, 256), (257, B)])
    assert table.pieces[256:] == [b"aa", b"aaaa", b"aaaab"]
    assert table.apply(b"aaaabaa") == [258, 256]


def test_one_string_is_one_piece_whichever_way_it_is_made() -> None:
    table = MergeTable([(A, B), (B, C), (256, C), (A, 257)])
    assert table.pieces[256:] == [b"ab", b"bc", b"abc"]
    assert table.apply(b"abc") == [258]


def test_bytes_and_nothing_stay() -> None:
    table = MergeTable([])
    assert table.apply(b"") == []
    assert table.apply(b"\x00\xff") == [0, 255]


@pytest.mark.parametrize("merges", [[(A, 256)], [(-1, A)], [(A, B), (A, B)]])
def test_impossible_merges_are_refused(merges: list[tuple[int, int]]) -> None:
    with pytest.raises(ValueError, match=r"^merge \d"):
        MergeTable(merges)


def test_a_long_run_takes_no_time() -> None:
    table = MergeTable([(A, A), (256, 256), (257, 257)])
    assert table.apply(b"a" * 80_000) == [258] * 10_000


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="abc", max_size=40))
def test_pieces_joined_are_the_data(text: str) -> None:
    table = MergeTable([(A, B), (256, C), (A, A), (C, 256), (258, 258)])
    data = text.encode()
    assert b"".join(table.pieces[index] for index in table.apply(data)) == data
