"""The records of tables, whatever separates and quotes their fields."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.records import CSV, MAX_LINES, TSV, Dialect, ends_inside, find_dialect, records

COMMAS = Dialect(",")


def _records(text: str, delimiter: str = ",") -> tuple[list[tuple[int, list[str]]], ReadReport]:
    report = ReadReport()
    return list(records(text.split("\n"), Dialect(delimiter), report)), report


def test_fields_may_hold_line_breaks() -> None:
    found, report = _records('a,b\n1,"x\ny ""z"""\n\n2,w\n')
    assert found == [(1, ["a", "b"]), (2, ["1", 'x\ny "z"']), (5, ["2", "w"])]
    assert report.skipped == 0


def test_an_open_quotation_mark_takes_no_other_line_with_it() -> None:
    found, report = _records('a,b\n1,"open\n2,"x\ny"\n3,z\n4,w')
    assert found == [
        (1, ["a", "b"]),
        (2, ["1", "open"]),
        (3, ["2", "x\ny"]),
        (5, ["3", "z"]),
        (6, ["4", "w"]),
    ]
    assert report.changes == {"quotation mark never closed": 1}


def test_an_open_quotation_mark_before_a_long_file() -> None:
    found, report = _records('a,b\n1,"open' + "\n2,x" * (2 * MAX_LINES))
    assert len(found) == 2 + 2 * MAX_LINES
    assert report.changes == {"quotation mark never closed": 1}


def test_records_of_another_width_are_skipped() -> None:
    found, report = _records("a,b\n1\n1,2,3\n1,2,\n4,5")
    assert [record for _, record in found] == [["a", "b"], ["1", "2", ""], ["4", "5"]]
    assert report.skipped == 2
    assert report.first_skipped == "line 2: 1 columns where 2 were expected: '1'"


def test_ends_inside() -> None:
    assert ends_inside('a,"b', COMMAS)
    assert ends_inside('"', COMMAS)
    assert not ends_inside('a,"b ""c"""', COMMAS)
    assert not ends_inside('a,5" tall', COMMAS)
    assert not ends_inside('c",d', COMMAS, inside=True)
    assert ends_inside('c,""', COMMAS, inside=True)


_cell = st.text(st.sampled_from("ab\",\t\n' "), max_size=6)


@given(st.lists(st.tuples(_cell, _cell, _cell), min_size=1, max_size=6), st.sampled_from(",\t"))
def test_whole_tables_are_read_as_the_csv_module_reads_them(rows: list[tuple[str, ...]], delimiter: str) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    found, report = _records(file.getvalue(), delimiter)
    assert [record for _, record in found] == [list(row) for row in rows]
    assert report == ReadReport()


@pytest.mark.parametrize(
    ("text", "delimiters", "dialect"),
    [
        ("name,text\neve,hi\n", CSV, Dialect(",")),
        ("name;text\neve;well, no\nadam;yes, and no\n", CSV, Dialect(";")),
        ("name|text\neve|well, no\nadam|yes\n", CSV, Dialect("|")),
        ("sep=;\nname;text,long\neve;a,b\n", CSV, Dialect(";")),
        ('name,text\neve,"she said \\"no\\", twice"\nadam,"a \\"b\\", c"\n', CSV, Dialect(",", backslash=True)),
        ('name, text\neve, "well, no"\nadam, "yes"\n', CSV, Dialect(",", spaces=True)),
        ('text\n"one, two"\n"three"\n', CSV, Dialect(",")),
        ("a\tb\nc\td\n", TSV, Dialect("\t")),
    ],
)
def test_the_dialect_is_the_one_that_fits_the_most_records(text: str, delimiters: str, dialect: Dialect) -> None:
    assert find_dialect(text.split("\n"), delimiters) == dialect


def test_quotation_marks_behind_backslashes_are_text() -> None:
    report = ReadReport()
    text = 'eve,"she said \\"no\\",\ntwice"\nadam,"a backslash \\\\"\n'
    found = [record for _, record in records(text.split("\n"), Dialect(",", backslash=True), report)]
    assert found == [["eve", 'she said "no",\ntwice'], ["adam", "a backslash \\"]]
    assert report == ReadReport()


def test_a_line_that_names_the_delimiter_is_no_record() -> None:
    assert [record for _, record in records(["sep=;", "a;b"], Dialect(";"), ReadReport())] == [["a", "b"]]


def test_a_table_of_one_column_needs_no_quotation_marks() -> None:
    found, report = _records('text\nwell, no\n"one,\ntwo"\n')
    assert [record for _, record in found] == [["text"], ["well, no"], ["one,\ntwo"]]
    assert report == ReadReport()


@given(
    st.lists(st.tuples(_cell, _cell), min_size=3, max_size=6),
    st.sampled_from([Dialect(","), Dialect(";"), Dialect("|"), Dialect(",", backslash=True)]),
)
def test_what_is_written_in_a_dialect_is_read_in_it(rows: list[tuple[str, str]], dialect: Dialect) -> None:
    file = io.StringIO()
    quoting = {"doublequote": False, "escapechar": "\\"} if dialect.backslash else {}
    csv.writer(file, delimiter=dialect.delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n", **quoting).writerows(rows)  # type: ignore[arg-type]
    found = records(file.getvalue().split("\n"), dialect, ReadReport())
    assert [record for _, record in found] == [list(row) for row in rows]
