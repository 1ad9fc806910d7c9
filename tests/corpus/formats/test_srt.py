"""SubRip subtitles, and what cues of any subtitles become."""

from pathlib import Path

import pytest

from tests.corpus.formats import files
from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.format_table import SCRIPT_FORMATS, recognise
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.srt import read, times

FILM = """\
1
00:00:01,000 --> 00:00:03,400
Put the kettle
on the stove.

2
00:00:04,100 --> 00:00:06,500 X1:10 X2:20 Y1:1 Y2:2
- Which one
of them? - The blue.
- <font color="#fff">No &amp; no.</font>

3
00:00:20,000 --> 00:00:21,000
{\\an8}♪ <i>A song</i> ♪

4
00:00:22,000 --> 00:00:23,000
♪♪
"""


def _read(text: str) -> list[Element]:
    return list(read(text.split("\n"), ScriptLayout(), ReadReport()))


def _at(*texts: str, seconds: float = 2.0) -> str:
    """Cues of one second, a new one every so many seconds."""
    begins = (number * seconds for number in range(len(texts)))
    return "\n\n".join(
        f"00:00:{b:06.3f} --> 00:00:{b + 1:06.3f}\n{text}" for b, text in zip(begins, texts, strict=True)
    )


def _said(*texts: str) -> list[Element]:
    return [Line(None, text) for text in texts]


def test_numbers_times_marks_and_line_breaks_are_no_text() -> None:
    report = ReadReport()
    assert list(read(FILM.split("\n"), ScriptLayout(), report)) == [
        *_said("Put the kettle on the stove.", "Which one of them?", "The blue.", "No & no."),
        SceneOpening(),
        Line(None, "A song"),
    ]
    assert report.changes == {"music sign left out": 3}


def test_the_content_tells_subtitles() -> None:
    for text, name in ((FILM, "film.txt"), (_at("Hi."), "film.txt"), ("junk\n\nmore\n\n" + FILM, "film.srt")):
        found = recognise(SCRIPT_FORMATS, text.split("\n"), Path(name))
        assert found is not None and found.format.name == "srt"
    plan = ["1:00 -> 2:00 Lunch", "2:00 -> 3:00 Talk"] * 5
    other = recognise(SCRIPT_FORMATS, plan, Path("plan.txt"))
    assert other is not None and other.format.name != "srt"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("00:01:02,500 --> 00:01:04,000", (62.5, 64)),
        ("1:02.5 -> 1:04", (62.5, 64)),
        ("00: 01: 02, 500 --> 00: 01: 04, 0", (62.5, 64)),
        ("00:01:02:500 --> 00:01:04:000", (62.5, 64)),
        ("0:01:02.500,0:01:04.000", (62.5, 64)),
        ("01:02.500 --> 01:04.000 align:start position:0%", (62.5, 64)),
        ("[00:01.000 --> 00:02.000]  A transcript", None),
        ("we go --> there", None),
    ],
)
def test_times(line: str, found: tuple[float, float] | None) -> None:
    assert times(line) == found


def test_broken_files_are_read_as_players_read_them() -> None:
    text = "junk\n1\n0:00:01,0 --> 0:00:02,0\nI was\n\nat home.\n2\n0:00:02,5 --> 0:00:03,0\nWhen?\n\n\n3\n\n0:00:04,0"
    report = ReadReport()
    lines = list(read(text.split("\n"), ScriptLayout(), report))
    assert lines == _said("I was at home.", "When? 3 0:00:04,0")
    assert (report.skipped, report.first_skipped) == (1, "line 1: text before the first time: 'junk'")


def test_a_long_gap_opens_a_scene_and_so_does_a_time_that_begins_anew() -> None:
    assert SceneOpening() not in _read(_at("A.", "B.", seconds=7))
    assert _read(_at("A.", "B.", seconds=10)) == [Line(None, "A."), SceneOpening(), Line(None, "B.")]
    assert SceneOpening() in _read(_at(*"ABCDEFGHIJ", seconds=1.5) + "\n\n" + _at("Again."))


def test_music_and_signs_hide_no_gap() -> None:
    assert SceneOpening() in _read(_at("A.", "♪", "B.", seconds=10))
    sign = "0:00:01,0 --> 0:01:00,0\nTHE BARN\n\n0:00:03,0 --> 0:00:05,0\nA.\n\n0:00:06,0 --> 0:00:08,0\nB."
    assert _read(sign) == _said("THE BARN", "A.", "B.")
    assert SceneOpening() in _read(sign + "\n\n0:00:30,0 --> 0:00:31,0\nC.")


def test_voices_are_read_too() -> None:
    assert _read(_at("<v Nora>Tea?<BR>For all?</v>")) == [Line("Nora", "Tea? For all?")]


def test_a_sentence_that_goes_on_in_the_next_cue_is_one_line() -> None:
    assert _read(_at("I was thinking", "that we could...", "...go there.", "yes", seconds=1.5)) == _said(
        "I was thinking that we could... ...go there.", "yes"
    )
    assert _read(_at("I was thinking", "that we could", seconds=2.5)) == _said("I was thinking", "that we could")
    assert len(_read(_at(*["no end"] * 20, seconds=1.1))) == 5


def test_names_in_capitals_speak_and_others_where_they_come_again() -> None:
    assert _read(
        _at("NORA (off): Hello.", "Remember: no sugar.", "- TAM: Me?\n- Yes.", "WARNING: NO TEA", *["So."] * 5)
    ) == [
        Line("NORA", "(off) Hello."),
        *_said("Remember: no sugar."),
        Line("TAM", "Me?"),
        *_said("Yes.", "WARNING: NO TEA", *["So."] * 5),
    ]
    assert {line.speaker for line in _read(_at("Nora: A.", "Tam: B.", "Nora: C.")) if isinstance(line, Line)} == {
        "Nora",
        "Tam",
    }


def test_marks_of_closed_captions_are_speakers() -> None:
    assert _read(_at(">> One.\n&gt;&gt; NORA: Two.", "-5 degrees.", "-- And so.", "—Well.")) == [
        Line(None, "One."),
        Line("NORA", "Two."),
        *_said("-5 degrees.", "-- And so.", "—Well."),
    ]


def test_lines_that_roll_up_are_said_once() -> None:
    rolling = "0:01.0 --> 0:03.0\nso hello\n\n0:03.0 --> 0:03.01\nso hello\n\n0:03.01 --> 0:05.0\nso hello\nAnd you"
    assert _read(rolling) == _said("so hello", "And you")
    assert _read("0:01.0 --> 0:02.0\nNo.\n\n0:02.0 --> 0:03.0\nNo.") == _said("No.", "No.")


def test_every_line_of_a_scene_is_a_turn(tmp_path: Path) -> None:
    text = _at("(A door.) Where?", "[thunder]", "- There.\n- NORA: Oh.", "NORA: I see.")
    found, report = files.read("srt", tmp_path, text + "\n\n1:00:00 --> 1:00:01\nEnd.")
    assert found == [[*files.said("Where?", "There."), ("NORA", "Oh. I see.")], files.said("End.")]
    assert report.changes == {"stage direction left out of a turn": 2}
