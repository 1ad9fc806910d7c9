"""Texts in JSON."""

import json
from pathlib import Path

import pytest

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene
from textgen.corpus.reading_options import ReadingOptions

ROWS = [
    {"season": 1, "scene": "Bar", "speaker": "Nora", "text": "hi"},
    {"season": 1, "scene": "Bar", "speaker": "Tam", "text": "ho"},
    {"season": 2, "scene": "Bar", "speaker": "Nora", "text": "he"},
]


def documents(path: Path, content: object, options: ReadingOptions | None = None) -> list[list[Scene]]:
    path.write_text(json.dumps(content, indent=1))
    corpus = Corpus(path, options=options or ReadingOptions())
    assert corpus.files[0].format == "json"
    return [list(document) for document in corpus.documents()]


@pytest.mark.parametrize(
    "content", [ROWS, {"version": 1, "data": ROWS}, {"a": {"lines": ROWS[:2]}, "b": {"lines": ROWS[2:]}}]
)
def test_rows_are_those_of_a_table_wherever_they_lie(tmp_path: Path, content: object) -> None:
    heading = "[Bar]"
    assert documents(tmp_path / "show.json", content) == [
        [Scene(heading, (Line("Nora", "hi"), Line("Tam", "ho")))],
        [Scene(heading, (Line("Nora", "he"),))],
    ]


@pytest.mark.parametrize("content", [["One text.", "Two texts."], [{"text": "One text."}, {"text": "Two texts."}]])
def test_texts_without_speakers_are_documents(tmp_path: Path, content: object) -> None:
    found = documents(tmp_path / "texts.json", content)
    assert found == [[Scene(None, (Line(None, text),))] for text in ("One text.", "Two texts.")]


def test_a_field_can_be_named(tmp_path: Path) -> None:
    rows = [{"text": "a", "other": "b"}, {"text": "c", "other": "d"}]
    found = documents(tmp_path / "texts.json", rows, ReadingOptions(text_column="other"))
    assert [scene.lines[0].text for (scene,) in found] == ["b", "d"]


def test_rows_with_speakers_are_dialogues_too(tmp_path: Path) -> None:
    path = tmp_path / "show.json"
    path.write_text(json.dumps(ROWS))
    corpus = Corpus(path, kind="dialogues")
    assert corpus.files[0].format == "script"
    assert [[turn.text for turn in dialogue.lines] for _, dialogue in corpus.dialogues()] == [["hi", "ho"], ["he"]]
