"""Datasets of dialogues in JSON."""

import json
import tempfile
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.formats.files import read, said
from textgen.corpus.collection import Corpus
from textgen.corpus.formats.json_turns import SPEAKER_FIELDS, TEXT_FIELDS, TURNS_FIELDS, items_of


@pytest.mark.parametrize("turns_field", TURNS_FIELDS)
@pytest.mark.parametrize("text_field", TEXT_FIELDS)
@pytest.mark.parametrize("speaker_field", SPEAKER_FIELDS)
def test_fields(tmp_path: Path, turns_field: str, text_field: str, speaker_field: str) -> None:
    turns = [{speaker_field: "ann", text_field: "hi"}, {text_field: "ho", speaker_field: 7}, "he", {text_field: ""}]
    found, report = read("turns-jsonl", tmp_path, json.dumps({"id": 1, turns_field.title(): turns}))
    assert found == [[("ann", "hi"), ("7", "ho"), (None, "he"), (None, "")]]
    assert report.skipped == 0


def test_what_does_not_fit_is_skipped_alone(tmp_path: Path) -> None:
    good = {"turns": ["a", {"text": None}, 3, {"role": "x"}, {"text": "b\nc", "name": " "}]}
    lines = [json.dumps(value) for value in (good, ["a", "b"], {"turns": "a"}, {"text": "a"})]
    found, report = read("turns-jsonl", tmp_path, "\n".join([*lines, "", '{"turns": [', "[" * 5000]))
    assert found == [said("a", "b c")]
    assert report.skipped == 3 + 5
    assert report.first_skipped == "line 1: a turn without a text: '{\"text\": null}'"


def test_what_escapes_bring_is_repaired(tmp_path: Path) -> None:
    line = r'{"turns": ["so cute \ud83d", {"name": "Zoe\u0301", "text": "\u0000hi"}]}'
    assert read("turns-jsonl", tmp_path, line)[0] == [[(None, "so cute \ufffd"), ("Zo\u00e9", "hi")]]


def test_a_list_is_preferred_to_a_text(tmp_path: Path) -> None:
    line = json.dumps({"dialogue": "a title", "messages": [{"value": {"x": 1}, "content": "a"}]})
    assert read("turns-jsonl", tmp_path, line)[0] == [said("a")]


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["turns", "text", "role", "Speaker"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(st.lists(_json, min_size=1, max_size=5))
def test_any_json_is_read_or_skipped(values: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found, report = read("turns-jsonl", Path(folder), "\n".join(map(json.dumps, values)))
    assert len(found) <= len(values) <= len(found) + report.skipped
    assert all("\n" not in text for turns in found for _, text in turns)


def dialogues(folder: Path, content: object) -> tuple[str, list[list[tuple[str | None, str]]]]:
    """The format of a JSON file, and the turns of each dialogue; a script has the same as scenes."""
    path = folder / "data.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content, indent=1))
    corpus = Corpus(path, kind="dialogues")
    found = [[(turn.speaker, turn.text) for turn in dialogue.lines] for _, dialogue in corpus.dialogues()]
    scenes = chain.from_iterable(Corpus(path).documents())
    assert [[(line.speaker, line.text) for line in scene.lines] for scene in scenes] == found
    return corpus.files[0].format, found


HI, HO = {"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "text", "text": "ho"}]}
SAID = [("user", "hi"), ("assistant", "ho")]


@pytest.mark.parametrize(
    ("content", "turns"),
    [
        ([{"instruction": "add", "input": "", "output": "5"}], [("instruction", "add"), ("output", "5")]),
        ([{"instruction": "add", "input": "2, 3", "output": "5"}], [("instruction", "add 2, 3"), ("output", "5")]),
        ([{"prompt": "hi", "completion": "ho"}], [("prompt", "hi"), ("completion", "ho")]),
        ([{"id": 3, "question": "hi", "answers": ["ho", "he"]}], [("question", "hi"), ("answers", "ho")]),
        ([{"prompt": "hi", "chosen": "ho", "rejected": "no"}], [("prompt", "hi"), ("reply", "ho")]),
        ([{"prompt": "hi", "chosen": [HI, HO], "rejected": [HI]}], SAID),
        ([{"prompt": [HI], "completion": [HO]}], SAID),
        (
            [{"history": [["a", "b"]], "instruction": "c", "output": "d"}],
            [(None, "a"), (None, "b"), ("instruction", "c"), ("output", "d")],
        ),
        ([{"id": "x", "conversations": [{"from": "human", "value": "hi"}]}], [("human", "hi")]),
        ({"version": 1, "data": [{"messages": [HI, HO]}]}, SAID),
        ({"t1": {"messages": [HI, HO]}, "t2": {"messages": []}}, SAID),
        ({"messages": [HI, HO]}, SAID),
        ([HI, HO], SAID),
        ([{"messages": [{"role": "system", "content": "be kind"}, HI, HO, {"role": "tool", "content": "5"}]}], SAID),
        ({"conversations": [["hi", "ho"], ["he", "hu"]]}, said("hi", "ho")),
        ([["hi", "ho"], ["he", "hu"]], said("hi", "ho")),
        ([{"messages": [{"creator": {"name": "Nora"}, "text": "hi"}]}], [("Nora", "hi")]),
    ],
)
def test_datasets(tmp_path: Path, content: object, turns: list[tuple[str | None, str]]) -> None:
    format, found = dialogues(tmp_path, content)
    assert format == "json-dialogues" and found[0] == turns


def test_lines_with_prompts_and_replies(tmp_path: Path) -> None:
    lines = [json.dumps({"prompt": f"hi {number}", "completion": "ho"}) for number in range(3)]
    format, found = dialogues(tmp_path, "\n".join(lines))
    assert format == "turns-jsonl" and found[2] == [("prompt", "hi 2"), ("completion", "ho")]


def test_lines_of_the_system_are_counted(tmp_path: Path) -> None:
    line = json.dumps({"messages": [{"role": "system", "content": "be kind"}, HI, HO]})
    found, report = read("turns-jsonl", tmp_path, line)
    assert found == [SAID]
    assert report.changes == {"line of the system or of a tool left out": 1}


def test_a_damaged_object_is_skipped_alone(tmp_path: Path) -> None:
    text = (
        '[{"prompt": "a", "completion": "b"},\n {"prompt": "c", completion: "d"},\n {"prompt": "e", "completion": "f"}]'
    )
    path = tmp_path / "data.json"
    path.write_text(text)
    corpus = Corpus(path, "json-dialogues", "dialogues")
    assert len(list(corpus.dialogues())) == 2
    assert (corpus.files[0].report.skipped, corpus.files[0].report.first_skipped_line) == (1, 2)


@pytest.mark.parametrize("more", [{"context": [""]}, {"context_set": ""}, {}])
def test_each_pattern_of_an_intent_has_a_response(tmp_path: Path, more: dict[str, object]) -> None:
    intents = [
        {"tag": "greeting", "patterns": ["Hi", "Hello", "Hey"], "responses": ["Ho", "He"], **more},
        {"tag": "bye", "patterns": ["Bye"], "responses": ["So long", "Adieu"], **more},
        {"tag": "noanswer", "patterns": [], "responses": ["What?"], **more},
    ]
    format, found = dialogues(tmp_path, {"intents": intents})
    pairs = [("Hi", "Ho"), ("Hello", "He"), ("Hey", "Ho"), ("Bye", "So long"), ("Bye", "Adieu")]
    assert (format, found) == ("json-dialogues", [[("patterns", one), ("responses", other)] for one, other in pairs])


def test_talks_with_claude(tmp_path: Path) -> None:
    turns = [
        {"text": "hi", "content": [{"type": "text", "text": "hi"}], "sender": "human"},
        {"text": "", "content": [{"type": "text", "text": "ho"}], "sender": "assistant"},
    ]
    content = [{"name": "Boats", "summary": "They talk.", "created_at": "2024-03-12T18:02:11Z", "chat_messages": turns}]
    assert dialogues(tmp_path, content) == ("json-dialogues", [[("human", "hi"), ("assistant", "ho")]])


def test_a_text_may_lie_in_an_object_and_turns_have_texts(tmp_path: Path) -> None:
    turns = [{"sender": "a", "content": {"topic": "x"}}, {"sender": "a", "content": {"body": "hi"}}]
    assert read("turns-jsonl", tmp_path, json.dumps({"messages": turns}))[0] == [[("a", "hi")]]
    assert items_of({"messages": turns[:1]}) is None
