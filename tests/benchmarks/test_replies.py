"""The figures about replies."""

from pathlib import Path

import pytest

from tests.benchmarks.scripts import script

replies = script("replies")


def test_distinct_counts_runs_within_replies() -> None:
    assert replies.distinct(["a b", "a b c"], 1) == pytest.approx(3 / 5)
    assert replies.distinct(["a b", "a b c"], 2) == pytest.approx(2 / 3)
    assert replies.distinct(["a", ""], 2) == 0.0


def test_openings_are_first_turns_in_normal_writing(tmp_path: Path) -> None:
    path = tmp_path / "dialogues.txt"
    path.write_text("I ' m here , sir . __eou__ Good . __eou__\n\n __eou__ nobody\nHello ! __eou__\n", encoding="utf-8")
    assert list(replies.first_turns(path)) == ["I'm here, sir.", "Hello!"]


def test_a_row_names_the_most_frequent_reply() -> None:
    answers = [replies.Answer(text, 0.1, 0.2, -3.0) for text in ("yes", "no no", "yes", "why not")]
    row = replies.row("a model", "default", answers)
    assert (row.most_frequent, row.same_reply, row.words) == ("yes", 0.5, 1.5)
