import numpy as np

from textgen.decoding.constraints.base import Pieces
from textgen.tokenizers.base import LINE_END
from textgen.tokenizers.word import WordTokenizer

PIECES = Pieces(WordTokenizer([" a", "a", "\n", "b\nc"], ["jerry"]))
FIRST_BYTE = PIECES.size - 256


def below_bytes(mask: np.ndarray) -> list[bytes]:
    return [PIECES.of[token] for token in np.flatnonzero(mask[:FIRST_BYTE])]


def test_text_has_no_structure_and_no_labels() -> None:
    assert below_bytes(PIECES.text) == [b" a", b"a", b"\n", b"b\nc"]


def test_one_line_has_no_line_breaks() -> None:
    assert below_bytes(PIECES.one_line) == [b" a", b"a"]
    assert not PIECES.one_line[FIRST_BYTE + 10] and not PIECES.one_line[FIRST_BYTE + 13]


def test_what_ends_a_word() -> None:
    assert PIECES.ending_word[LINE_END]
    assert below_bytes(PIECES.ending_word)[-2:] == [b" a", b"\n"]


def test_continuing_bytes() -> None:
    assert (np.flatnonzero(PIECES.continuing) - FIRST_BYTE).tolist() == list(range(0x80, 0xC0))


def test_pieces_are_found_by_their_beginning() -> None:
    found = {PIECES.of[token] for token in PIECES.beginning_with(b"b")}
    assert found == {b"b\nc", b"b"}
    assert len(PIECES.beginning_with(b"a")) == 2  # the word and the byte
    assert PIECES.beginning_with(b"\xff") == [PIECES.size - 1]
    assert len(PIECES.spelling(b"a")) == 2
