"""Transcripts, in the layouts of the tools that write them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.messages import MEDIA
from textgen.corpus.formats.plain import PlainLayout
from textgen.corpus.formats.transcript import read, weigh
from textgen.corpus.reading_options import AS_FOUND
from textgen.corpus.script import ScriptStyle, read_script

INLINE = {
    "[{time}] {name}: {text}": "AWS",
    "[00:{time}.000 --> 00:{time}.900] {name}: {text}": "whisper and pyannote",
    "({time}) {name}: {text}": "a time in parentheses",
    "{time} {name}: {text}": "a bare time",
    "{time} - {name}: {text}": "a dash behind the time",
    "{name}: [{time}] {text}": "Descript",
    "{name} [{time}]: {text}": "a time behind the name",
    "{name} ({time}): {text}": "a time behind the name",
    "{name}:\t{time}\t{text}": "Temi",
    "{name}\t{time}\t{text}": "columns",
    "00:{time} {name}\t{text}": "Trint",
    "[{name}]: {text}": "WhisperX",
    "**{name}:** {text}": "Markdown",
    "**{name}**: {text}": "Markdown",
    "- **{name}**: {text}": "a Markdown list",
    "__{name}__: {text}": "Markdown",
    "**{name}** [{time}]: {text}": "Markdown with times",
    "> **{name}:** {text}": "a Markdown quotation",
}
BELOW = {
    "{name}  {time}\n{text}": "Otter, Teams",
    "{name} ({time})\n{text}": "Rev today",
    "{name}: ({time})\n{text}": "Rev before",
    "{name} [ 00:{time}.000 -->  00:{time}.500]\n{text}": "pyannote",
    "[{time}] {name}\n{text}": "Sonix",
    "[00:{time}.130] - {name}\n{text}": "Happy Scribe",
    "00:{time} {name}\n{text}": "Word",
    "[{name}] 00:{time}\n{text}": "Zoom",
    "0:{time}.0 --> 0:{time}.900\n{name}\n{text}": "Teams",
    "00:{time}:12 - 00:{time}:20\n{name}\n{text}": "Premiere",
    "{name}\n{time}\n{text}": "a time below the name",
    "00:{time}\n{name}: {text}": "a time above the name",
    "### {name}\n\n{text}": "headings",
    "## {name} ({time})\n\n{text}": "headings with times",
    "**{name}**\n\n{text}": "bold names",
    "**{name}**   {time}\\\n{text}": "Teams in Markdown",
}
SAID = [
    ("Nora Lind", "Have you seen the map?"),
    ("Speaker 2", "It is under the cat."),
    ("Nora Lind", "Then we wait until 7:15."),
    ("Speaker 2", "She sleeps long."),
]


def heard(lines: list[str], report: ReadReport | None = None) -> list[Element]:
    """What a transcript is read as, once it was recognised."""
    evidence = weigh(lines, Path("a.txt"), AS_FOUND)
    assert evidence.convincing, evidence.reason
    return list(read(lines, evidence.layout, report or ReadReport()))


def written(layout: str) -> list[str]:
    """A short talk in a layout, an empty line after each speech."""
    times = ("00:04", "00:09", "01:02", "01:10")
    speeches = (layout.format(name=name, text=text, time=time) for (name, text), time in zip(SAID, times, strict=True))
    return "\n\n".join(speeches).split("\n")


@pytest.mark.parametrize("layout", [*INLINE, *BELOW])
def test_the_speakers_are_found_and_the_times_are_left_out(layout: str) -> None:
    assert heard(written(layout)) == [Line(*said) for said in SAID]


@pytest.mark.parametrize("layout", INLINE)
def test_no_empty_lines_are_needed(layout: str) -> None:
    assert heard([line for line in written(layout) if line]) == [Line(*said) for said in SAID]


def test_voices_in_parentheses() -> None:
    lines = ["(speaker 0) Hello.", "(speaker 1) (laughs) Hi.", "(speaker 0) Well."]
    assert heard(lines) == [Line("speaker 0", "Hello."), Line("speaker 1", "(laughs) Hi."), Line("speaker 0", "Well.")]


def test_questions_in_bold_type() -> None:
    lines = ["**Q: When?**", "A: In May.", "**Q: Why?**", "A: The sea.", "**Q: Then?**", "A: Home."]
    assert [line.speaker for line in heard(lines) if isinstance(line, Line)] == ["Q", "A"] * 3


def test_numbers_of_cues_and_sounds_are_nobodys() -> None:
    lines = ["1  SFX:  (RAIN)", "2  JUNE:  Come in.", "3  WALT:  Thank you.", "4  JUNE:  Tea?", "5  WALT:  Yes."]
    assert heard(lines)[:2] == [Line(None, "(RAIN)"), Line("JUNE", "Come in.")]


def test_what_goes_on_in_the_next_line_belongs_to_the_speech() -> None:
    lines = ["[0:01] Nora: It is", "late.", "[0:04] Tam: Yes.", "[0:05] Nora: Go.", "", "They go."]
    assert heard(lines) == [
        Line("Nora", "It is late."),
        Line("Tam", "Yes."),
        Line("Nora", "Go."),
        Line(None, "They go."),
    ]


def test_a_speech_below_its_name_may_have_paragraphs() -> None:
    lines = ["Nora  0:01", "One.", "", "Two.", "", "Tam  0:05", "Three.", "", "Nora  0:09", "Four."]
    assert heard(lines) == [Line("Nora", "One. Two."), Line("Tam", "Three."), Line("Nora", "Four.")]


def test_headings_open_scenes_and_the_tools_own_line_is_left_out() -> None:
    report = ReadReport()
    lines = [
        "# Bees",
        "**Mel:** Hi.",
        "**Jo:** Ho.",
        "## Winter",
        "**Mel:** Brr.",
        "",
        "Transcribed by https://otter.ai",
    ]
    assert heard(lines, report) == [
        SceneOpening("[Bees]"), Line("Mel", "Hi."), Line("Jo", "Ho."), SceneOpening("[Winter]"), Line("Mel", "Brr."),
    ]  # fmt: skip
    assert report.changes == {"the tool's own line left out": 1}


def test_what_was_left_out_is_counted() -> None:
    report = ReadReport()
    heard(["[0:01] Nora: Well [0:03] yes.", "[0:04] Tam: No.", "[0:05] Nora: Oh."], report)
    assert report.changes == {"time or number left out": 4}


@pytest.mark.parametrize(
    "layout",
    [
        "18:0{minute}:11 From {name} to Everyone:\n\t{text}",
        "18:0{minute}:11 From {name} to Mel Anna Maria von Lind the Younger(Direct Message):\n\t{text}",
        "18:0{minute}:11 Von {name} an Alle:\n\t{text}",
        "18:0{minute}:11 De {name} à Tout le monde:\n\t{text}",
        "18:0{minute}:11\t From  {name} : {text}",
        "18:0{minute}:11\t From  {name}  to  Mel(Privately) : {text}",
    ],
)
def test_who_sent_a_message_of_zoom(layout: str) -> None:
    text = "\n".join(layout.format(name=name, text=text, minute=n) for n, (name, text) in enumerate(SAID))
    assert heard(text.split("\n")) == [Line(*said) for said in SAID]


def test_a_message_of_zoom_goes_on_below_an_empty_line() -> None:
    lines = [
        "18:01:11 From A to B(Direct Message):",
        "\tOne.",
        "",
        "\tTwo.",
        "18:02:11 From B (she) to Everyone:",
        "\tYes.",
    ]
    lines += ["18:03:11 From A to Everyone:", "\tSo: no."]
    assert heard(lines) == [Line("A", "One. Two."), Line("B", "Yes."), Line("A", "So: no.")]


def test_names_that_begin_like_a_sender_stay() -> None:
    lines = ["[0:01] De Vries: One.", "[0:02] De Jong: Two.", "[0:03] De Vries: Three."]
    assert heard(lines) == [Line("De Vries", "One."), Line("De Jong", "Two."), Line("De Vries", "Three.")]
    lines = ["[0:01] From here: One.", "[0:02] Tam: Two.", "[0:03] From here: Three.", "[0:04] Tam: Four."]
    assert heard(lines)[0] == Line("From here", "One.")


@pytest.mark.parametrize(
    "layout",
    [
        "{name}, [12.03.2024 18:0{minute}]\n{text}\n",
        "2024-03-12 18:0{minute}:11 {name}\n{text}\n",
        "{name} 2024-03-12 18:0{minute}:11\n{text}\n",
        "[12/03/2024, 18:0{minute}] {name}: {text}",
    ],
)
def test_in_a_chat_brackets_are_a_picture_and_no_heading(layout: str) -> None:
    said = [("Nora", "Hello."), ("Tam", "[图片]"), ("Nora", "[Forwarded from News]\nIt snows."), ("Tam", "[no] yes")]
    report = ReadReport()
    text = "\n".join(layout.format(name=name, text=text, minute=n) for n, (name, text) in enumerate(said))
    assert heard(text.split("\n"), report) == [
        Line("Nora", "Hello."),
        Line("Nora", "It snows."),
        Line("Tam", "[no] yes"),
    ]
    assert report.changes[MEDIA] == 2


def test_without_dates_brackets_are_a_heading() -> None:
    lines = ["0:01 Nora: Hello.", "0:02 Tam: Hi.", "[street]", "0:03 Nora: So.", "0:04 Tam: [waves]"]
    assert heard(lines)[2:] == [SceneOpening("[street]"), Line("Nora", "So."), Line("Tam", "[waves]")]


def test_a_date_is_nobody_and_who_started_the_recording_is_not_said() -> None:
    report = ReadReport()
    lines = ["Boats-20240312_180211", "March 12, 2024, 6:02PM", "12m 3s", ""]
    for minute, (name, text) in enumerate(SAID):
        lines += [f"{name}   0:0{minute}", text, "", f"{name} started transcription", ""]
    assert heard(lines, report) == [Line(None, "Boats-20240312_180211 12m 3s"), *(Line(*said) for said in SAID)]
    assert report.changes == {"the tool's own line left out": 4, "time or number left out": 1}


@pytest.mark.parametrize(
    "stamp",
    ["Mar 12, 2024  6:0{minute}:11 PM", "Mar 12, 2024 6:0{minute}:11 PM (Read by you after 1 minute, 3 seconds)"],
)
def test_a_date_alone_above_the_name(stamp: str) -> None:
    text = "\n\n".join(f"{stamp.format(minute=n)}\n{name}\n{text}" for n, (name, text) in enumerate(SAID))
    assert heard(text.split("\n")) == [Line(*said) for said in SAID]


def test_times_of_f4_stand_at_the_ends_of_speeches() -> None:
    report = ReadReport()
    lines = [
        "I: And the boat? #00:00:05-1#",
        "",
        "B: It is gone. (laughs)",
        "Remember: we sold it.",
        "",
        "That was May. #00:00:09-0#",
        "",
        "I: Since May? #00:00:12-0#",
        "B: At 7:15. #00:00:15-0#",
        "C: Hm. #00:00:16-0#",
    ]
    assert heard(lines, report) == [
        Line("I", "And the boat?"),
        Line("B", "It is gone. (laughs) Remember: we sold it. That was May."),
        Line("I", "Since May?"),
        Line("B", "At 7:15."),
        Line("C", "Hm."),
    ]
    assert report.changes == {"time or number left out": 5}


def test_a_transcript_without_names_is_plain_text() -> None:
    lines = ["[00:00.0 --> 00:03.2]  The river", "[00:03.2 --> 00:05.0]  was low.", "", "[00:05.0 --> 00:06.0]"]
    assert weigh(lines, Path("a.txt"), AS_FOUND).layout == PlainLayout()
    assert heard(lines) == [Line(None, "The river"), Line(None, "was low."), Line(None, "")]


@pytest.mark.parametrize(
    "text",
    [
        "nora: hello\ntam: [waving] hi\nnora: at 7:15?\ntam: yes",
        "[bar]\nnora: hello\n[street]\ntam: hi\n[bar]\nnora: bye\n[end]\ntam: ho",
        "07:15 Harbour\n07:40 Mill\n08:05 Harbour\n09:00 Mill",
        "**Monday:** rain\n\n**Tuesday:** sun\n\n**Wednesday:** rain",
        "## 1.2\n\n### Added\n\n- a lamp\n\n### Fixed\n\n- a shelf\n\n## 1.1\n\n### Added\n\n- a shelf",
        "**Note:** hot.\n\n**Warning:** hotter.\n\n**Note:** cold.",
        "the <unk> of <unk> rose\n<unk> fell\n<unk> rose",
        "1:1 In the beginning\n1:2 there was a lamp\n2:1 and it was lit",
        "",
    ],
)
def test_other_texts_are_no_transcripts(text: str) -> None:
    assert not weigh(text.split("\n"), Path("a.txt"), AS_FOUND).convincing


_lines = st.lists(
    st.one_of(
        st.sampled_from(
            ["Nora", "0:01", "Nora 0:02", "[0:03] Tam: so", "Tam: ho", "# Tam", "**Nora**", "", "[bar]", "SFX: x"]
        ),
        st.text(alphabet="ab:*#[]() 01.\t", max_size=12),
    ),
    max_size=12,
)


@given(_lines)
def test_any_lines_are_read_and_what_is_written_names_the_same_speakers(lines: list[str]) -> None:
    weigh(lines, Path("a.txt"), AS_FOUND)
    found = [element for element in read(lines, ScriptLayout(), ReadReport()) if isinstance(element, Line)]
    assert not any("\n" in line.text for line in found)
    for line in found:
        if line.speaker is not None:
            again = read_script(ScriptStyle("colon").line_text(line), ScriptStyle("colon")).lines
            assert again == (line,)


def test_a_transcript_that_does_not_convince_can_be_asked_for() -> None:
    lines = ["[0:09] Nora: Go.", "[0:01] Nora: Now.", "[0:02] Nora: Well."]
    evidence = weigh(lines, Path("a.txt"), AS_FOUND)
    assert not evidence.convincing and evidence.misfit is None
    assert next(read(lines, evidence.layout, ReadReport())) == Line("Nora", "Go.")
    assert weigh(["The door is open."], Path("a.txt"), AS_FOUND).misfit == 1


@pytest.mark.parametrize(
    "stamp", ["12 Mar 2024 at 18:02:{}", "Mar 12, 2024 at 6:02:{} PM", "12. März 2024 um 18:02:{}"]
)
@pytest.mark.parametrize("colon", ["", ":"])
def test_messages_copied_with_a_month_in_words(tmp_path: Path, stamp: str, colon: str) -> None:
    rows = [("Nora", "hi there"), ("Tam", "hello\nhow are you"), ("Nora", "fine"), ("Tam", "so am I")]
    path = tmp_path / "copy.txt"
    path.write_text(
        "\n\n".join(f"{name}, [{stamp.format(10 + number)}]{colon}\n{text}" for number, (name, text) in enumerate(rows))
    )
    (scene,) = [scene for _, scene in Corpus(path).parts()]
    assert [(line.speaker, line.text) for line in scene.lines] == [
        (name, text.replace("\n", " ")) for name, text in rows
    ]
