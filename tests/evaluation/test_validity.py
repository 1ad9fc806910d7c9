import pytest

from textgen.corpus.document import Line
from textgen.corpus.script import ScriptStyle
from textgen.evaluation.validity import is_well_formed, judge_script

COLON = ScriptStyle("colon")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (Line("JERRY", "hello (to george) there"), True),
        (Line(None, "(a door opens)"), True),
        (Line("JERRY", "(to george hello"), False),
        (Line("JERRY", "hello) there"), False),
        (Line("JERRY", "a [b) c]"), False),
        (Line("JERRY", "  "), False),
        (Line(None, "GEORGE: who said this?"), False),  # read again it is George's line
    ],
)
def test_a_line_is_well_formed(line: Line, expected: bool) -> None:
    assert is_well_formed(line, COLON) is expected


@pytest.mark.parametrize("format", ["play", "fountain", "plain", "captions"])
def test_in_every_style(format: str) -> None:
    speaker = "JERRY" if format in ("play", "fountain") else None
    assert is_well_formed(Line(speaker, "hello there."), ScriptStyle(format))


def test_shares() -> None:
    lines = [Line("JERRY", "hello"), Line("NEWMAN", "hello"), Line("JERRY", "(hello"), Line(None, "fine")]
    found = judge_script(lines, COLON, {"JERRY"}.__contains__, seed=0)
    assert found["well_formed_share"].value == 3 / 4
    assert found["known_speakers_share"].value == pytest.approx(2 / 3)


def test_without_speakers_there_is_no_share_of_known_ones() -> None:
    found = judge_script([Line(None, "a"), Line(None, "b")], ScriptStyle("captions"), str.isupper, seed=0)
    assert set(found) == {"well_formed_share"}
