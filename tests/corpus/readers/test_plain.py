"""Plain text and captions."""

from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.assembly import assemble
from textgen.corpus.readers import captions, read_script
from textgen.corpus.report import ReadReport
from textgen.corpus.script import Line, Scene, ScriptStyle


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
    elements = captions.read(["a cat. ", "", "a dog"], ScriptStyle("captions"), report)
    parts = list(assemble(elements))
    assert parts == [(1, Scene(None, (Line(None, "a cat."),))), (2, Scene(None, (Line(None, "a dog"),)))]
    assert report.changes == {"empty line left out": 1}
