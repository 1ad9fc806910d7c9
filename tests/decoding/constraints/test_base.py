import numpy as np

from textgen.decoding.constraints.base import AllOf, HealingConstraint, Pieces, Utf8Constraint
from textgen.tokenizers.base import END, LINE_END
from textgen.tokenizers.word import WordTokenizer

PIECES = Pieces(WordTokenizer([" hello", " help", " he", " ", "h", "e", "l", "llo", "é"], ["jerry"]))
FIRST_BYTE = PIECES.size - 256


def allowed_texts(mask: np.ndarray | None) -> set[bytes]:
    assert mask is not None
    return {PIECES.of[token] for token in np.flatnonzero(mask) if token < FIRST_BYTE}


def byte(value: int) -> int:
    return FIRST_BYTE + value


def test_bytes_that_cannot_go_on_are_masked() -> None:
    between = Utf8Constraint(PIECES)
    assert between.allowed()[LINE_END]
    assert not between.allowed()[byte(0x80)]
    inside = between.advance(byte(0xC3))
    assert np.flatnonzero(inside.allowed()).tolist() == [byte(value) for value in range(0x80, 0xC0)]
    after = inside.advance(byte(0xA9))
    assert np.array_equal(after.allowed(), between.allowed())


def test_healing_allows_what_begins_with_the_rest_or_is_a_beginning_of_it() -> None:
    healing = HealingConstraint(PIECES, b" he")
    assert allowed_texts(healing.allowed()) == {b" hello", b" help", b" he", b" "}
    assert allowed_texts(healing.advance(PIECES.spelling(b" ")[0]).allowed()) == {b"h"}


def test_healing_allows_single_bytes_too() -> None:
    mask = HealingConstraint(PIECES, b" he").allowed()
    assert mask is not None
    assert mask[byte(ord(" "))] and mask.sum() == 5


def test_healing_is_done_when_the_prefix_is_used_up() -> None:
    healing = HealingConstraint(PIECES, b" he")
    for piece in (b" hello", b" he"):
        assert healing.advance(PIECES.spelling(piece)[0]).allowed() is None
    assert HealingConstraint(PIECES, b"").allowed() is None


def test_healing_forbids_structure() -> None:
    mask = HealingConstraint(PIECES, b"h").allowed()
    assert mask is not None
    assert not mask[: PIECES.first].any()


def test_healing_finds_prefixes_of_high_bytes() -> None:
    mask = HealingConstraint(PIECES, "é".encode()).allowed()
    assert mask is not None
    assert set(np.flatnonzero(mask)) == {PIECES.spelling("é".encode())[0], byte(0xC3)}


def test_all_of_allows_what_every_part_allows() -> None:
    both = AllOf(Utf8Constraint(PIECES), HealingConstraint(PIECES, b"l"))
    assert allowed_texts(both.allowed()) == {b"l", b"llo"}
    after = both.advance(PIECES.spelling(b"l")[0])
    assert after.allowed()[END]  # type: ignore[index]


def test_all_of_nothing_special_allows_everything() -> None:
    assert AllOf(HealingConstraint(PIECES, b"")).allowed() is None
