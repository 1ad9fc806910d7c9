"""Elements to scenes and documents."""

from textgen.corpus.assembly import assemble, by_document, scenes
from textgen.corpus.scene import DocumentOpening, Line, Scene, SceneOpening
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
