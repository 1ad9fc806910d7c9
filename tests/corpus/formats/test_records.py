"""Lines of a table to records."""

import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.tables import MAX_LINES, ends_inside, records


def _records(text: str, delimiter: str = ",") -> tuple[list[tuple[int, list[str]]], ReadReport]:
    report = ReadReport()
    return list(records(text.split("\n"), delimiter, report)), report


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
    assert ends_inside('a,"b', ",")
    assert ends_inside('"', ",")
    assert not ends_inside('a,"b ""c"""', ",")
    assert not ends_inside('a,5" tall', ",")
    assert not ends_inside('c",d', ",", inside=True)
    assert ends_inside('c,""', ",", inside=True)


_cell = st.text(st.sampled_from("ab\",\t\n' "), max_size=6)


@given(st.lists(st.tuples(_cell, _cell, _cell), min_size=1, max_size=6), st.sampled_from(",\t"))
def test_whole_tables_are_read_as_the_csv_module_reads_them(rows: list[tuple[str, ...]], delimiter: str) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    found, report = _records(file.getvalue(), delimiter)
    assert [record for _, record in found] == [list(row) for row in rows]
    assert report == ReadReport()
