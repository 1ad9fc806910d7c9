import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.tokenizers.examples import any_text, tokenizers
from textgen.tokenizers.character import CharacterTokenizer
from textgen.tokenizers.subword import SubwordTokenizer
from textgen.tokenizers.utf8 import ACCEPT, REJECT, STATES, advance, transition_table
from textgen.tokenizers.word import WordTokenizer


def is_valid(data: bytes) -> bool:
    try:
        data.decode("utf-8", errors="strict")
    except UnicodeDecodeError:
        return False
    return True


# Bytes at both ends of every range that RFC 3629 tells apart.
EDGES = bytes.fromhex("00 41 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 e1 ec ed ee ef f0 f1 f3 f4 f5 ff")


def test_all_sequences_of_edges_are_judged_as_python_does() -> None:
    for length in (1, 2, 3):
        for values in itertools.product(EDGES, repeat=length):
            data = bytes(values)
            assert (advance(ACCEPT, data) == ACCEPT) == is_valid(data), data


def test_four_bytes_are_judged_as_python_does() -> None:
    for values in itertools.product(b"\xf0\xf1\xf3\xf4\xf5", b"\x80\x8f\x90\xbf", b"\x7f\x80\xbf", b"\x80\xc0"):
        data = bytes(values)
        assert (advance(ACCEPT, data) == ACCEPT) == is_valid(data), data


@given(st.one_of(st.binary(max_size=12), any_text.map(str.encode)))
def test_any_bytes_are_judged_as_python_does(data: bytes) -> None:
    assert (advance(ACCEPT, data) == ACCEPT) == is_valid(data)


@given(any_text)
def test_no_beginning_of_a_text_is_rejected(text: str) -> None:
    state = ACCEPT
    for value in text.encode():
        state = advance(state, bytes([value]))
        assert state != REJECT
    assert state == ACCEPT


def test_rejected_stays_rejected() -> None:
    assert advance(REJECT, b"a") == REJECT
    assert advance(REJECT, b"") == REJECT


def test_the_table_is_advance_for_every_id() -> None:
    split_characters = SubwordTokenizer([(0x82, 0xAC), (0xE2, 256), (0x20, 0xE2), (0xC3, 0x41)], ["jerry"])
    for tokenizer in (*tokenizers(), split_characters):
        table = transition_table(tokenizer)
        assert table.shape == (STATES, tokenizer.vocabulary_size) and table.dtype == np.int8
        for index in range(tokenizer.first_piece, tokenizer.vocabulary_size):
            expected = [advance(state, tokenizer.piece(index)) for state in range(STATES)]
            assert table[:, index].tolist() == expected


def test_structure_stands_between_whole_characters() -> None:
    tokenizer = CharacterTokenizer(["a"], ["jerry"])
    table = transition_table(tokenizer)
    structure = table[:, : tokenizer.first_piece]
    assert (structure[ACCEPT] == ACCEPT).all()
    assert (np.delete(structure, ACCEPT, axis=0) == REJECT).all()


def test_words_of_whole_characters_leave_the_text_whole() -> None:
    tokenizer = WordTokenizer([f"wörd{number}" for number in range(1_000)], [])
    assert (transition_table(tokenizer)[ACCEPT, : tokenizer.first_byte] == ACCEPT).all()
