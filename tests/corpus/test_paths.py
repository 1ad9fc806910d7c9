"""The files that paths name; what names none is refused."""

from pathlib import Path

import pytest

import textgen
from textgen.corpus.collection import Corpus
from textgen.corpus.format_table import SCRIPT_FORMATS, suffixes
from textgen.corpus.paths import find_files
from textgen.errors import CorpusError


def test_files_of_folders_are_found_once(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.csv", "a/B.TXT", ".hidden.txt", ".git/c.txt", "d.png", "a/e.fountain"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    (tmp_path / "empty.txt").touch()
    found = find_files(
        [tmp_path / "b.txt", tmp_path, tmp_path / "a" / ".." / "b.txt", tmp_path / "d.png"], suffixes(SCRIPT_FORMATS)
    )
    assert [file.relative_to(tmp_path).as_posix() for file in found] == [
        "b.txt", "a/B.TXT", "a/e.fountain", "a/z.csv", "d.png"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("", "it is empty"),
        ("jerry: hello\nelaine: hi\n", "it holds line ends or NULs"),
        ("do you know what this is all about? " * 200, "File name too long"),
        ("a\0b", "it holds line ends or NULs"),
    ],
)
def test_a_text_and_nothing_are_no_paths(given: str, problem: str) -> None:
    for paths in (given, [given], [Path(__file__), given]):
        with pytest.raises(CorpusError, match=f"that is no path .*{problem}.*with texts=") as error:
            Corpus(paths)
        assert "\n" not in str(error.value) and len(str(error.value)) < 400


def test_a_file_may_have_a_line_end_in_its_name(tmp_path: Path) -> None:
    path = tmp_path / "two\nlines.txt"
    path.write_text("JERRY: Hello.\n", encoding="utf-8")
    assert find_files([path], suffixes(SCRIPT_FORMATS)) == [path]


def test_a_text_and_nothing_are_no_models() -> None:
    for given in ("jerry: hello\n" * 50, "x" * 5000, "a\0b"):
        with pytest.raises(textgen.TextgenError, match=r"no model\.json is there"):
            textgen.load(given)
    with pytest.raises(textgen.TextgenError, match="the model is empty; it must be a path"):
        textgen.load("")
