"""MicroDVD and MPL2 subtitles."""

from pathlib import Path

import pytest

from textgen.corpus.document import Line, SceneOpening
from textgen.corpus.format_table import SCRIPT_FORMATS, recognise
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.microdvd import read


@pytest.mark.parametrize(
    "text",
    [
        "{1}{1}25\n{25}{75}{y:i}Tea|for all.\n{80}{100}- Who?|- Me.\nbroken\n{500}{}Later.",
        "[10][30]/Tea|for all.\n[32][40]- Who?|- Me.\n[200][210]Later.\nbroken",
    ],
)
def test_both_are_read_and_what_is_broken_is_skipped(text: str) -> None:
    report = ReadReport()
    lines = [Line(None, said) for said in ("Tea for all.", "Who?", "Me.", "Later.")]
    assert list(read(text.split("\n"), ScriptLayout(), report)) == [*lines[:3], SceneOpening(), lines[3]]
    assert report.first_skipped is not None and "'broken'" in report.first_skipped
    found = recognise(SCRIPT_FORMATS, text.split("\n"), Path("a.txt"))
    assert found is not None and found.format.name == "microdvd"
