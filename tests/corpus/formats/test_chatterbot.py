"""ChatterBot's YAML."""

import sys
from pathlib import Path

import pytest

from tests.corpus.formats.files import read, said
from textgen.errors import CorpusError, MissingExtraError

YAML = """\
categories:
- AI
- [conversations, x]
conversations:
- - Are you there?
  - Yes
  - 1.50
- a bare text
- - Who?
  - note: that this is no text
  - "colon: quoted"
- {a: {b: [c]}}
- - |
      Two
      lines
  - wrapped
    text
other: [[no, dialogue]]
"""


def test_lists_of_texts(tmp_path: Path) -> None:
    found, report = read("chatterbot", tmp_path, YAML)
    assert found == [
        said("Are you there?", "Yes", "1.50"),
        said("Who?", "colon: quoted"),
        said("Two lines", "wrapped text"),
    ]
    assert (report.skipped, report.first_skipped) == (3, "line 8: no list of turns: 'a bare text'")


def test_two_documents_and_no_document(tmp_path: Path) -> None:
    text = "conversations:\n- [a, b]\n---\nconversations:\n- [c, d]\n"
    assert read("chatterbot", tmp_path, text)[0] == [said("a", "b"), said("c", "d")]
    assert read("chatterbot", tmp_path, "- - a\n  - b\n")[0] == []
    assert read("chatterbot", tmp_path, "conversations:\n")[0] == []


def test_characters_that_yaml_forbids(tmp_path: Path) -> None:
    assert read("chatterbot", tmp_path, "conversations:\n- - a\x07b 😁\n  - ok\x7f\n")[0] == [said("a b 😁", "ok")]


def test_what_is_no_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"file 0 was read as YAML, but line \d does not fit: .+; mend the line"):
        read("chatterbot", tmp_path, "conversations:\n- - a\n  - 'open\n")


def test_deep_nesting_is_no_danger(tmp_path: Path) -> None:
    text = "conversations:\n- - a\n  - b\n- " + "[" * 900 + "]" * 900 + "\n"
    found, report = read("chatterbot", tmp_path, text)
    assert (found[0], report.skipped) == (said("a", "b"), 1)


def test_without_pyyaml_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(MissingExtraError, match=r"PyYAML is not installed; .*textgen-keras\[train\]"):
        read("chatterbot", tmp_path, YAML)
