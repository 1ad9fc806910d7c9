"""Only texts that are listed with their licence are learned from."""

import hashlib
from pathlib import Path

import pytest
from building import sources
from building.sources import Source, conversations, listed

from textgen.errors import CorpusError


def source(data: bytes) -> Source:
    return Source("dialogues/a.jsonl", "somebody/something", "c0ffee", "MIT", hashlib.sha256(data).hexdigest())


def test_every_listed_file_has_a_licence_and_a_checksum() -> None:
    found = [one for folder in ("plays", "prose", "sentences", "dialogues") for one in listed(folder)]
    assert len(found) == len(sources.LIST.read_text(encoding="utf-8").splitlines()) - 1
    assert len({one.file for one in found}) == len(found)
    for one in found:
        assert one.licence and one.source and one.commit
        assert len(one.sha256) == 64


def test_the_listed_file_is_taken(tmp_path: Path) -> None:
    (tmp_path / "dialogues").mkdir()
    (tmp_path / "dialogues" / "a.jsonl").write_bytes(b'{"turns": ["hi", "hello"], "source": "a/b"}\n')
    path = source((tmp_path / "dialogues" / "a.jsonl").read_bytes()).path(tmp_path)
    assert list(conversations(path)) == [("a/b", ["hi", "hello"])]


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="is not there: give the folder"):
        source(b"").path(tmp_path)
    (tmp_path / "dialogues").mkdir()
    (tmp_path / "dialogues" / "a.jsonl").write_bytes(b"changed")
    with pytest.raises(CorpusError, match="only texts whose licence was looked at"):
        source(b"as listed").path(tmp_path)
