"""What readers say about what they left out."""

from textgen.corpus.formats.base import ReadReport, excerpt


def test_the_first_record_is_the_example() -> None:
    report = ReadReport()
    report.skip(7, "x" * 100, "too long")
    report.skip(9, "y", "too short")
    assert report.skipped == 2
    assert report.first_skipped == f"line 7: too long: '{'x' * 59}…'"
    assert report.first_skipped_line == 7


def test_changes_are_counted() -> None:
    report = ReadReport()
    report.change("note left out", 2)
    report.change("note left out")
    report.change("never", 0)
    assert report.changes == {"note left out": 3}


def test_excerpt() -> None:
    assert excerpt("short") == "short"
