from tests.tokenizers.examples import TEXTS, subword_tokenizer
from textgen.tokenizers.base import BYTES
from textgen.tokenizers.subword import SubwordTokenizer


def test_merges_are_pieces_in_learned_order() -> None:
    tokenizer = SubwordTokenizer([(104, 105), (256, 33)], ["jerry"])  # hi, hi!
    assert tokenizer.vocabulary_size == 9 + 2 + BYTES
    assert [tokenizer.piece(index) for index in (9, 10)] == [b"hi", b"hi!"]
    assert tokenizer.encode("hi") == [9]
    assert tokenizer.encode("ho") == [11 + 104, 11 + 111]


def test_merges_do_not_cross_pretokens() -> None:
    tokenizer = SubwordTokenizer([(104, 105), (256, 33)], [])
    pieces = [tokenizer.piece(index) for index in tokenizer.encode("hi!")]
    assert pieces == [b"hi", b"!"]


def test_frequent_words_become_whole() -> None:
    tokenizer = SubwordTokenizer.learn(TEXTS, [], vocabulary_limit=200)
    assert [tokenizer.piece(index) for index in tokenizer.encode("hello show about")] == [
        b"hello",
        b" show",
        b" about",
    ]


def test_the_limit_counts_merges() -> None:
    tokenizer = subword_tokenizer()
    assert tokenizer.first_byte - tokenizer.first_piece == 40
    assert len(tokenizer.to_json()["merges"]) == 40
    assert tokenizer.vocabulary_size == tokenizer.first_piece + 40 + BYTES


SMILES = ["hello there 😁😁", "hello jerry 😁"] * 3


def test_frequent_characters_and_words_join_behind_the_pieces() -> None:
    old = SubwordTokenizer([(104, 105), (256, 33)], ["jerry"])
    new = old.grown(SMILES, most=100, least=3)
    assert new.speakers == old.speakers
    assert new.to_json()["merges"][:2] == old.to_json()["merges"]
    assert [new.piece(index) for index in range(new.first_piece, old.first_byte)] == [b"hi", b"hi!"]
    assert [new.piece(index).decode() for index in new.encode("hello there 😁")] == ["hello", " there", " 😁"]
    assert new.decode(new.encode("hi, 😂!")) == "hi, 😂!"


def test_what_is_rare_does_not_join() -> None:
    old = SubwordTokenizer([(104, 105)], [])
    assert old.grown(["goodbye"] * 6, most=100, least=7).to_json() == old.to_json()


def test_only_so_many_join() -> None:
    old = SubwordTokenizer([(104, 105)], [])
    assert old.grown(SMILES, most=5, least=3).vocabulary_size == old.vocabulary_size + 5


def test_a_piece_is_made_of_those_that_it_was_cut_into() -> None:
    old = SubwordTokenizer([(104, 105)], [])  # hi
    new = old.grown(["hi😁"] * 3, most=100, least=3)
    pieces = [new.piece(index) for index in range(old.first_byte, new.first_byte)]
    assert "😁".encode() in pieces
    for piece in pieces:  # some begin or end within a character
        assert b"".join(old.piece(index) for index in old.parts(piece)) == piece
    assert old.parts(b"hi\xf0") == [old.encode("hi")[0], old.first_byte + 0xF0]
