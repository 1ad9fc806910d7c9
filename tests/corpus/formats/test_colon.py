"""`NAME: text`, one speech a line."""

from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import SceneOpening
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.colon import is_heading, read
from textgen.corpus.script import Line, Scene, ScriptStyle, read_script

SEINFELD = """\
jerry: do you know what this is all about? \n
[setting: coffee shop] \n
george (on the phone): are you through?\n
(a few minutes later, he says: no)\n
% misunderstanding number one: he is late\n
elaine:\n
Mr. Pitt: it's 9: 15\n
"""


def test_spaced_script() -> None:
    script = read_script(SEINFELD, ScriptStyle("colon", 1))
    assert script.scenes == (
        Scene(None, (Line("jerry", "do you know what this is all about?"),)),
        Scene(
            "[setting: coffee shop]",
            (
                Line("george", "(on the phone) are you through?"),
                Line(None, "(a few minutes later, he says: no)"),
                Line(None, "% misunderstanding number one: he is late"),
                Line("elaine", ""),
                Line("Mr. Pitt", "it's 9: 15"),
            ),
        ),
    )


def test_more_empty_lines_than_usual_open_a_scene() -> None:
    assert read_script("\n\na: 1\nb: 2\n\n\na: 3\n", ScriptStyle("colon")).scenes == (
        Scene(None, (Line("a", "1"), Line("b", "2"))),
        Scene(None, (Line("a", "3"),)),
    )
    assert len(read_script("a: 1\n\nb: 2\n\n\na: 3\n", ScriptStyle("colon", 1)).scenes) == 2
    assert len(read_script("a: 1\n\nINT. HOUSE\n\na: 3\n", ScriptStyle("colon")).scenes) == 2


def test_headings() -> None:
    for text in ("[x]", "[setting: a]", "Scene: a", "SETTING : a", "INT. HOUSE", "ext. a", "INT HOUSE"):
        assert is_heading(text), text
    for text in ("[x] y", "[x] and [y]", "[]", "(x)", "int house", "Scenery: a", "extra: a"):
        assert not is_heading(text), text


def test_a_heading_word_with_a_direction_is_no_speaker() -> None:
    assert read_script("scene (dark): hi", ScriptStyle("colon")).lines == (Line(None, "scene (dark): hi"),)


def test_moved_directions_are_counted() -> None:
    report = ReadReport()
    list(read(["a (x): 1", "a: (x) 1", "a [y]: 2"], ScriptStyle("colon"), report))
    assert report.changes == {"direction moved behind the colon": 2}


_words = st.sampled_from(
    ["jerry", "(x)", "[x]", "[", "(", ":", "：", "scene", "9", "15", ".", "?", "INT.", "%", " ", "//"]
)
_lines = st.lists(st.one_of(st.lists(_words, max_size=6).map(" ".join), st.text(max_size=8)), max_size=8)


@given(_lines, st.integers(0, 2))
def test_what_was_read_is_read_again(lines: list[str], blank_lines: int) -> None:
    style = ScriptStyle("colon", blank_lines)
    script = read_script("\n".join(lines), style)
    assert read_script(script.text, style) == script


@given(_lines)
def test_no_line_is_lost(lines: list[str]) -> None:
    flat = "\n".join(lines).split("\n")
    elements = list(read(flat, ScriptStyle("colon", 99), ReadReport()))
    assert len(elements) == sum(bool(line.strip()) for line in flat)
    assert all(isinstance(element, Line | SceneOpening) for element in elements)
