"""Pages in PDF: fonts, and what is refused."""

import re
from pathlib import Path

import pytest

from textgen.corpus import pdf
from textgen.corpus.document import Line, Scene
from textgen.corpus.pdf import write_pdf
from textgen.corpus.script import Script, ScriptStyle
from textgen.errors import ConfigurationError, MissingExtraError


def _said(text: str) -> tuple[Scene, ...]:
    return (Scene("INT. BARN", (Line("NORA", text),)),)


def test_the_same_scripts_give_the_same_pages_each_on_one_of_its_own() -> None:
    written = write_pdf([_said("Café – “yes” \x01 \u200b"), _said("No.")])
    assert written == write_pdf([_said("Café – “yes” \x01 \u200b"), _said("No.")])
    assert written.startswith(b"%PDF-") and b"/Count 2" in written and b"/MediaBox [ 0 0 612 792 ]" in written
    assert b"/BaseFont /Courier" in written
    assert Script(_said("No."), ScriptStyle()).to_pdf() == write_pdf([_said("No.")])


def test_other_letters_are_set_in_dejavu_sans_mono() -> None:
    assert re.search(rb"/BaseFont /\w+\+DejaVuSansMono", write_pdf([_said("Чай → čaj")]))


def test_a_font_may_be_given() -> None:
    font = pdf._dejavu()
    assert font is not None
    assert b"DejaVuSansMono" in write_pdf([_said("Tea")], font)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "\U00010380 \U00010381 \U00010381",
            r"2 characters that cannot be set \(.*\): the font DejaVuSansMono.ttf lacks",
        ),
        ("שלום", r"4 characters that cannot be set \(ו, ל, ם, ש\): they are written from right to left"),
    ],
)
def test_what_cannot_be_set_is_named(text: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why):
        write_pdf([_said(text)])


def test_without_dejavu_a_font_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "_dejavu", lambda: None)
    with pytest.raises(
        ConfigurationError, match=r"\(ч\): Courier lacks them.*was not found; give a font .* --font FILE"
    ):
        write_pdf([_said("чч")])


def test_a_file_that_is_no_font_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.ttf"
    path.write_bytes(b"Dear Nora")
    for bad in (path, tmp_path / "none.ttf"):
        with pytest.raises(ConfigurationError, match=r"\.ttf, but it cannot be used"):
            write_pdf([_said("Tea")], bad)


def test_without_reportlab_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"not installed; run  pip install \"textgen-keras\[formats\]\""):
        write_pdf([_said("Tea")])
