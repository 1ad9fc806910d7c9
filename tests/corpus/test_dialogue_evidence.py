"""What speaks for each format of dialogues."""

import json
from pathlib import Path

import pytest

from textgen.corpus.dialogue_evidence import DIALOGUE_EVIDENCE, cornell_part

EOU = ["Hi . __eou__ Ho . __eou__", "", "Who ? __eou__"]
YAML = ["# dialogues", "categories:", "- AI", "conversations:  # all", "", "- - a", "  - b"]
CONV = ["E", "M hi", "M ho", "", "E", "M who"]
JSON = [json.dumps({"messages": [{"role": "user", "content": "hi"}]}), json.dumps({"messages": ["a", "b"]})]
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
        (JSON, "a.txt", "turns-jsonl", True, "2 of 2 lines are JSON objects with a list of turns"),
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
    found = ((name_, weigh(head, Path(name))) for name_, weigh in DIALOGUE_EVIDENCE.items())
    first, evidence = next((name_, evidence) for name_, evidence in found if evidence.convincing)
    assert (first, evidence.sure, evidence.misfit) == (format, sure, None)
    assert evidence.reason.startswith(reason)


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
    assert [name for name, weigh in DIALOGUE_EVIDENCE.items() if weigh(head, Path("a.txt")).convincing] == []


@pytest.mark.parametrize("format", list(DIALOGUE_EVIDENCE))
def test_a_file_that_does_not_fit_at_all_has_a_first_line_that_does_not(format: str) -> None:
    assert DIALOGUE_EVIDENCE[format](["", "x", *PROSE], Path("a.txt")).misfit == 2


def test_the_line_where_a_table_breaks_off() -> None:
    assert DIALOGUE_EVIDENCE["csv-pairs"](["a,b", "one", "two", "c,d"], Path("a.csv")).misfit == 2


def test_cornells_parts() -> None:
    line = "L1 +++$+++ u0 +++$+++ m0 +++$+++ EVE +++$+++ Hi."
    conversation = "u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L2']"
    film = "m0 +++$+++ a film +++$+++ 1999 +++$+++ 6.90 +++$+++ 62847 +++$+++ ['comedy']"
    assert cornell_part([line, "", line, line, line, "broken"]) == "lines"
    assert cornell_part([conversation]) == "conversations"
    assert cornell_part([film]) == "other"
    assert cornell_part([line, *PROSE]) is None
    assert cornell_part([]) is None
