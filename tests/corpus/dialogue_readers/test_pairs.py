"""Tables of prompts and replies."""

import csv
import io
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.corpus.dialogue_readers.files import read, said
from textgen.corpus.dialogue import Turn


def test_named_columns(tmp_path: Path) -> None:
    text = 'id,Answer,Question\n1,"Fine, ""thanks""\nand you?",How are you?\n2,,Well?\nbroken\n3,Bye,"See\r\nyou"\n'
    found, report = read("csv-pairs", tmp_path, text)
    assert found == [said("How are you?", 'Fine, "thanks" and you?'), said("Well?", ""), said("See you", "Bye")]
    assert (report.skipped, report.first_skipped) == (1, "line 5: 1 columns where 3 were expected: 'broken'")


def test_without_a_header_the_first_two_columns_are_taken(tmp_path: Path) -> None:
    found, _ = read("tsv-pairs", tmp_path, "Go.\tVa !\tCC-BY\nHi.\tSalut !\tCC-BY\n")
    assert found == [said("Go.", "Va !"), said("Hi.", "Salut !")]


def test_spreadsheets_may_write_semicolons(tmp_path: Path) -> None:
    found, report = read("csv-pairs", tmp_path, 'Question;Answer\n"Tea; or coffee, sir?";Tea, please\nWell?;"Fine"\n')
    assert found == [said("Tea; or coffee, sir?", "Tea, please"), said("Well?", "Fine")]
    assert report.skipped == 0
    assert read("csv-pairs", tmp_path, "Oh; well,Yes\nAnd; you,No\n")[0] == [
        said("Oh; well", "Yes"),
        said("And; you", "No"),
    ]


def test_one_column_holds_no_pairs(tmp_path: Path) -> None:
    assert read("tsv-pairs", tmp_path, "one\ntwo\n")[0] == []


_text = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=8) | st.just(
    "a\nb"
)


@given(st.lists(st.tuples(_text, _text), min_size=1, max_size=6), st.sampled_from(["csv", "tsv"]))
@settings(deadline=None, max_examples=50)
def test_what_the_csv_module_writes_is_read(pairs: list[tuple[str, str]], kind: str) -> None:
    table = io.StringIO()
    writer = csv.writer(table, delimiter="," if kind == "csv" else "\t", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("prompt", "reply"), *pairs])
    with tempfile.TemporaryDirectory() as folder:
        found, report = read(f"{kind}-pairs", Path(folder), table.getvalue())
    assert [[text for _, text in turns] for turns in found] == [[_stored(text) for text in pair] for pair in pairs]
    assert report.skipped == 0


def _stored(text: str) -> str:
    return unicodedata.normalize("NFC", Turn(text).text)


@pytest.mark.parametrize(
    ("kind", "separator", "text", "change"),
    [
        ("csv", ",", "he said", "quotation mark never closed"),
        ("tsv", "\t", '"he said', "quotation marks taken as text"),
    ],
)
def test_an_open_quotation_mark_takes_no_other_pair_with_it(
    tmp_path: Path, kind: str, separator: str, text: str, change: str
) -> None:
    table = f'prompt{separator}reply\nhi{separator}"he said\nbye{separator}see you\n'
    found, report = read(f"{kind}-pairs", tmp_path, table)
    assert found == [said("hi", text), said("bye", "see you")]
    assert report.changes == {change: 1}
