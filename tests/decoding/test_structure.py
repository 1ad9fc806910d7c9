import pytest

from textgen.decoding.structure import Place, place_after
from textgen.tokenizers.special import END, FIRST_LABEL, LINE_END, NAME, NAME_END, SCENE, START

PIECE = FIRST_LABEL + 1  # one label


@pytest.mark.parametrize(
    ("tokens", "place"),
    [
        ([START], Place.LINE_START),
        ([START, SCENE], Place.HEADING),
        ([START, SCENE, PIECE], Place.HEADING),
        ([START, SCENE, PIECE, LINE_END], Place.AFTER_HEADING),
        ([START, FIRST_LABEL], Place.TEXT_START),
        ([START, FIRST_LABEL, PIECE], Place.TEXT),
        ([START, PIECE], Place.TEXT),
        ([START, NAME], Place.NAME_START),
        ([START, NAME, PIECE], Place.NAME),
        ([START, NAME, PIECE, NAME_END], Place.TEXT_START),
        ([START, FIRST_LABEL, PIECE, LINE_END], Place.LINE_START),
        ([START, PIECE, LINE_END, END], Place.LINE_START),
    ],
)
def test_places(tokens: list[int], place: Place) -> None:
    assert place_after(tokens, first_piece=PIECE) is place


def test_without_the_first_piece_a_label_counts_as_text() -> None:
    assert place_after([START, FIRST_LABEL]) is Place.TEXT
