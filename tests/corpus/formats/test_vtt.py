"""WebVTT subtitles and transcripts."""

from pathlib import Path

from tests.corpus.formats import files
from textgen.corpus.document import Line, SceneOpening
from textgen.corpus.format_table import DIALOGUE_FORMATS, SCRIPT_FORMATS, recognise
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.vtt import read

MEETING = """\
WEBVTT - A meeting
Kind: captions

STYLE
::cue(v[voice="Nora"]) { color: green }

REGION
id:low
width:40%

NOTE
A note --- of several
lines

7c6e-0
00:01.000 --> 00:02.000 region:low align:start
<v Nora Example>Hello &lt;all&gt;,<00:01.500> <c.loud>again</c>.</v> <v.loud Tam>Who
is there?

NOTE short

00:00:03.000 --> 00:00:04.000
<lang en>Nobody <b>special</b></lang>
- me

01:00:00.000 --> 01:00:01.000
<v Tam>Bye.
<v Nora Example>Bye.
"""


def test_voices_speak_and_the_rest_is_left_out() -> None:
    report = ReadReport()
    assert list(read(MEETING.split("\n"), ScriptLayout(), report)) == [
        Line("Nora Example", "Hello <all>, again."),
        Line("Tam", "Who is there?"),
        Line(None, "Nobody special"),
        Line(None, "me"),
        SceneOpening(),
        Line("Tam", "Bye."),
        Line("Nora Example", "Bye."),
    ]
    assert report.changes == {"note or style left out": 4}


def test_the_first_line_or_the_ending_tells() -> None:
    for head, name in ((MEETING.split("\n"), "a.txt"), (["00:01.000 --> 00:02.000", "Hi."], "a.vtt")):
        found = recognise(SCRIPT_FORMATS, head, Path(name))
        assert found is not None and found.format.name == "vtt"
    found = recognise(DIALOGUE_FORMATS, MEETING.split("\n"), Path("a.txt"))
    assert found is not None and found.reason == "WebVTT: 3 cues with a time in the first lines, 2 voices"


def test_what_one_voice_says_in_a_row_is_a_turn(tmp_path: Path) -> None:
    text = "WEBVTT\n\n0:01.0 --> 0:02.0\n<v A>One.\n2\n0:02.0 --> 0:03.0\n<v A>Two.\n\n0:03.0 --> 0:04.0\n<v B>Three."
    found, _ = files.read("vtt", tmp_path, text)
    assert found == [[("A", "One. Two."), ("B", "Three.")]]


WEBEX = """\
WEBVTT

1 "Nora Example" (3427878656)
00:01.000 --> 00:02.000
Hello.

2 "Tam &amp; Jo" (12)
00:03.000 --> 00:04.000
Who is there?
3 "Nora Example" (3427878656)
00:05.000 --> 00:06.000
<v Mel>It is me.

"4" (1)
00:07.000 --> 00:08.000
Me, too.
"""


def test_the_identifiers_of_webex_name_who_speaks() -> None:
    assert list(read(WEBEX.split("\n"), ScriptLayout(), ReadReport())) == [
        Line("Nora Example", "Hello."),
        Line("Tam & Jo", "Who is there?"),
        Line("Mel", "It is me."),
        Line(None, "Me, too."),
    ]
