"""Cornell's two files."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.formats.files import read
from textgen.corpus.collection import Corpus
from textgen.corpus.formats.cornell import part_of
from textgen.errors import CorpusError

LINES = """\
L4 +++$+++ u1 +++$+++ m0 +++$+++ EVE +++$+++ Bye.
L1 +++$+++ u0 +++$+++ m0 +++$+++ ADAM +++$+++ Hi  there +++$+++ you.

L3 +++$+++ u0 +++$+++ m0 +++$+++ ADAM +++$+++
broken
L2 +++$+++ u1 +++$+++ m0 +++$+++  +++$+++ Who?
L1 +++$+++ u0 +++$+++ m0 +++$+++ ADAM +++$+++ the same id again
"""
CONVERSATIONS = """\
u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L2', 'L3']

u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L9', 'L4', 'L8']
u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L7']
u0 +++$+++ u1
"""


def test_conversations(tmp_path: Path) -> None:
    found, report = read("cornell", tmp_path, LINES, CONVERSATIONS)
    assert found == [
        [("ADAM", "Hi  there +++$+++ you."), (None, "Who?"), ("ADAM", "")],
        [("EVE", "Bye.")],
    ]
    assert report.skipped == 5
    assert report.first_skipped == "line 5: no line of 5 fields in file 0: 'broken'"


def test_the_edition_with_tabs(tmp_path: Path) -> None:
    lines = "L1\tu0\tm0\tADAM\tHi.\nL2\tu1\tm0\tEVE\tHo.\n"
    found, report = read("cornell", tmp_path, lines, "u0\tu1\tm0\t['L1' 'L2']\n")
    assert (found, report.skipped) == ([[("ADAM", "Hi."), ("EVE", "Ho.")]], 0)


def test_parts() -> None:
    assert part_of("L1 +++$+++ u0 +++$+++ m0 +++$+++ ADAM +++$+++ Hi.") == "lines"
    assert part_of("u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L2']") == "conversations"
    assert part_of("m0 +++$+++ a film +++$+++ 1999 +++$+++ 6.90 +++$+++ 62847 +++$+++ ['comedy']") == "other"
    assert part_of("m0 +++$+++ a film +++$+++ http://x") == "other"
    assert part_of("ADAM\tHi.") is None
    assert part_of("") is None


def test_no_lines_at_all(tmp_path: Path) -> None:
    found, report = read("cornell", tmp_path, "nothing\n", CONVERSATIONS)
    assert (found, report.skipped) == ([], 1 + 3 + 3 + 1 + 1)


@given(st.permutations(range(30)), st.lists(st.lists(st.integers(0, 40), min_size=1, max_size=4), min_size=1))
def test_lines_in_any_order(order: list[int], conversations: list[list[int]]) -> None:
    lines = "\n".join(f"L{number} +++$+++ u +++$+++ m +++$+++ s{number} +++$+++ text {number}" for number in order)
    asked = "\n".join(f"u +++$+++ v +++$+++ m +++$+++ {[f'L{number}' for number in ids]}" for ids in conversations)
    with tempfile.TemporaryDirectory() as folder:
        found, report = read("cornell", Path(folder), lines, asked)
    expected = [[(f"s{n}", f"text {n}") for n in ids if n < 30] for ids in conversations]
    assert found == [turns for turns in expected if turns]
    assert report.skipped == sum(number >= 30 for ids in conversations for number in ids)


def test_one_of_the_two_files_is_no_script(tmp_path: Path) -> None:
    path = tmp_path / "movie_lines.txt"
    path.write_text("".join(f"L{n} +++$+++ u0 +++$+++ m0 +++$+++ NORA +++$+++ Hello {n}.\n" for n in range(20)))
    with pytest.raises(CorpusError, match=r"lines and conversations are in two files: give both to train-chat"):
        list(Corpus(path).parts())
