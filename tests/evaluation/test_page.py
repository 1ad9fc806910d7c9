import json

import pytest

from textgen.evaluation.page import number, report_files, report_page

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
    assert "| perplexity |" not in page
    for words in ("# a on b", "2 lines, seed 7", "- note: Beware.", "JERRY: hello", "](lengths.png)", "line 1,234"):
        assert words in page


def test_the_files_of_a_report() -> None:
    files = report_files("a", VALUES, ["JERRY: hello"], ["JERRY: good day"])
    assert set(files) == {"report.md", "evaluation.json", "samples.txt", "lengths.png"}
    assert files["samples.txt"] == b"JERRY: hello\n"
    assert json.loads(files["evaluation.json"])["bleu_2"] == 0.5


def test_without_matplotlib_there_is_a_note_in_the_place_of_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textgen.evaluation.page.can_draw", lambda: False)
    files = report_files("a", VALUES, ["JERRY: hello"], ["JERRY: good day"])
    assert "lengths.png" not in files and b"[eval]" in files["report.md"]


@pytest.mark.parametrize(("value", "text"), [(6, "6"), (1234, "1,234"), (0.123456, "0.1235"), (4321.5, "4,322")])
def test_numbers_for_people(value: float, text: str) -> None:
    assert number(value) == text
