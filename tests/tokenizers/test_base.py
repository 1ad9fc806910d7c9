"""What all levels share: text that comes back exactly, spelling, saved vocabularies."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tokenizers.examples import AWKWARD, SPEAKERS, TEXTS, any_text, near_text, tokenizers
from textgen.errors import ModelError, TextgenError
from textgen.tokenizers import tokenizer_from_json
from textgen.tokenizers.base import FIRST_LABEL, Tokenizer, spell
from textgen.tokenizers.character import CharacterTokenizer


def check_round_trip(tokenizer: Tokenizer, text: str) -> None:
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert tokenizer.decode_bytes(ids) == text.encode("utf-8")
    assert all(tokenizer.first_piece <= index < tokenizer.vocabulary_size for index in ids)


@pytest.mark.parametrize("text", [*AWKWARD, *TEXTS])
def test_awkward_texts_come_back(text: str) -> None:
    for tokenizer in tokenizers():
        check_round_trip(tokenizer, text)


@given(st.one_of(any_text, near_text))
def test_every_text_comes_back(text: str) -> None:
    for tokenizer in tokenizers():
        check_round_trip(tokenizer, text)


@given(st.one_of(any_text, near_text))
def test_saved_tokenizers_encode_the_same(text: str) -> None:
    for tokenizer in tokenizers():
        again = tokenizer_from_json(json.loads(json.dumps(tokenizer.to_json())))
        assert again.encode(text) == tokenizer.encode(text)
        assert again.vocabulary_size == tokenizer.vocabulary_size
        assert again.speakers == tokenizer.speakers


@given(st.one_of(any_text, near_text))
def test_the_last_word_is_the_end_of_the_text(text: str) -> None:
    for tokenizer in tokenizers():
        word = tokenizer.last_word(text)
        assert text.endswith(word)
        assert bool(word) == (bool(text) and tokenizer.level != "character")


def test_lone_surrogates_are_refused_with_a_sentence() -> None:
    for tokenizer in tokenizers():
        for text in ("ab\ud83d", "\udc80", "hello \udfff there"):
            with pytest.raises(TextgenError, match=rf"surrogate.*position {text.index(max(text))}.*U\+FFFD"):
                tokenizer.encode(text)


def test_ids_run_structure_labels_pieces_bytes() -> None:
    tokenizer = CharacterTokenizer(["a", "é"], ["jerry", "elaine"])
    assert (tokenizer.first_piece, tokenizer.first_byte, tokenizer.vocabulary_size) == (10, 12, 268)
    assert [tokenizer.piece(index) for index in (0, 7, 8, 9, 10, 11, 12, 267)] == [
        *[b""] * 4, b"a", "é".encode(), b"\x00", b"\xff",
    ]  # fmt: skip
    for index in (-1, 268):
        with pytest.raises(ValueError, match="outside the vocabulary"):
            tokenizer.piece(index)


def test_structure_is_not_decoded() -> None:
    for tokenizer in tokenizers():
        for index in (-1, 0, tokenizer.first_piece - 1, tokenizer.vocabulary_size):
            with pytest.raises(ValueError, match=f"Id {index} is not text"):
                tokenizer.decode([tokenizer.first_byte, index])


def test_half_a_character_is_decoded_as_replacement() -> None:
    tokenizer = CharacterTokenizer([], [])
    ids = tokenizer.encode("é")
    assert tokenizer.decode(ids[:1]) == "\ufffd"
    assert tokenizer.decode_bytes(ids[:1]) == b"\xc3"


def test_speakers_are_found_by_label_and_name() -> None:
    tokenizer = CharacterTokenizer([], ["Jerry", "JERRY", "Zoë"])
    assert tokenizer.label_id("JERRY") == FIRST_LABEL + 1
    assert tokenizer.label_id("jerry") is None
    assert tokenizer.label_ids(" jerry ") == [FIRST_LABEL, FIRST_LABEL + 1]
    assert tokenizer.label_ids("ZOE\u0308") == [FIRST_LABEL + 2]
    assert tokenizer.label_ids("newman") == []
    speakers = [tokenizer.speaker_of(index) for index in (7, 8, 10, 11)]
    assert speakers == [None, "Jerry", "Zoë", None]


def test_a_speaker_has_one_label() -> None:
    with pytest.raises(ValueError, match="two labels"):
        CharacterTokenizer([], ["jerry", "jerry"])


GOOD = {
    "character": {"level": "character", "speakers": list(SPEAKERS), "pieces": ["a", "b"]},
    "word": {"level": "word", "speakers": [], "words": "natural", "pieces": ["a", " the"]},
    "subword": {"level": "subword", "speakers": [], "words": "natural", "merges": [[104, 105], [256, 33]]},
}


@pytest.mark.parametrize("level", GOOD)
def test_good_documents_load(level: str) -> None:
    assert tokenizer_from_json(GOOD[level]).to_json() == GOOD[level]


@pytest.mark.parametrize(
    ("level", "change", "sentence"),
    [
        ("character", {"level": "letter"}, "allowed are character, word, subword"),
        ("character", {"level": ["word"]}, "allowed are"),
        ("character", {"pieces": ["a", "a"]}, "holds a text twice"),
        ("character", {"pieces": ["a", ""]}, "holds an empty text"),
        ("character", {"pieces": ["ab"]}, "longer than one character"),
        ("character", {"pieces": ["\ud800"]}, "half of a surrogate pair"),
        ("character", {"pieces": None}, "missing or no list"),
        ("character", {"pieces": "ab"}, "missing or no list"),
        ("character", {"speakers": ["jerry", "jerry"]}, '"speakers" holds a text twice'),
        ("character", {"speakers": [7]}, '"speakers" holds something that is no text'),
        ("word", {"pieces": ["a", 1]}, "no text"),
        ("word", {"words": "spaces"}, "allowed are natural, whitespace"),
        ("word", {"words": None}, "allowed are natural, whitespace"),
        ("subword", {"merges": {}}, "missing or no list"),
        ("subword", {"merges": [[104]]}, "no pair of ids"),
        ("subword", {"merges": [[104, True]]}, "no pair of ids"),
        ("subword", {"merges": [[104, 256]]}, "merge 0 uses an index"),
        ("subword", {"merges": [[104, -1]]}, "merge 0 uses an index"),
        ("subword", {"merges": [[1, 2], [1, 2]]}, "merge 1 comes twice"),
        ("subword", {"merges": [[1, 1], *([255 + k, 255 + k] for k in range(1, 60))]}, "longer than 1024"),
    ],
)
def test_damaged_documents_are_refused_in_one_sentence(level: str, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence) as refused:
        tokenizer_from_json(GOOD[level] | change)
    assert "\n" not in str(refused.value)


def test_no_object_is_refused() -> None:
    with pytest.raises(ModelError, match="no JSON object"):
        tokenizer_from_json(["character"])  # type: ignore[arg-type]


def test_characters_then_bytes() -> None:
    assert spell("aé", {"a": 8}, first_byte=9) == [8, 9 + 0xC3, 9 + 0xA9]
    assert spell("", {}, first_byte=9) == []


def test_lone_surrogates_have_no_bytes() -> None:
    with pytest.raises(UnicodeEncodeError):
        spell("\ud800", {}, first_byte=9)
