"""One dialogue a line."""

from pathlib import Path

from tests.corpus.formats.files import read, said


def test_turns_end_in_the_mark(tmp_path: Path) -> None:
    text = "Say , Jim ? __eou__ No . __eou__ Yes__eou__\n\nA __eou__ __eou__ b\nalone __eou__\nunmarked\n__eou__\n"
    found, report = read("eou", tmp_path, text)
    assert found == [said("Say , Jim ?", "No .", "Yes"), said("A", "", "b"), said("alone"), said("")]
    assert (report.skipped, report.first_skipped) == (1, "line 5: no __eou__ in the line: 'unmarked'")
