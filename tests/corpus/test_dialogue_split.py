"""The last tenth of each file's dialogues is held out."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.dialogue_split import DialogueSplit, split_dialogues
from textgen.errors import ModelError


@pytest.mark.parametrize(
    ("dialogues", "held_out"),
    [
        ([100], [10]),
        ([100, 50], [10, 5]),
        ([15, 15], [1, 2]),
        ([1] * 20, [0] * 9 + [1] + [0] * 9 + [1]),
        ([2], [1]),
        ([1, 1], [0, 1]),
        ([1, 4, 3], [0, 1, 0]),
        ([0, 9, 0], [0, 1, 0]),
    ],
)
def test_a_tenth_is_held_out(dialogues: list[int], held_out: list[int]) -> None:
    assert split_dialogues(dialogues) == DialogueSplit(tuple(held_out), tuple(dialogues))


@pytest.mark.parametrize("dialogues", [[], [0], [1], [0, 1, 0]])
def test_a_single_dialogue_cannot_be_split(dialogues: list[int]) -> None:
    assert split_dialogues(dialogues) is None


@given(st.lists(st.integers(0, 1000), min_size=1))
def test_both_sides_have_their_share(dialogues: list[int]) -> None:
    split = split_dialogues(dialogues)
    if split is None:
        assert sum(dialogues) < 2
        return
    total = sum(dialogues)
    assert sum(split.held_out) == max(1, total // 10) < total
    for held_out, there in zip(split.held_out, dialogues, strict=True):
        assert 0 <= held_out <= there
        assert sum(split.held_out) == 1 or abs(held_out - there / 10) <= 1


def test_the_last_ones_of_a_file_are_held_out() -> None:
    split = DialogueSplit(held_out=(0, 2), dialogues=(3, 4))
    assert not any(split.is_held_out(0, dialogue) for dialogue in range(3))
    assert [split.is_held_out(1, dialogue) for dialogue in range(4)] == [False, False, True, True]


def test_saved_and_built_again() -> None:
    split = DialogueSplit((1, 0), (10, 3))
    assert split.to_json() == {"held_out": [1, 0], "dialogues": [10, 3]}
    assert DialogueSplit.from_json(json.loads(json.dumps(split.to_json()))) == split


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"held_out": [1]},
        {"held_out": [1], "dialogues": [2, 3]},
        {"held_out": [3], "dialogues": [2]},
        {"held_out": [-1], "dialogues": [2]},
        {"held_out": ["1"], "dialogues": ["2"]},
        {"held_out": [0.5], "dialogues": [2]},
        {"held_out": 1, "dialogues": 2},
        [],
        None,
    ],
)
def test_a_damaged_split_is_refused(document: Any) -> None:
    with pytest.raises(ModelError, match="needed are held_out and dialogues"):
        DialogueSplit.from_json(document)
