"""Byte-pair encoding: merges learned and applied."""

import sys
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.tokenizers.examples import TEXTS, any_text
from textgen.errors import MissingExtraError
from textgen.tokenizers.bpe import MergeTable, byte_alphabet, learn_merges
from textgen.tokenizers.pretokens import split

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


@given(st.text(alphabet="abc", max_size=40))
def test_pieces_joined_are_the_data(text: str) -> None:
    table = MergeTable([(A, B), (256, C), (A, A), (C, 256), (258, 258)])
    data = text.encode()
    assert b"".join(table.pieces[index] for index in table.apply(data)) == data


tokenizers = pytest.importorskip("tokenizers")


def counted(texts: list[str]) -> Counter[str]:
    return Counter(pretoken for text in texts for pretoken in split(text))


def library_encoding(merges: list[tuple[int, int]], text: str) -> list[bytes]:
    """Encode with the library's own BPE, cut by our pretokens, and give the bytes of its tokens."""
    pieces = MergeTable(merges).pieces
    shown = {value: character for character, value in byte_alphabet().items()}
    names = ["".join(shown[value] for value in piece) for piece in pieces]
    model = tokenizers.models.BPE(
        vocab={name: index for index, name in enumerate(names)},
        merges=[(names[left], names[right]) for left, right in merges],
    )
    library = tokenizers.Tokenizer(model)
    library.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    return [pieces[index] for pretoken in split(text) for index in library.encode(pretoken).ids]


def own_encoding(merges: list[tuple[int, int]], text: str) -> list[bytes]:
    table = MergeTable(merges)
    return [table.pieces[index] for word in split(text) for index in table.apply(word.encode())]


def test_the_most_frequent_pair_is_merged_first() -> None:
    # "xy" is seen 5 times, "yz" 3 times, and then "xyz" 3 times.
    assert learn_merges({"xyz": 3, "xy": 2}, limit=10) == [(ord("x"), ord("y")), (256, ord("z"))]


def test_pairs_seen_twice_are_not_merged() -> None:
    assert learn_merges({"ab": 2}, limit=10) == []


def test_learning_is_deterministic_whatever_the_order() -> None:
    counts = counted(TEXTS)
    learned = [learn_merges(counts, 60) for _ in range(3)]
    reversed_counts = dict(reversed(counts.items()))
    assert learned[0] == learned[1] == learned[2] == learn_merges(reversed_counts, 60)
    assert len(learned[0]) > 40


@pytest.mark.parametrize("known", [1, 20, 59])
def test_going_on_from_merges_learns_what_would_have_been_learned_at_once(known: int) -> None:
    counts = counted(TEXTS)
    at_once = learn_merges(counts, 60)
    assert at_once[known:] == learn_merges(counts, 60 - known, at_once[:known])


def test_merges_are_learned_behind_those_of_other_texts() -> None:
    # "ab" is known. The pictogram of four bytes is seen seven times, "abc" five times.
    learned = learn_merges({"abc": 5, "😁": 7, "cd": 4}, 9, known=[(A, B)], least=5)
    table = MergeTable([(A, B), *learned])
    assert set(table.pieces[257:]) >= {"😁".encode(), b"abc"} and b"cd" not in table.pieces
    assert table.apply("😁".encode()) == [table.pieces.index("😁".encode())]
    assert table.apply(b"abc") == [table.pieces.index(b"abc")]


@settings(max_examples=25)
@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=12), min_size=1, max_size=30), st.text("abc"))
def test_merges_that_follow_only_join_what_was_cut_before(words: list[str], text: str) -> None:
    known = [(A, B), (256, C), (C, C)]
    table = MergeTable([*known, *learn_merges(Counter(words), 20, known, least=1)])
    cut, joined = (
        {sum(map(len, pieces[:end])) for end in range(len(pieces))}
        for pieces in ([one.pieces[index] for index in one.apply(text.encode())] for one in (MergeTable(known), table))
    )
    assert joined <= cut
    assert all(table.apply(piece) == [index] for index, piece in enumerate(table.pieces))


def test_large_counts_are_fed_in_proportion(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textgen.tokenizers.bpe._MOST_FED", 30)
    # 310 pretokens are divided by 11: "ab" is fed 18 times, "cd" 9 times, and "ef" once, which is too rare.
    assert learn_merges({"ab": 200, "cd": 100, "ef": 10}, 9) == [(97, 98), (99, 100)]


def test_text_with_the_separator_is_left_out() -> None:
    assert learn_merges({"\x00\x00": 9, "ab": 3}, limit=5) == [(ord("a"), ord("b"))]


def test_the_alphabet_is_that_of_the_library() -> None:
    assert set(byte_alphabet()) == set(tokenizers.pre_tokenizers.ByteLevel.alphabet())
    assert sorted(byte_alphabet().values()) == list(range(256))
    assert byte_alphabet()["Ġ"] == ord(" ")


MERGES = learn_merges(counted(TEXTS), 100)


@given(st.one_of(any_text, st.lists(st.sampled_from([*" '\n", *TEXTS[0].split()])).map("".join)))
def test_applied_as_the_library_does(text: str) -> None:
    assert own_encoding(MERGES, text) == library_encoding(MERGES, text)


@settings(max_examples=25)
@given(st.lists(st.text(alphabet="ab", min_size=1, max_size=12), min_size=1, max_size=30))
def test_learned_and_applied_as_the_library_does_on_few_letters(words: list[str]) -> None:
    counts = Counter({word: 3 * times for word, times in Counter(words).items()})
    merges = learn_merges(counts, 40)
    for word in words:
        assert own_encoding(merges, word) == library_encoding(merges, word)


def test_without_the_library_the_install_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(MissingExtraError, match=r'pip install "textgen-keras\[train\]"'):
        learn_merges({"ab": 3}, 1)
