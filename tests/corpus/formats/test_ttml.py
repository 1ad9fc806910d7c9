"""TTML subtitles."""

from pathlib import Path

import pytest

from textgen.corpus.document import Line, SceneOpening
from textgen.corpus.format_table import SCRIPT_FORMATS, recognise
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.ttml import read
from textgen.errors import CorpusError

FILM = """\
<?xml version="1.0" encoding="UTF-8"?>
<tt:tt xmlns:tt="http://www.w3.org/ns/ttml" xmlns:ttm="http://www.w3.org/ns/ttml#metadata" ttp:tickRate="100"
  xmlns:ttp="http://www.w3.org/ns/ttml#parameter">
<tt:head><ttm:title>A film</ttm:title><ttm:agent xml:id="n" type="character"><ttm:name>Nora</ttm:name></ttm:agent>
</tt:head>
<tt:body><tt:div>
  <tt:p begin="00:00:01.000" end="00:00:02.500" ttm:agent="n">Tea &amp;
     cake<tt:br/>for <tt:span>all</tt:span>.</tt:p>
  <tt:p begin="3s" dur="1s">- Who?<tt:br/>- Me.</tt:p>
  <tt:p>no time</tt:p>
  <tt:p begin="6000t" end="00:01:01:15">Later.</tt:p>
</tt:div></tt:body></tt:tt>
"""


def test_paragraphs_are_cues_and_agents_speak() -> None:
    report = ReadReport()
    assert list(read(FILM.split("\n"), ScriptLayout(), report)) == [
        Line("Nora", "Tea & cake for all."),
        Line(None, "Who?"),
        Line(None, "Me."),
        SceneOpening(),
        Line(None, "Later."),
    ]
    assert report.skipped == 1
    found = recognise(SCRIPT_FORMATS, FILM.split("\n"), Path("a.xml"))
    assert found is not None and found.reason == "TTML: 3 cues with a time in the first lines, 1 voice"


def test_entities_are_refused() -> None:
    with pytest.raises(CorpusError, match=r"a\.ttml: An XML file .* declares entities \(x\)"):
        recognise(SCRIPT_FORMATS, ['<!DOCTYPE tt [<!ENTITY x "y">]>', "<tt></tt>"], Path("a.ttml"))
