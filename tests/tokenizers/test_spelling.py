import pytest

from textgen.tokenizers.spelling import spell


def test_characters_then_bytes() -> None:
    assert spell("aé", {"a": 8}, first_byte=9) == [8, 9 + 0xC3, 9 + 0xA9]
    assert spell("", {}, first_byte=9) == []


def test_lone_surrogates_have_no_bytes() -> None:
    with pytest.raises(UnicodeEncodeError):
        spell("\ud800", {}, first_byte=9)
