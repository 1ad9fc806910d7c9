"""`NAME: text`, and what is a name."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import SceneOpening
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.colon import Cue, is_heading, is_name, parse_cue, read, weigh
from textgen.corpus.reading_options import AS_FOUND
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


@pytest.mark.parametrize(
    "name",
    ["jerry", "MR. X", "Moe_Szyslak", "uncle leo", "co-worker #1", "jerry & kramer", "O'Brien", "R2D2", "小明", "Ёлка",
     "jerry, george & kramer", "J. Peterman", "2nd movie patron", "izzy/izzy jr.", "???"],
)  # fmt: skip
def test_names(name: str) -> None:
    assert parse_cue(f"{name}: hello: you") == Cue(name, "", " hello: you")


@pytest.mark.parametrize(
    "line",
    [
        "no colon here",
        "(george shows his note: it says no.)",
        "[setting: coffee shop]",
        "% misunderstanding number one: he is late",
        "it is now 9: 15 and nobody is here",
        "http://example.org",
        "what did he say? he said: no",
        "He stopped talking. Then: nothing",
        "check the second one, dated dec. 15, made out to: cash",
        "he said (whispering: no",
        ": hello",
        "- item: one",
        "x" * 61 + ": long",
        "...: and so",
    ],
)
def test_no_names(line: str) -> None:
    assert parse_cue(line) is None


def test_directions_before_the_colon() -> None:
    assert parse_cue("jerry (on the phone): hello") == Cue("jerry", "(on the phone)", " hello")
    assert parse_cue("jerry [sad] (to bo: softly):") == Cue("jerry", "[sad] (to bo: softly)", "")


def test_other_colons_and_spaces() -> None:
    assert parse_cue("小明：你好") == Cue("小明", "", "你好")
    assert parse_cue("uncle   leo : hello") == Cue("uncle leo", "", " hello")


def test_is_name() -> None:
    assert is_name("one two three four five six")
    assert not is_name("one two three four five six seven")
    assert not is_name("")
    assert not is_name("--")


def test_numbered_speakers_are_no_hours() -> None:
    assert parse_cue("Speaker 1: 15 people came") == Cue("Speaker 1", "", " 15 people came")
    assert parse_cue("it is now 9: 15") is None
    assert parse_cue("1:1 In the beginning") is None


def test_directions_and_everybody_are_no_people() -> None:
    report = ReadReport()
    lines = ["Scene Directions: He waits.", "#ALL#: hi: you", "(all): hello", "SFX:"]
    assert list(read(lines, ScriptStyle("colon"), report)) == [
        Line(None, "He waits."), Line(None, "(hi: you)"), Line(None, "(all): hello"), Line("SFX", ""),
    ]  # fmt: skip
    assert report.changes["name of nobody left out"] == 2


def test_lines_with_nothing_but_a_time_are_left_out() -> None:
    script = read_script("00:05:00\n\njerry: hi\n12:30\n", ScriptStyle("colon"))
    assert script.lines == (Line("jerry", "hi"), Line(None, "12:30"))


@pytest.mark.parametrize(
    "text",
    [
        "breed: hen\nage: 2\nhome: shed\n\nbreed: cat\nage: 7\nhome: sofa\n\nbreed: dog\nage: 3\nhome: mat",
        "Aft: towards the back.\nBow: the front.\nCleat: a fitting.",
        "Note: hot.\nWarning: hotter.\nNote: cold.",
        "Arnesen, K.: The salt road.\nDorn, M.: Boats.\nEklund, S.: Rain.",
    ],
)
def test_labels_and_fields_are_no_speakers(text: str) -> None:
    assert not weigh(text.split("\n"), Path("a.txt"), AS_FOUND).convincing


@pytest.mark.parametrize(
    "text",
    [
        "jerry: hello",
        "jerry: hello\ngeorge: hi",
        "Q: where?\nA: here\n\nQ: when?\nA: now\n\nQ: why?\nA: so",
        "nora: one\ntam: two\nolaf: three\n\ntam: one\nnora: two\n\nolaf: one\ntam: two",
        "dad: one\ndad: two\ndad: three",
    ],
)
def test_small_scripts_are_scripts(text: str) -> None:
    assert weigh(text.split("\n"), Path("a.txt"), AS_FOUND).convincing


@pytest.mark.parametrize("time", ["[12 Mar 2024 at 18:02:11]", "(12/03/2024, 18:02)"])
def test_a_date_with_a_time_is_no_direction(time: str) -> None:
    assert parse_cue(f"Nora, {time}: hi") is None
    assert parse_cue("Nora (at 18:02): hi") == Cue("Nora", "(at 18:02)", " hi")
