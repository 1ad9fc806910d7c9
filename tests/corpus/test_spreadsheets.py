"""Parquet and Excel files; pandas is faked where it is not installed."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from textgen.corpus import spreadsheets
from textgen.corpus.collection import Corpus
from textgen.corpus.reading import TextFile
from textgen.corpus.spreadsheets import Spreadsheet, open_file
from textgen.errors import CorpusError, MissingExtraError


class Frame:
    """As much of a pandas frame as is read."""

    columns = ("speaker", "text", 3)

    def itertuples(self, index: bool, name: None) -> list[tuple[Any, ...]]:
        assert not index
        return [("eve", 'well, "no"\r\nor yes', None), ("adam", "e\u0301", float("nan")), ("eve", 5, 1.5)]


@pytest.fixture
def pandas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets.importlib.util, "find_spec", lambda name: name)  # type: ignore[attr-defined]
    fake = SimpleNamespace(read_parquet=lambda path: Frame(), read_excel=lambda path: 1 / 0)
    monkeypatch.setitem(sys.modules, "pandas", fake)  # type: ignore[arg-type]


def written(folder: Path, name: str) -> Path:
    (folder / name).write_bytes(b"PAR1 and so on")
    return folder / name


def test_a_spreadsheet_gives_the_lines_of_a_table(tmp_path: Path, pandas: None) -> None:
    file = open_file(written(tmp_path, "talk.parquet"))
    rows = ["speaker,text,3", 'eve,"well, ""no""', 'or yes",', "adam,é,", "eve,5,1.5"]
    assert (file.head(2), list(file.lines())) == (rows[:2], rows)


def test_it_is_read_as_a_table_and_known_by_its_bytes(tmp_path: Path, pandas: None) -> None:
    path = written(tmp_path, "talk.PARQUET")
    corpus = Corpus(path)
    said = [(line.speaker, line.text) for document in corpus.documents() for scene in document for line in scene.lines]
    assert said == [("eve", 'well, "no" or yes'), ("adam", "é"), ("eve", "5")]
    other = tmp_path / "copy.txt"
    other.write_bytes(path.read_bytes())
    assert corpus.fingerprint == Corpus(other).fingerprint


def test_what_pandas_cannot_read_is_one_sentence(tmp_path: Path, pandas: None) -> None:
    with pytest.raises(CorpusError, match=r"as an Excel file, but pandas finds none in it \(division by zero\): save"):
        open_file(written(tmp_path, "talk.xlsx")).head(1)


def test_without_pandas_the_command_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets.importlib.util, "find_spec", lambda name: None)  # type: ignore[attr-defined]
    with pytest.raises(MissingExtraError, match="pandas and pyarrow cannot be found: run  pip install pandas pyarrow"):
        Spreadsheet(written(tmp_path, "talk.parquet"))


def test_other_files_are_texts(tmp_path: Path) -> None:
    assert type(open_file(written(tmp_path, "talk.txt"))) is TextFile
