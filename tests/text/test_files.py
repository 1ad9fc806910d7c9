import os
import random
from pathlib import Path

import numpy as np
import pytest

from textgen.errors import CorpusError
from textgen.text.reading import TextFile


def refused(path: Path) -> str:
    with pytest.raises(CorpusError) as error:
        TextFile(path)
    assert str(path) in str(error.value)
    return str(error.value)


def test_missing_files_and_folders(tmp_path: Path) -> None:
    assert "does not exist; check the name" in refused(tmp_path / "nothing.txt")
    assert "is a folder" in refused(tmp_path)


@pytest.mark.parametrize("data", [b"", b"\n \r\n\t", b"\xef\xbb\xbf", b"\xff\xfe\n\x00", b"\x00" * 50])
def test_empty_files(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "empty").write_bytes(data)
    assert "is empty" in refused(tmp_path / "empty")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_files_one_may_not_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("a", encoding="utf-8")
    path.chmod(0)
    assert "may not be read" in refused(path)


def test_refusals_of_the_system_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "corpus"
    path.write_text("a", encoding="utf-8")
    for error, found in ((PermissionError(13, "denied"), "may not be read"), (OSError(5, "I/O"), "(I/O)")):

        def fail(*_: object, error: OSError = error) -> None:
            raise error

        monkeypatch.setattr(Path, "open", fail)
        assert found in refused(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_pipes_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "no ordinary file" in refused(tmp_path / "pipe")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"%PDF-1.7\n1 0 obj", "is a PDF document; save its text"),
        (b"PK\x03\x04word/document.xml", "office document"),
        (b"{\\rtf1\\ansi hello}", "rich text"),
        (b"\x1f\x8b\x08\x00text", "gzip"),
    ],
)
def test_documents_are_named(tmp_path: Path, data: bytes, found: str) -> None:
    (tmp_path / "file").write_bytes(data)
    assert found in refused(tmp_path / "file")


@pytest.mark.parametrize(
    "data",
    [
        random.Random(1).randbytes(5000),
        b"\x7fELF\x02\x01\x01" + b"\x00" * 900 + b"text" * 10,
        bytes(range(256)) * 20,
        (np.arange(2000, dtype="<u2") % 60).tobytes(),
        b"a\x01\x02b" * 50,
    ],
)
def test_binary_files(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    assert "binary data" in refused(tmp_path / "file")


@pytest.mark.parametrize("data", [b"hello\x1a", b"page one\x0cpage two\x0b", b"\x1b[1mbold\x1b[0m", b"a\x00b c d e"])
def test_a_few_controls_are_text(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "file").write_bytes(data)
    assert len(list(TextFile(tmp_path / "file").lines())) == 1
