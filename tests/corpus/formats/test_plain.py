"""Plain text and captions."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import assemble
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.plain import CaptionLayout, read_captions, weigh_captions
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


def test_indented_verse_is_no_list_of_captions() -> None:
    lines = [
        "The winter stood before the door.",
        "Nobody asked it in.",
        "It shook the snow.",
        "It smiled a little.",
    ] * 2
    assert weigh_captions(lines, Path("a.txt")).convincing
    lines[1::2] = [f"    {line}" for line in lines[1::2]]
    assert not weigh_captions(lines, Path("a.txt")).convincing
