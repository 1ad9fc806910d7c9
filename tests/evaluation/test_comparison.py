from pathlib import Path

import pytest

from textgen.corpus.document import Line
from textgen.corpus.script import ScriptStyle
from textgen.evaluation.model_comparison import NO_COMPARISON, compare_with_real, is_well_formed, script_shares
from textgen.writer import ScriptWriter

REAL = [Line("JERRY", f"the {thing} is here .") for thing in ("soup", "coat", "boat", "dog")]


def test_written_lines_beside_real_ones(uniform: ScriptWriter) -> None:
    written = [Line("JERRY", "the soup is here ."), Line("NEWMAN", "the (soup"), Line("JERRY", "")]
    found = compare_with_real(uniform, written, REAL, uniform.style, None, seed=0)
    assert (found.lines, found.references, found.encoder) == (2, 4, None)
    assert found.written["well_formed_share"].value == pytest.approx(1 / 3)
    assert found.written["known_speakers_share"].value == pytest.approx(2 / 3)
    assert found.real["known_speakers_share"].value == 1
    assert found.real["tokens_per_line"].value == 5


def test_the_keys_are_always_the_same(uniform: ScriptWriter, corpus: Path) -> None:
    values = compare_with_real(uniform, REAL[:2], REAL, uniform.style, None, seed=0).to_json_object()
    assert set(values) == set(NO_COMPARISON)
    assert values["frechet_distance"] is None and values["bleu_2"] is not None


def test_real_lines_are_well_formed_in_the_style_of_their_own_corpus(uniform: ScriptWriter) -> None:
    # In the model's style a narrator who says "jerry:" is read as Jerry.
    real = [Line(None, "jerry: he said"), Line(None, "newman: he said")]
    found = compare_with_real(uniform, REAL[:2], real, ScriptStyle("plain"), None, seed=0)
    assert found.real["well_formed_share"].value == 1


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
    found = script_shares(lines, COLON, {"JERRY"}.__contains__, seed=0)
    assert found["well_formed_share"].value == 3 / 4
    assert found["known_speakers_share"].value == pytest.approx(2 / 3)


def test_without_speakers_there_is_no_share_of_known_ones() -> None:
    found = script_shares([Line(None, "a"), Line(None, "b")], ScriptStyle("captions"), str.isupper, seed=0)
    assert set(found) == {"well_formed_share"}
