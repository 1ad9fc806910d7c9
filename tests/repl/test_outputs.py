from hypothesis import given
from hypothesis import strategies as st

from textgen.repl.outputs import Listing, Notice, Piece, Turns, fragments


def test_columns_are_aligned() -> None:
    shown = fragments(Listing((("a", "long", "x"), ("bcd", "s", "y"))))
    assert "".join(text for _, text in shown) == "  a    long  x\n  bcd  s     y\n"


def test_every_turn_has_its_speaker() -> None:
    shown = fragments(Turns((("you", "hello"), ("echo", "hi"))))
    assert "".join(text for _, text in shown) == "you: hello\necho: hi\n"
    assert {style for style, _ in shown} == {"you", "name", "reply", ""}


@given(st.text())
def test_nothing_takes_hold_of_the_terminal(text: str) -> None:
    for output in (Notice(text), Piece(text)):
        shown = "".join(part for _, part in fragments(output))
        assert all(character == "\n" or character.isprintable() or ord(character) >= 160 for character in shown)
        shown.encode("utf-8")
