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
