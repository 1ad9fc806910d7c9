"""How the beginnings of pages are counted."""

from pathlib import Path

import pytest

from tests.benchmarks.scripts import script
from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene

beginnings = script("beginnings")
Share = beginnings.Share


def test_intervals_are_those_of_the_papers() -> None:
    assert Share(81, 263).interval() == pytest.approx((0.2553, 0.3662), abs=1e-4)  # Newcombe 1998a, table I
    assert Share(0, 20).interval() == pytest.approx((0.0, 0.1611), abs=1e-4)
    assert Share(0, 0).interval() == (0.0, 1.0)
    assert beginnings.difference(Share(56, 70), Share(48, 80)) == pytest.approx((0.0524, 0.3339), abs=1e-4)  # 1998b


def test_first_lines_and_later_ones_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "talk.txt"
    path.write_text("ANN: hello there\nBOB: hello you\n" * 5, encoding="utf-8")
    good = (Scene(None, (Line("ANN", "hello you"), Line("BOB", "zzqx there"))),)
    bad = (Scene("[qqzx]", (Line("ANN", "hello %"),)), Scene(None, (Line(None, "there zzqx"),)))
    row = beginnings.measure("talk", [good, bad, ()], Corpus(path))
    assert row["foreign_pages"] == 2  # z, q and x are not in the corpus either
    assert (row["first_words"], row["first_invented"]) == (4, 1 / 4)
    assert (row["later_words"], row["later_invented"]) == (4, 2 / 4)
    assert row["bad_beginnings"] == pytest.approx(1 / 3)


def test_a_model_is_measured(
    untrained: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--model", str(untrained), "--corpus", str(corpus), "--pages", "3", "--lines", "2"]
    monkeypatch.setattr("sys.argv", ["beginnings.py", *arguments])
    beginnings.main()
    shown = capsys.readouterr().out
    assert "foreign pages" in shown and "bad beginnings" in shown and "3 pages" in shown
