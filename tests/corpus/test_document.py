"""Elements to scenes and documents, and turns that are lines."""

from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import DocumentOpening, Line, Scene, SceneOpening, assemble, by_document, scenes, turn_of
from textgen.corpus.script import Script, ScriptStyle

A, B, C = Line("a", "1"), Line("b", "2"), Line(None, "3")


def test_scenes_and_documents() -> None:
    elements = [A, SceneOpening("[x]"), SceneOpening(), B, DocumentOpening(), DocumentOpening(), C]
    assert list(assemble(elements)) == [
        (0, Scene(None, (A,))),
        (0, Scene("[x]")),
        (0, Scene(None, (B,))),
        (2, Scene(None, (C,))),
    ]
    assert [[scene.lines for scene in document] for document in by_document(assemble(elements))] == [
        [(A,), (), (B,)],
        [(C,)],
    ]


def test_long_scenes_come_in_parts() -> None:
    elements = [SceneOpening("[x]"), A, B, C, A, SceneOpening("[y]")]
    parts = [scene for _, scene in assemble(elements, part_lines=2)]
    assert parts == [Scene("[x]", (A, B)), Scene(None, (C, A), continued=True), Scene("[y]")]
    assert Script(tuple(parts), ScriptStyle()).scenes == scenes(elements)


def test_nothing_gives_nothing() -> None:
    assert list(assemble([])) == []
    assert list(assemble([DocumentOpening()])) == []


def test_a_turn_is_one_line() -> None:
    assert turn_of("\t one \r\n two\n\nthree\r ", "eve") == Line("eve", "one   two  three")
    assert turn_of(" \n ").text == ""


@given(st.text())
def test_a_turn_holds_what_was_said(text: str) -> None:
    turn = turn_of(text)
    assert not set(turn.text) & set("\r\n")
    assert turn.text.split() == text.split()
    assert turn_of(turn.text) == turn
