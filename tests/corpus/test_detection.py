"""Which format a file has, and why."""

import json
from pathlib import Path

import pytest

from textgen.corpus.detection import FORMATS, detect
from textgen.corpus.style import ScriptStyle
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


@pytest.mark.parametrize(
    ("head", "format", "style", "reason"),
    [
        (SPACED, "colon", ScriptStyle("colon", 1), "3 of 5 lines look like `NAME: text`"),
        (SCENES, "colon", ScriptStyle("colon", 0), "5 of 5 lines look like `NAME: text`"),
        (PLAY, "play", ScriptStyle("play", 1), "3 of 3 paragraphs have `NAME:` alone above the speech"),
        (FOUNTAIN, "fountain", ScriptStyle("fountain"), "scene headings: 1, speeches under a cue: 2, of 5 elements"),
        (TABLE, "csv", ScriptStyle("colon"), 'the header names the columns "Character" and "Line"'),
        (PAIRS, "tsv", ScriptStyle("colon"), "3 of 3 records have two columns"),
        (JSON, "jsonl", ScriptStyle("colon"), "2 of 2 lines are JSON objects"),
        (JSON[1:], "jsonl", ScriptStyle("captions"), "1 of 1 lines are JSON objects"),
        (CAPTIONS, "captions", ScriptStyle("captions"), "8 of 8 lines are whole short texts (median 6 words)"),
        (HEADLINES, "captions", ScriptStyle("captions"), "8 of 8 lines"),
        (WRAPPED, "plain", ScriptStyle("plain"), "plain text"),
        (BENCHMARK, "plain", ScriptStyle("plain"), "plain text"),
        (["Note: one", *WRAPPED], "plain", ScriptStyle("plain"), "plain text"),
        ([f"word{number}: what it means" for number in range(20)], "plain", ScriptStyle("plain"), "plain text"),
        ([], "plain", ScriptStyle("plain"), "plain text"),
    ],
)  # fmt: skip
def test_the_format_is_found(head: list[str], format: str, style: ScriptStyle, reason: str) -> None:
    detected = detect(head, Path("a.txt"))
    assert (detected.format, detected.style) == (format, style)
    assert reason in detected.reason


def test_the_suffix_helps_where_the_content_leaves_a_choice() -> None:
    assert detect(["One.", "", "Two."], Path("a.fountain")).format == "fountain"
    assert detect(["jerry,hello", "bo,hi"], Path("a.csv")).format == "csv"
    assert detect(["jerry,hello", "bo,hi"], Path("a.txt")).format == "plain"
    texts = detect(["id,text", "1,Rain again", "2,Sun at last"], Path("a.csv"))
    assert (texts.format, texts.style) == ("csv", ScriptStyle("captions"))


@pytest.mark.parametrize("format", ["csv", "tsv", "jsonl", "play", "colon", "fountain"])
def test_a_format_that_does_not_fit_is_refused(format: str) -> None:
    with pytest.raises(CorpusError) as error:
        detect(["", *WRAPPED[1:]], Path("a.txt"), format)
    assert f"a.txt was to be read as {format}, but line 2 does not fit: 'the clocks" in str(error.value)
    assert all(name in str(error.value) for name in FORMATS)


def test_the_line_where_a_table_breaks_off_is_named() -> None:
    with pytest.raises(CorpusError, match="line 2 does not fit: 'one'"):
        detect(["speaker,text", "one", "two", "a,b", "c,d"], Path("a.txt"), "csv")


@pytest.mark.parametrize("format", ["colon", "plain", "captions"])
def test_a_named_format_is_taken(format: str) -> None:
    detected = detect(["jerry: hello", *WRAPPED], Path("a.csv"), format)
    assert detected.format == format
    assert detected.reason.startswith("as asked for")


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="'opera' is unknown; the formats are jsonl, csv"):
        detect(["a"], Path("a.txt"), "opera")


def test_a_file_without_lines_is_refused_with_a_sentence() -> None:
    with pytest.raises(CorpusError, match=r"show\.txt was to be read as colon, but it has no lines; the formats are"):
        detect([], Path("show.txt"), "colon")
