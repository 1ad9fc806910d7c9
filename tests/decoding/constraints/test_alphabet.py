"""The alphabet: what cannot be spelled with it is not written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.decoding.constraints.alphabet import Alphabet
from textgen.decoding.constraints.base import AllOf, Constraint, Pieces, Utf8Constraint
from textgen.tokenizers import learn_tokenizer
from textgen.tokenizers.base import LINE_END

TEXTS = ["the café is open", "naïve cafés, 30 €", "the cat sat on the mat", "a 😀 for the cat"] * 5
PIECES = {level: Pieces(learn_tokenizer(level, TEXTS, ["EVE"])) for level in ("character", "word", "subword")}
OUTSIDE = "zQ\x07ßé€😁中"


def constraint(level: str, characters: str, heard: str = "") -> Constraint:
    pieces = PIECES[level]
    return AllOf(Alphabet(pieces, characters).begin(heard), Utf8Constraint(pieces))


def can_write(pieces: Pieces, rules: Constraint, text: str) -> bool:
    """Whether the ids of a text are all allowed, one after the other, and so are its bytes alone."""
    ways = (pieces._tokenizer.encode(text), [pieces.size - 256 + byte for byte in text.encode()])
    for ids in ways:
        now = rules
        for token in ids:
            allowed = now.allowed()
            assert allowed is not None
            if not allowed[token]:
                return False
            now = now.advance(token)
    return True


@pytest.mark.parametrize("level", PIECES)
@given(text=st.text(st.sampled_from("the cafsnovïpi,30" + OUTSIDE), min_size=1, max_size=6))
def test_a_text_can_be_written_if_all_its_characters_are_in_the_alphabet_or_were_heard(level: str, text: str) -> None:
    inside = "".join(set("".join(TEXTS)) - set(OUTSIDE))
    pieces = PIECES[level]
    assert can_write(pieces, constraint(level, inside), text) == (not set(text) - set(inside))
    assert can_write(pieces, constraint(level, inside, heard=text), text)


@pytest.mark.parametrize("level", PIECES)
def test_a_character_in_bytes_is_begun_only_where_one_of_the_alphabet_begins_so_and_then_finished(level: str) -> None:
    pieces, rules = PIECES[level], constraint(level, "aé中")
    first, second, third = (pieces.size - 256 + byte for byte in "中".encode())
    beginnings = [byte for byte in range(0x80, 0x100) if rules.allowed()[pieces.size - 256 + byte]]
    assert beginnings == ["é".encode()[0], "中".encode()[0]]
    inside = rules.advance(first)
    assert inside.allowed()[second] and inside.allowed().sum() == 1
    last = inside.advance(second)
    assert last.allowed()[third] and not last.allowed()[LINE_END]
    assert last.advance(third).allowed()[LINE_END]


def test_structure_is_always_allowed_between_characters() -> None:
    pieces = PIECES["word"]
    allowed = constraint("word", "a").allowed()
    assert allowed is not None and allowed[: pieces.first].all()
