"""Plain text and captions."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import assemble
from textgen.corpus.format_table import SCRIPT_FORMATS, Recognised, recognise
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.plain import CaptionLayout, read_captions, weigh_captions
from textgen.corpus.reading_options import AS_FOUND, ReadingOptions
from textgen.corpus.script import Line, Scene, ScriptStyle, read_script


@given(st.text())
def test_plain_text_comes_back_exactly(text: str) -> None:
    whole = text if text.endswith("\n") or not text else text + "\n"
    assert read_script(text, ScriptStyle("plain")).text == whole


def test_empty_lines_of_plain_text_are_lines() -> None:
    assert read_script("a\n\n b\n", ScriptStyle("plain")).lines == (
        Line(None, "a"),
        Line(None, ""),
        Line(None, " b"),
    )


def test_each_caption_is_a_document() -> None:
    report = ReadReport()
    elements = read_captions(["a cat. ", "", "a dog"], CaptionLayout(), report)
    parts = list(assemble(elements))
    assert parts == [(1, Scene(None, (Line(None, "a cat."),))), (2, Scene(None, (Line(None, "a dog"),)))]
    assert report.changes == {"empty line left out": 1}


def _found(lines: list[str], options: ReadingOptions = AS_FOUND) -> Recognised:
    found = recognise(SCRIPT_FORMATS, lines, Path("a.txt"), options)
    assert found is not None
    return found


def _documents(found: Recognised, lines: list[str]) -> list[list[str]]:
    parts = assemble(found.elements(lines, ReadReport()))
    return [[line.text for line in scene.lines] for _, scene in parts]


ROWS = ["Rain on Monday.", "Wind on Tuesday.", "Sun on Friday."] * 20


def test_a_few_rows_without_anything_to_see_are_no_captions() -> None:
    found = _found([*ROWS, " ", *ROWS, " "])
    assert found.format.name == "captions"
    assert _documents(found, [*ROWS, " ", *ROWS]) == [[row] for row in [*ROWS, *ROWS]]
    assert _found([*ROWS, "", "", "", *ROWS]).format.name == "plain"


def test_short_texts_between_separators_are_documents_and_no_captions() -> None:
    lines = [line for row in ROWS for line in (row, "So it was.", "---")]
    found = _found(lines)
    assert (found.format.name, found.separator is not None) == ("plain", True)
    assert found.reason.endswith("its documents are separated by `---` alone on a line")
    assert _documents(found, lines) == [[row, "So it was."] for row in ROWS]


def test_a_named_separator_parts_scripts_too() -> None:
    lines = ["eve: hi", "adam: ho", "####", "eve: hm", "", "adam: ha"]
    found = _found(lines, ReadingOptions(document_separator="####"))
    assert (found.format.name, _documents(found, lines)) == ("colon", [["hi", "ho"], ["hm", "ha"]])


def test_a_named_separator_that_is_not_there_is_told() -> None:
    found = _found(["Rain.", "", "Wind."], ReadingOptions(document_separator="####"))
    assert found.reason.endswith("separated by `####` alone on a line, of which there is none in the first lines")


def test_a_licence_is_no_part_of_a_script() -> None:
    ends = "*** END OF THE PROJECT GUTENBERG EBOOK A PLAY ***"
    lines = ["Notes.", "*** START OF THE PROJECT GUTENBERG EBOOK A PLAY ***", "", "EVE:", "Hi.", "", "ADAM:", "Ho.", ""]
    found, report = _found([*lines, ends, "Licence"]), ReadReport()
    (part,) = assemble(found.elements([*lines, ends, "Licence"], report))
    assert [line.speaker for line in part[1].lines] == ["EVE", "ADAM"]
    assert report.changes == {"line of Project Gutenberg's licence left out": 5}


def test_indented_verse_is_no_list_of_captions() -> None:
    lines = [
        "The winter stood before the door.",
        "Nobody asked it in.",
        "It shook the snow.",
        "It smiled a little.",
    ] * 2
    assert weigh_captions(lines, Path("a.txt"), AS_FOUND).convincing
    lines[1::2] = [f"    {line}" for line in lines[1::2]]
    assert not weigh_captions(lines, Path("a.txt"), AS_FOUND).convincing
