"""Text files read line by line: what is refused, repaired, and how much memory it takes."""

import os
import random
import tracemalloc
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rights import heeded_rights
from tests.tokenizers.examples import any_text
from textgen.corpus import reading
from textgen.corpus.reading import HEAD_BYTES, REPAIRS, TextFile, repair, repair_escaped
from textgen.errors import CorpusError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.txt"


def read(path: Path, data: bytes) -> tuple[list[str], dict[str, int]]:
    path.write_bytes(data)
    file = TextFile(path)
    return list(file.lines()), file.repairs


@pytest.mark.parametrize(
    ("data", "lines", "repairs"),
    [
        (b"one\ntwo\n", ["one", "two"], {}),
        (b"one\n\ntwo", ["one", "", "two"], {}),
        (b"one\r\ntwo\rthree\n\r\n", ["one", "two", "three", ""], {"crlf": 3}),
        (b"\xef\xbb\xbfone", ["one"], {"bom": 1}),
        ("x\u2028y\x0bz\x1c\n".encode(), ["x\u2028y\x0bz\x1c"], {}),
        (b"a\x00b\n", ["ab"], {"nul": 1}),
        ("it\x92s\x85 so\n".encode(), ["it’s… so"], {"c1": 2}),
        ("cafe\u0301\ncafé\n".encode(), ["café", "café"], {"nfc": 1}),
        ("naïve — “so”\n".encode("cp1252"), ["naïve — “so”"], {}),
        ("Привет, мир\n".encode("cp1251"), ["Привет, мир"], {}),
        (b"\x93caf\xe9\x94 \x81 it\x92s\n", ["“café” \ufffd it’s"], {"undecodable": 1}),
        ("\ufeffhello\r\n“you”".encode("utf-16-le"), ["hello", "“you”"], {"bom": 1, "crlf": 1}),
        ("\ufeffhello\n".encode("utf-16-be"), ["hello"], {"bom": 1}),
        ("hello\nyou\n".encode("utf-16-le"), ["hello", "you"], {}),
        ("hello\nyou\n".encode("utf-16-be"), ["hello", "you"], {}),
        ("\ufeffhello".encode("utf-16-le") + b"\x3d\xd8", ["hello\ufffd"], {"bom": 1, "undecodable": 1}),
    ],
)
def test_lines_and_repairs(path: Path, data: bytes, lines: list[str], repairs: dict[str, int]) -> None:
    assert read(path, data) == (lines, repairs)


def test_a_wrong_byte_late_in_a_utf8_file_is_a_windows_character(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textgen.corpus.reading.HEAD_BYTES", 100)
    monkeypatch.setattr(reading, "HEAD_BYTES", 100)
    lines, repairs = read(path, "é".encode() * 100 + b" it\x92s caf\xe9 \x81\n")
    assert lines == ["é" * 100 + " it’s café \ufffd"]
    assert repairs == {"undecodable": 3}


def test_surrogates_written_as_utf8_do_not_come_out(path: Path) -> None:
    lines, repairs = read(path, "naïve été où là\n".encode() * 2 + b"\xed\xa0\x80\n")
    assert repairs == {"undecodable": 3}
    assert not any("\ud800" <= character <= "\udfff" for line in lines for character in line)


@given(data=st.binary(min_size=1, max_size=60), size=st.integers(1, 9))
def test_any_bytes_give_the_same_lines_in_any_chunks_or_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, size: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "corpus"
    path.write_bytes(data)
    try:
        file = TextFile(path)
    except CorpusError:
        return
    whole = list(file.lines())
    counted = file.repairs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_CHUNK_BYTES", size)
        assert list(file.lines()) == whole
    assert file.repairs == counted
    for line in whole:
        line.encode("utf-8")
        assert not set(line) & set("\n\r\x00\x85")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@given(texts=st.lists(any_text, min_size=1), end=st.sampled_from(["\n", "\r\n", "\r"]))
def test_clean_lines_come_out_in_any_chunks(
    tmp_path_factory: pytest.TempPathFactory, encoding: str, texts: list[str], end: str
) -> None:
    kept = ["x" + "".join(c for c in text if c.isprintable() and c != "\ufeff") for text in texts]
    path = tmp_path_factory.mktemp("clean") / "corpus"
    path.write_bytes(end.join(kept).encode(encoding))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_CHUNK_BYTES", 3)
        lines = list(TextFile(path).lines())
    assert lines == [unicodedata.normalize("NFC", line) for line in kept]


def test_repairs_are_those_of_the_last_complete_pass(path: Path) -> None:
    path.write_bytes(b"one\r\ntwo\r\n")
    file = TextFile(path)
    next(file.lines())
    assert file.repairs == {}
    for _ in range(2):
        assert list(file.lines()) == ["one", "two"]
        assert file.repairs == {"crlf": 2}


def test_memory_stays_flat(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_CHUNK_BYTES", 1 << 14)
    path.write_bytes("jerry: naïve\r\n".encode() * 300_000)
    file = TextFile(path)
    tracemalloc.start()
    assert sum(1 for _ in file.lines()) == 300_000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000


def test_an_enormous_line(path: Path) -> None:
    lines, _ = read(path, "aé b".encode() * 1_500_000)
    assert [len(line) for line in lines] == [6_000_000]


def test_a_file_that_vanishes_is_told(path: Path) -> None:
    path.write_bytes(b"one\n")
    file = TextFile(path)
    path.unlink()
    with pytest.raises(CorpusError, match="does not exist"):
        list(file.lines())


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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such rights")
def test_files_one_may_not_read(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("a", encoding="utf-8")
    path.chmod(0)
    with heeded_rights():
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


@pytest.mark.parametrize(
    ("damaged", "repaired", "counts"),
    [
        ("plain", "plain", {}),
        ("a\x00b\x00", "ab", {"nul": 2}),
        ("it\x92s\x85", "it’s…", {"c1": 2}),
        ("x\x81y", "xy", {"c1": 1}),
        ("caf\udce9 \udc93", "café “", {"undecodable": 2}),
        ("\udc81", "\ufffd", {"undecodable": 1}),
        ("naïve", "naïve", {}),
    ],
)
def test_repairs(damaged: str, repaired: str, counts: dict[str, int]) -> None:
    found: Counter[str] = Counter()
    assert repair(damaged, found) == repaired
    assert +found == counts
    assert set(found) <= set(REPAIRS)


@pytest.mark.parametrize(
    ("escaped", "repaired"),
    [("a\x00b", "ab"), ("\ud83d\ude00", "\U0001f600"), ("x\ude00", "x\ufffd"), ("e\u0301", "\u00e9")],
)
def test_what_escapes_bring(escaped: str, repaired: str) -> None:
    assert repair_escaped(escaped) == repaired


def test_a_named_encoding_overrules(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes("Größe".encode("cp437"))
    file = TextFile(tmp_path / "file", "CP437")
    assert (file.encoding, list(file.lines())) == ("cp437", ["Größe"])


def test_a_mark_of_the_named_encoding_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"\xef\xbb\xbfhi")
    assert list(TextFile(tmp_path / "file", "utf8").lines()) == ["hi"]
    (tmp_path / "file").write_bytes("\ufeffhi".encode("utf-16-le"))
    assert list(TextFile(tmp_path / "file", "utf-16").lines()) == ["hi"]


@pytest.mark.parametrize("line", ["   ", "\t", "\xa0", "\u200b", "\u3000 \ufeff", "\u2060\t\u00ad", "\u2800"])
def test_lines_without_anything_to_see_are_no_text(tmp_path: Path, line: str) -> None:
    (tmp_path / "file").write_text(f"one\n{line}\n\ntwo{line}\n{line}x", encoding="utf-8")
    file = TextFile(tmp_path / "file")
    first, second, *others = file.lines()
    assert (first, second.isspace(), others) == ("one", True, ["", f"two{line}", f"{line}x"])
    assert file.repairs == {"blank": 1}


def test_very_long_lines_come_in_pieces_if_asked_for(tmp_path: Path) -> None:
    line = "It rains. " * 200_000
    (tmp_path / "file").write_text(f"one\n{line}\nthree\n{line}", encoding="utf-8")
    file = TextFile(tmp_path / "file")
    pieces = list(file.lines(longest=5000))
    assert (pieces[0], pieces.count("three"), file.repairs) == ("one", 1, {"long": 2})
    assert max(map(len, pieces)) <= 1000
    assert " ".join(pieces) == " ".join(["one", line.strip(), "three", line.strip()])
    assert len(list(file.lines())) == 4


def test_the_beginning_of_one_long_line_is_its_head(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"word " * (HEAD_BYTES // 4))
    assert [len(line) for line in TextFile(tmp_path / "file").head(10)] == [HEAD_BYTES]
    (tmp_path / "file").write_bytes(b"one\n" + b"word " * (HEAD_BYTES // 4))
    assert TextFile(tmp_path / "file").head(10) == ["one"]


@pytest.mark.parametrize("stored", ["utf-16-le", "utf-16-be", "utf-32-le", "utf-16", "utf-32"])
def test_the_order_of_bytes_need_not_be_named(tmp_path: Path, stored: str) -> None:
    text = "Nora: the kettle is on.\nBen: I can hear it.\n" * 20
    (tmp_path / "a.txt").write_bytes(text.encode(stored))
    file = TextFile(tmp_path / "a.txt", stored[:6])
    assert list(file.lines())[:2] == ["Nora: the kettle is on.", "Ben: I can hear it."]
