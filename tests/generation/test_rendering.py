from tests.generation.small import TOKENIZERS
from textgen.decoding.pieces import Pieces
from textgen.generation.rendering import ReplyRenderer
from textgen.tokenizers.special import END

TOKENIZER = TOKENIZERS["character"]
PIECES = Pieces(TOKENIZER)


def rendered(ids: list[int]) -> list[str]:
    renderer, texts = ReplyRenderer(PIECES), []
    for token in ids:
        text, renderer = renderer.advance(token)
        texts.append(text)
    return [*texts, renderer.flush()]


def in_bytes(text: str) -> list[int]:
    return [TOKENIZER.first_byte + value for value in text.encode()]


def test_characters_come_whole() -> None:
    assert rendered(in_bytes("a€")) == ["a", "", "", "€", ""]


def test_half_a_character_at_the_end_is_left_out() -> None:
    assert rendered(in_bytes("a€")[:-1]) == ["a", "", "", ""]


def test_structure_has_no_text_and_control_characters_are_spaces() -> None:
    assert rendered([*in_bytes("a\x1b"), END]) == ["a", " ", "", ""]
    assert rendered(in_bytes("\x85\u2028")) == ["", " ", "", "", " ", ""]
