"""`E` and `M` lines."""

from pathlib import Path

from tests.corpus.formats.files import read, said


def test_dialogues_begin_with_e(tmp_path: Path) -> None:
    found, report = read("conv", tmp_path, "E\nM Hello.\nM Hi!\nE \nE\nM\nM M  and E\nEh?\n\nMore\n")
    assert found == [said("Hello.", "Hi!"), said("", "M  and E")]
    assert (report.skipped, report.first_skipped) == (2, "line 8: neither E nor M and a text: 'Eh?'")


def test_turns_before_the_first_mark_are_a_dialogue(tmp_path: Path) -> None:
    assert read("conv", tmp_path, "M one\nM two\nE\nM three")[0] == [said("one", "two"), said("three")]
