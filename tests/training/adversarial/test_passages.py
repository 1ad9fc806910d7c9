"""Lines found in a run of ids, with what stands before them."""

import numpy as np

from textgen.tokenizers.special import END, LINE_END, NAME, NAME_END, PAD, SCENE, START
from textgen.training.adversarial.passages import Passages

A, B = 8, 9  # labels; pieces begin at 10
DOCUMENTS = (
    (START, SCENE, 20, 21, LINE_END),  # a heading
    (A, 30, 31, 32, LINE_END),
    (B, 33, LINE_END),
    (NAME, 40, 41, NAME_END, 34, 35, LINE_END),  # a spelled name
    (LINE_END,),  # an empty line
    (36, 37, LINE_END, END),  # narration
    (START, B, *range(50, 60), LINE_END, END),  # too long
)
IDS = np.concatenate([np.array(part, np.uint16) for part in DOCUMENTS])


def passages(length: int = 6) -> Passages:
    return Passages(IDS, labels=2, length=length)


def test_lines_without_labels_names_and_headings() -> None:
    found = passages().lines(np.arange(4))
    assert len(passages()) == 4
    assert found.lengths.tolist() == [4, 2, 3, 3]
    assert found.speakers.tolist() == [0, 1, 2, 2]
    assert found.ids.tolist() == [
        [30, 31, 32, LINE_END],
        [33, LINE_END, PAD, PAD],
        [34, 35, LINE_END, PAD],
        [36, 37, LINE_END, PAD],
    ]


def test_the_context_ends_where_the_line_begins() -> None:
    found = passages().lines(np.array([0, 2]), context=7)
    assert found.context[:, 0].tolist() == [START, START, SCENE, 20, 21, LINE_END, A]
    assert found.context[:, 1].tolist() == [B, 33, LINE_END, NAME, 40, 41, NAME_END]


def test_a_longer_limit_takes_longer_lines() -> None:
    assert len(passages(11)) == 5
    assert passages(11).length == 11
    assert len(passages(10)) == 4


def test_captions_need_no_context_but_their_start() -> None:
    ids = np.array([START, 10, 11, LINE_END, END, START, 12, LINE_END, END], np.uint16)
    found = Passages(ids, labels=0, length=32)
    assert (found.context, found.length) == (1, 3)
    assert found.lines(np.array([1, 0])).context.tolist() == [[START, START]]
    assert found.lines(np.array([1, 0])).ids.tolist() == [[12, LINE_END, PAD], [10, 11, LINE_END]]


def test_no_lines_are_no_error() -> None:
    assert len(Passages(np.array([], np.uint16), 0, 32)) == 0
    assert len(Passages(np.array([START, END], np.uint16), 0, 32)) == 0
