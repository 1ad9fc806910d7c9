"""SubStation Alpha subtitles."""

from pathlib import Path

import pytest

from textgen.corpus.document import Line, SceneOpening
from textgen.corpus.format_table import SCRIPT_FORMATS, recognise
from textgen.corpus.formats.ass import read
from textgen.corpus.formats.base import ReadReport, ScriptLayout

HEAD = """\
[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname
Style: Default,Arial

[Events]
"""
EVENTS = """\
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
Dialogue: 0,0:00:20.00,0:00:22.00,Default,,0,0,0,,{\\an8}Later, {aside}and\\hlater.
Comment: 0,0:00:01.00,0:00:02.00,Default,Nora,0,0,0,,hidden
Dialogue: 0,0:00:01.00,0:00:02.00,Default,Nora,0,0,0,,{\\i1}Hello,{\\i0}\\Nyou.
Dialogue: 1,0:00:01.00,0:00:02.00,Default,Nora,0,0,0,,Hello,\\Nyou.
Dialogue: 0,0:00:02.50,0:00:03.00,Sign,,0,0,0,,{\\p1}m 0 0 l 9 9{\\p0}Tea
Dialogue: broken
Dialogue: 0,0:00:xx.00,0:00:03.00,Sign,,0,0,0,,Tea
"""


def test_events_are_read_in_the_order_of_their_times() -> None:
    report = ReadReport()
    assert list(read((HEAD + EVENTS).split("\n"), ScriptLayout(), report)) == [
        Line("Nora", "Hello, you."),
        Line(None, "Tea"),
        SceneOpening(),
        Line(None, "Later, and later."),
    ]
    assert report.changes == {"comment left out": 1, "text in another layer left out": 1}
    assert (report.skipped, report.first_skipped_line) == (2, 15)


@pytest.mark.parametrize(
    "format", ["Start, End, Actor, Text", "Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text"]
)
def test_the_fields_have_the_order_that_the_file_names(format: str) -> None:
    values = {"Start": "0:00:01.00", "End": "0:00:02.00", "Actor": "Tam", "Name": "Tam", "Text": "No, no."}
    event = ",".join(values.get(field, "0") for field in format.split(", "))
    text = f"{HEAD}Format: {format}\nDialogue: {event}"
    found = recognise(SCRIPT_FORMATS, text.split("\n"), Path("a.txt"))
    assert found is not None and found.format.name == "ass"
    assert list(read(text.split("\n"), ScriptLayout(), ReadReport())) == [Line("Tam", "No, no.")]
