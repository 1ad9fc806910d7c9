import json
from pathlib import Path

import pytest

from textgen.errors import ConfigurationError
from textgen.evaluation.bootstrap import Estimate
from textgen.evaluation.curves import Curve, Point
from textgen.evaluation.pages import (
    ResultFolder,
    can_draw,
    curves_picture,
    lengths_picture,
    number,
    report_files,
    report_page,
)


@pytest.mark.parametrize("exists", [False, True])
def test_a_new_or_empty_folder_is_filled(tmp_path: Path, exists: bool) -> None:
    path = tmp_path / "some" / "results"
    if exists:
        path.mkdir(parents=True)
    ResultFolder(path).write({"a.txt": b"a"})
    assert (path / "a.txt").read_bytes() == b"a"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["folder", "folder/mine.txt"])
def test_what_is_there_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="new or empty"):
        ResultFolder(tmp_path / name)


@pytest.mark.parametrize("name", [".", "link", "dangling"])
def test_the_folder_may_be_named_in_any_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    there = tmp_path / "there"
    there.mkdir()
    (there / "link").symlink_to(tmp_path / "linked", target_is_directory=True)
    (tmp_path / "linked").mkdir()
    (tmp_path / "dangling").symlink_to(tmp_path / "not yet", target_is_directory=True)
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    place = {".": Path(), "link": there / "link", "dangling": tmp_path / "dangling"}[name]
    ResultFolder(place).write({"a.txt": b"a"})
    assert (place / "a.txt").read_bytes() == b"a"


def test_a_place_that_cannot_be_is_refused_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        ResultFolder(tmp_path / "file" / "results")


def test_what_came_in_meanwhile_stays(tmp_path: Path) -> None:
    path = tmp_path / "results"
    path.mkdir()
    folder = ResultFolder(path)
    (path / "mine.txt").write_text("mine")
    with pytest.raises(ConfigurationError, match="come in meanwhile"):
        folder.write({"a.txt": b"a"})
    assert [file.name for file in tmp_path.rglob("*.txt")] == ["mine.txt"]


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no/such"):
        ResultFolder(tmp_path / "results").write({"a.txt": b"a", "no/such/place.txt": b"b"})
    assert list(tmp_path.iterdir()) == []


FIGURES = {"bleu_4": Estimate(0.4, 0.01), "self_bleu_4": Estimate(0.5, 0.02)}


def test_lengths_are_a_picture() -> None:
    assert can_draw()
    assert lengths_picture([3, 4, 4], [5, 6]).startswith(b"\x89PNG\r\n")


def test_curves_are_a_picture_and_the_same_one_each_time() -> None:
    curve = Curve("my $show_1^", (Point(0.5, FIGURES), Point(1.0, FIGURES)))
    picture = curves_picture([curve], FIGURES)
    assert picture.startswith(b"\x89PNG\r\n") and len(picture) > 5000
    assert picture == curves_picture([curve], FIGURES)


VALUES = {
    "bits_per_character": 1.5,
    "perplexity": None,
    "bleu_2": 0.5,
    "longest_copied_words": 6,
    "copied_text": "one two",
    "copied_at": {"file": "show.txt", "line": 1234},
    "split": "held-out",
    "characters": 1000,
    "tokens": 300,
    "samples_lines": 2,
    "samples_seed": 7,
    "compared_lines": 2,
    "reference_lines": 4,
    "tokenisation": "words",
    "frechet_encoder": None,
    "measures": {"bleu_2": {"interval": (0.4, 0.6), "real": 0.55}},
    "notes": ["Beware."],
}


def test_a_row_says_value_interval_real_text_range_and_direction() -> None:
    page = report_page("a on b", VALUES, ["JERRY: hello"], "lengths.png")
    assert "| BLEU-2 | 0.5 | 0.4 to 0.6 | 0.55 | 0 to 1 | higher | n-grams shared with held-out lines |" in page
    assert "| longest copy | 6 |  |  | 0 or more | lower |" in page
    told = report_page("a on b", {**VALUES, "invented_words": 0.0123, "bad_beginnings": 0.02}, ["JERRY: hello"], None)
    assert "- invented words: 1.23% of the written words" in told
    assert "- bad beginnings: 2% of 100 pages without a prompt" in told
    assert "| perplexity |" not in page
    for words in ("# a on b", "2 lines, seed 7", "- note: Beware.", "JERRY: hello", "](lengths.png)", "line 1,234"):
        assert words in page


def test_what_others_wrote_means_nothing_in_a_page() -> None:
    copied = {"copied_text": "a *b* c", "copied_at": {"file": "my_[show].txt", "line": 1}, "notes": ["<b> | x"]}
    page = report_page("a_b <on> c", {**VALUES, **copied}, ["```", "JERRY: `````", "# no heading"], None)
    assert page.startswith("# a\\_b \\<on\\> c\n")
    assert 'longest copy: "a \\*b\\* c", in my\\_\\[show\\].txt' in page
    assert "- note: \\<b\\> \\| x" in page
    assert page.endswith("``````\n```\nJERRY: `````\n# no heading\n``````\n")


def test_the_files_of_a_report() -> None:
    files = report_files("a", VALUES, ["JERRY: hello"], ["JERRY: good day"])
    assert set(files) == {"report.md", "evaluation.json", "samples.txt", "lengths.png"}
    assert files["samples.txt"] == b"JERRY: hello\n"
    assert json.loads(files["evaluation.json"])["bleu_2"] == 0.5


def test_without_matplotlib_there_is_a_note_in_the_place_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textgen.evaluation.pages.can_draw", lambda: False)
    files = report_files("a", VALUES, ["JERRY: hello"], ["JERRY: good day"])
    assert "lengths.png" not in files and rb"\[eval\]" in files["report.md"]


@pytest.mark.parametrize(("value", "text"), [(6, "6"), (1234, "1,234"), (0.123456, "0.1235"), (4321.5, "4,322")])
def test_numbers_for_people(value: float, text: str) -> None:
    assert number(value) == text
