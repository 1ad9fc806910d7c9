"""JSON lines of turns."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.formats.files import read, said
from textgen.corpus.formats.json_turns import SPEAKER_FIELDS, TEXT_FIELDS, TURNS_FIELDS


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
