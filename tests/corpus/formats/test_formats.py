"""The table of formats: which one a file has, and why."""

import json
from pathlib import Path

import pytest

from tests.corpus.formats.files import read
from textgen.corpus.document import Line, spoken
from textgen.corpus.format_table import (
    DIALOGUE_FORMATS,
    SCRIPT_FORMATS,
    Recognised,
    check_format,
    read_as,
    recognise,
)
from textgen.corpus.formats.base import ScriptLayout, always
from textgen.corpus.formats.cornell import part_of_file
from textgen.corpus.formats.fountain import FountainLayout
from textgen.corpus.formats.plain import CaptionLayout, PlainLayout
from textgen.corpus.formats.play import PlayLayout
from textgen.corpus.reading_options import AS_FOUND, ReadingOptions
from textgen.errors import ConfigurationError, CorpusError

SPACED = ["jerry: hello", "", "george: hi", "", "[coffee shop]", "", "jerry (softly): how are you?", "", "He leaves."]
SCENES = [
    "Moe_Szyslak: Hey.",
    "Bart_Simpson: Hi.",
    "",
    "",
    "Moe_Szyslak: Who?",
    "Bart_Simpson: Me.",
    "Moe_Szyslak: Oh.",
]
PLAY = ["All:", "Speak, speak.", "", "First Citizen:", "First, you know", "this: and that.", "", "All:", "We know't."]
FOUNTAIN = ["INT. HOUSE - DAY", "", "A man sits.", "", "EVE", "Hi.", "", "ADAM (O.S.)", "Hello.", "", "CUT TO:"]
TABLE = ["Season,Character,Line", '1,Stan,"Dude!', '"', "1,Kyle,Hi"]
PAIRS = ["jerry\thello there", "george\thi", "jerry\thow are you?"]
JSON = [json.dumps({"speaker": "jerry", "text": "hello"}), json.dumps({"speaker": None, "text": "He leaves."})]
CAPTIONS = [f"a {animal} sits on the mat." for animal in ("cat", "dog", "cow", "pig", "hen", "fox", "bat", "rat")]
HEADLINES = [f"Rain In {city} Stops Play" for city in ("Rome", "Oslo", "Bonn", "Kiel", "York", "Bath", "Lodz", "Riga")]
WRAPPED = [
    "It was a bright cold day in the month of April, and all of",
    "the clocks in the town were striking. A man came down the",
    "street with his chin upon his breast: the wind was in his",
    "face, and he slipped quickly through the doors of a house,",
    "though not quickly enough to keep a swirl of gritty dust",
    "from entering along with him. The hallway smelt of boiled",
    "cabbage and old rag mats. At one end of it a coloured",
    "poster, too large for indoor display, was on the wall.",
]
BENCHMARK = [" the index of <unk> rose to N from N in the year ", " a spokesman declined to comment on the plan "] * 6


def script_format(head: list[str], name: str) -> Recognised:
    """The format that a file of scripts is recognised by."""
    found = recognise(SCRIPT_FORMATS, head, Path(name))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("head", "format", "layout", "reason"),
    [
        (SPACED, "colon", ScriptLayout(1), "3 of 5 lines look like `NAME: text`"),
        (SCENES, "colon", ScriptLayout(0), "5 of 5 lines look like `NAME: text`"),
        (PLAY, "play", PlayLayout(1), "3 of 3 paragraphs have `NAME:` alone above the speech"),
        (FOUNTAIN, "fountain", FountainLayout(), "scene headings: 1, speeches under a cue: 2, of 5 elements"),
        (TABLE, "csv", ScriptLayout(), 'the header names the columns "Character" and "Line"'),
        (PAIRS, "tsv", ScriptLayout(), "3 of 3 records have two columns"),
        (JSON, "jsonl", ScriptLayout(), "2 of 2 lines are JSON objects"),
        (JSON[1:], "jsonl", CaptionLayout(), "1 of 1 lines are JSON objects"),
        (CAPTIONS, "captions", CaptionLayout(), "8 of 8 lines are whole short texts (median 6 words)"),
        (HEADLINES, "captions", CaptionLayout(), "8 of 8 lines"),
        (WRAPPED, "plain", PlainLayout(), "plain text"),
        (BENCHMARK, "plain", PlainLayout(), "plain text"),
        (["Note: one", *WRAPPED], "plain", PlainLayout(), "plain text"),
        ([f"word{number}: what it means" for number in range(20)], "plain", PlainLayout(), "plain text"),
        ([], "plain", PlainLayout(), "plain text"),
    ],
)  # fmt: skip
def test_the_format_is_found(head: list[str], format: str, layout: ScriptLayout, reason: str) -> None:
    found = script_format(head, "a.txt")
    assert (found.format.name, found.evidence.layout) == (format, layout)
    assert reason in found.reason


def test_the_suffix_helps_where_the_content_leaves_a_choice() -> None:
    assert script_format(["One.", "", "Two."], "a.fountain").format.name == "fountain"
    assert script_format(["jerry,hello", "bo,hi"], "a.csv").format.name == "csv"
    assert script_format(["jerry,hello", "bo,hi"], "a.txt").format.name == "plain"
    texts = script_format(["id,text", "1,Rain again", "2,Sun at last"], "a.csv")
    assert (texts.format.name, texts.evidence.layout) == ("csv", CaptionLayout())


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl", "play", "colon", "fountain"])
def test_a_format_that_does_not_fit_is_refused(format: str) -> None:
    with pytest.raises(CorpusError) as error:
        read_as(format, SCRIPT_FORMATS, ["", *WRAPPED[1:]], Path("a.txt"))
    assert f"a.txt was to be read as {format}, but line 2 does not fit: 'the clocks" in str(error.value)
    assert all(name in str(error.value) for name in SCRIPT_FORMATS)


def test_the_line_where_a_table_breaks_off_is_named() -> None:
    with pytest.raises(CorpusError, match="line 2 does not fit: 'one'"):
        read_as("csv", SCRIPT_FORMATS, ["speaker,text", "one", "two", "a,b", "c,d"], Path("a.txt"))


@pytest.mark.parametrize("format", ["colon", "plain", "captions"])
def test_a_named_format_is_taken(format: str) -> None:
    found = read_as(format, SCRIPT_FORMATS, ["jerry: hello", *WRAPPED], Path("a.csv"))
    assert found.format.name == format
    assert found.reason.startswith("as asked for")


def test_an_unknown_format_is_refused() -> None:
    known = ", ".join(SCRIPT_FORMATS)
    with pytest.raises(ConfigurationError, match=f"'opera' is unknown; the formats are {known}: choose"):
        check_format("opera", SCRIPT_FORMATS, "corpus")


def test_a_file_without_lines_is_refused_with_a_sentence() -> None:
    with pytest.raises(CorpusError, match=r"show\.txt was to be read as colon, but it has no lines; the formats are"):
        read_as("colon", SCRIPT_FORMATS, [], Path("show.txt"))


def test_no_two_formats_have_a_name_or_a_place_in_the_order() -> None:
    formats = {*SCRIPT_FORMATS.values(), *DIALOGUE_FORMATS.values()}  # one that has both is in both tables
    assert len({format.name for format in formats}) == len({format.order for format in formats}) == len(formats)


def test_every_layout_is_read_by_the_format_of_its_name() -> None:
    layouts = {format.layout.name: format.name for format in SCRIPT_FORMATS.values() if format.layout}
    assert all(layout == format for layout, format in layouts.items())


EOU = ["Hi . __eou__ Ho . __eou__", "", "Who ? __eou__"]
YAML = ["# dialogues", "categories:", "- AI", "conversations:  # all", "", "- - a", "  - b"]
CONV = ["E", "M hi", "M ho", "", "E", "M who"]
JSON_LINES = [json.dumps({"messages": [{"role": "user", "content": "hi"}]}), json.dumps({"messages": ["a", "b"]})]
CSV = ["id,question,answer", '1,"a\n', 'b",c', "2,d,e"]
TSV = ["input\toutput", "a\tb"]
NAMELESS = ["how are you?\tfine", "who are you?\tme", "where?\there"]
SPEAKERS = ["jerry\thello there", "george\thi", "jerry\thow are you?"]
SCRIPT = ["jerry: hello", "george: hi", "[bar]", "jerry: bye"]
PROSE = ["It was a bright cold day in the month of April and all of", "the clocks were striking as they"] * 5


@pytest.mark.parametrize(
    ("head", "name", "format", "sure", "reason"),
    [
        (EOU, "a.txt", "eou", True, "2 of 2 lines have turns that end in __eou__"),
        (YAML, "a.txt", "chatterbot", True, "YAML with a list of `conversations`"),
        (CONV, "a.txt", "conv", True, "5 of 5 lines are `E` or `M` and a text"),
        (JSON_LINES, "a.txt", "turns-jsonl", True, "2 of 2 lines are JSON objects with a list of turns"),
        (CSV, "a.txt", "csv-pairs", True, 'the header names the columns "question" and "answer"'),
        (TSV, "a.txt", "tsv-pairs", True, 'the header names the columns "input" and "output"'),
        (NAMELESS, "a.txt", "tsv-pairs", False, "3 of 3 records have two columns"),
        (["hi,ho", "a,b"], "a.csv", "csv-pairs", False, "2 of 2 records have two columns"),
        (SPEAKERS, "a.txt", "script", False, "tsv: 3 of 3 records have two columns"),
        (SCRIPT, "a.txt", "script", False, "colon: 3 of 4 lines look like `NAME: text`"),
        (["speaker,text", "eve,hi"], "a.txt", "script", False, "csv: the header names the columns"),
        (["Speaker\tLine", "eve\thi", "bo\tho"], "a.tsv", "script", False, "tsv: the header names the columns"),
    ],
)  # fmt: skip
def test_the_first_convincing_format(head: list[str], name: str, format: str, sure: bool, reason: str) -> None:
    found = recognise(DIALOGUE_FORMATS, head, Path(name))
    assert found is not None
    assert (found.format.name, found.evidence.sure, found.evidence.misfit) == (format, sure, None)
    assert found.reason.startswith(reason)


@pytest.mark.parametrize(
    "head",
    [
        [],
        PROSE,
        ["hi,ho", "a,b"],
        ["conversations: none", "- a", "- b"],
        ["conversations:", "", "nothing", "", "at all"],
        ["E", "E"],
        ["M hi", "M ho"],
        ['{"text": "hi"}'] * 3,
        ["headline,text", "a,b", "c,d"],
        ["a __eou__ b __eou__", *PROSE],
    ],
)
def test_nothing_is_convincing(head: list[str]) -> None:
    assert recognise(DIALOGUE_FORMATS, head, Path("a.txt")) is None


@pytest.mark.parametrize("format", [name for name, format in DIALOGUE_FORMATS.items() if format.pair_up is None])
def test_a_file_that_does_not_fit_at_all_has_a_first_line_that_does_not(format: str) -> None:
    with pytest.raises(CorpusError, match="line 2 does not fit: 'x'"):
        read_as(format, DIALOGUE_FORMATS, ["", "x", *PROSE], Path("a.txt"))


def test_the_line_where_a_table_of_pairs_breaks_off_is_named() -> None:
    with pytest.raises(CorpusError, match="line 2 does not fit: 'one'"):
        read_as("csv-pairs", DIALOGUE_FORMATS, ["a,b", "one", "two", "c,d"], Path("a.csv"))


def test_cornells_parts() -> None:
    line = "L1 +++$+++ u0 +++$+++ m0 +++$+++ EVE +++$+++ Hi."
    conversation = "u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L2']"
    film = "m0 +++$+++ a film +++$+++ 1999 +++$+++ 6.90 +++$+++ 62847 +++$+++ ['comedy']"
    assert part_of_file([line, "", line, line, line, "broken"]) == "lines"
    assert part_of_file([conversation]) == "conversations"
    assert part_of_file([film]) == "other"
    assert part_of_file([line, *PROSE]) is None
    assert part_of_file([]) is None


SCENES_OF_SPEECH = """\
[bar]
jerry: (sits down) hello (waves), you
George: [whispers]
He leaves.
jerry: bye
[an empty room]
A clock ticks.
[the street]
jerry: well
jerry: well
"""


def test_scenes_are_dialogues(tmp_path: Path) -> None:
    found, report = read("script", tmp_path, SCENES_OF_SPEECH)
    assert found == [
        [("jerry", "hello, you"), ("George", ""), ("jerry", "bye")],
        [("jerry", "well"), ("jerry", "well")],
    ]
    assert report.changes == {"line without a speaker left out": 2, "stage direction left out of a turn": 3}


def test_tables_are_scripts_too(tmp_path: Path) -> None:
    found, _ = read("script", tmp_path, 'Episode,Character,Line\n1,Stan,"Dude!\n"\n1,Kyle,Hi\n2,Kyle,Again\n')
    assert found == [[("Stan", "Dude!"), ("Kyle", "Hi")], [("Kyle", "Again")]]


def test_very_long_scenes_come_in_parts(tmp_path: Path) -> None:
    found, _ = read("script", tmp_path, "a: one\nb: two\n" * 1200)
    assert [len(turns) for turns in found] == [1000, 1000, 400]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("well (he waits), no (turning) way", "well, no way"),
        ("(to (the) pan) I see.", "I see."),
        ("yes ... [cut off]", "yes ..."),
        ("what (loud)!", "what!"),
        ("it is  3 (three) (3)  o'clock", "it is  3 o'clock"),
        ("(open I say", "(open I say"),
        ("(a)(a)", ""),
        ("(O.S.)\nHello.", "Hello."),
    ],
)
def test_directions_are_not_spoken(text: str, said: str) -> None:
    assert spoken(Line("eve", text)) == said


DATA = Path(__file__).parents[2] / "data"
LOOKED_AT = {
    "discord": ["=" * 62, "Guild: Boats", "Channel: tea", "=" * 62, "", "[07-May-21 08:04 AM] Nora", "Tea?"],
    "whatsapp": ["", "\u200e[07.05.21, 08:04:12] Nora: Tea?", "[07.05.21, 08:05:12] Tam: Yes."],
    "irc": ["*** Log of #tea", "08:04 <nora> tea?", "08:05 <@tam> yes"],
    "cornell": [
        "L1 +++$+++ u0 +++$+++ m0 +++$+++ NORA +++$+++ Tea?",
        "L2 +++$+++ u1 +++$+++ m0 +++$+++ TAM +++$+++ Yes.",
    ],
    "ass": ["[Script Info]", "[Events]", "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Nora,0,0,0,,Tea?"],
    "vtt": ["WEBVTT", "", "00:01.000 --> 00:02.000", "Tea?"],
    "srt": ["1", "00:00:01,000 --> 00:00:02,000", "Tea?"],
    "microdvd": ["{1}{1}25", "{25}{75}Tea?"],
    "csv": ["speaker,text", "Nora,Tea?", "Tam,Yes."],
    "csv-pairs": ["question;answer", "Tea?;Yes.", "Milk?;No."],
}
"""A file of each format that has a quick look."""
HEADERS = [
    ["sep=;", "speaker;text", "Nora;Tea?", "Tam;Yes."],
    ['"the,', 'time",speaker,text', "8:04,Nora,Tea?", "8:05,Tam,Yes."],
    ['speaker,"te\\"xt",message', 'Nora,"a \\"b\\"",Tea?', "Tam,c,Yes."],
    ["", "id | Body | Author", "1 | Tea? | Nora", "2 | Yes. | Tam"],
]
"""Tables whose columns are named in ways that are hard to see."""


def test_a_quick_look_refuses_no_file_that_would_be_taken() -> None:
    files = [*(DATA / "kinds").iterdir(), *(DATA / "lookalikes").iterdir()]
    heads = [(path, path.read_text(encoding="utf-8", errors="replace").split("\n")) for path in files]
    heads += [(Path("a.txt"), head) for head in [*LOOKED_AT.values(), *HEADERS]]
    formats = {name: format for name, format in (SCRIPT_FORMATS | DIALOGUE_FORMATS).items() if format.may_be != always}
    taken = [
        (name, format.may_be(head, named, AS_FOUND))
        for name, format in formats.items()
        for path, head in heads
        for named in (path, Path("a.txt"))
        if format.weigh is not None and format.weigh(head, named, AS_FOUND).convincing
    ]
    assert all(may_be for _, may_be in taken)
    assert {name for name, _ in taken} == formats.keys() == LOOKED_AT.keys()


@pytest.mark.parametrize("head", HEADERS)
def test_a_table_is_found_by_its_header_however_that_is_quoted(head: list[str]) -> None:
    assert script_format(head, "a.txt").format.name == "csv"


def test_a_quick_look_asks_what_a_person_says() -> None:
    head = ["Tea?,Nora", "Yes.,Tam"]
    columns = ReadingOptions(text_column=1, speaker_column=2)
    found = recognise(SCRIPT_FORMATS, head, Path("a.txt"), columns)
    assert found is not None and found.format.name == "csv"
    assert script_format(head, "a.txt").format.name == "plain"
