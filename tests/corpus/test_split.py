"""The last tenth of a corpus is held out."""

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Scene, assemble
from textgen.corpus.script import Line, Script, ScriptStyle
from textgen.corpus.split import (
    DialogueSplit,
    Split,
    SplitFinder,
    before_split,
    held_out_documents,
    keep_some,
    split_dialogues,
    split_documents,
    split_point,
    training_documents,
)
from textgen.corpus.survey import survey
from textgen.errors import ModelError


def _place(characters: int, boundary: str) -> Split:
    return Split(characters, 0, characters, 1000, "scene" if boundary == "scene" else "line")


@pytest.mark.parametrize(
    ("scenes", "lines", "expected"),
    [
        ([0, 500, 870, 940, 1000], [900], 870),
        ([0, 849, 951], [10, 890, 905], 905),
        ([0, 850], [900], 850),
        ([0, 950], [899], 950),
        ([0, 1000], [], None),
        ([0], [400], 400),
    ],
)
def test_split_point(scenes: list[int], lines: list[int], expected: int | None) -> None:
    places = [_place(n, "scene") for n in scenes] + [_place(n, "line") for n in lines]
    found = split_point(sorted(places, key=lambda place: place.characters), 1000)
    assert (found and found.characters) == expected


def _corpus(path: Path, text: str) -> Corpus:
    (path / "a.txt").write_text(text, encoding="utf-8")
    return Corpus(path / "a.txt")


def _scenes(documents: Iterable[Iterator[Scene]]) -> list[list[Scene]]:
    return [list(document) for document in documents]


def test_scenes_stay_whole_where_one_begins_near(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path, "[one]\n" + "jerry: hello\n" * 90 + "[two]\n" + "jerry: hello\n" * 10)
    split = survey(corpus).split
    assert split == Split(1, 0, 6 + 90 * 13, 12 + 100 * 13, "scene")
    hello = Line("jerry", "hello")
    training, held_out = training_documents(corpus, split), held_out_documents(corpus, split)
    assert _scenes(training) == [[Scene("[one]", (hello,) * 90)]]
    assert _scenes(held_out) == _scenes(held_out) == [[Scene("[two]", (hello,) * 10)]]


def test_otherwise_the_split_is_between_lines(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path, "[one]\n" + "".join(f"jerry: {n % 10}\n" for n in range(100)))
    split = survey(corpus).split
    assert split == Split(0, 90, 6 + 90 * 9, 906, "line")
    assert [len(scene.lines) for (scene,) in _scenes(training_documents(corpus, split))] == [90]
    ((scene,),) = _scenes(held_out_documents(corpus, split))
    assert (scene.heading, scene.continued, len(scene.lines), scene.lines[0].text) == (None, True, 10, "0")


def test_captions_are_split_between_documents(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path, "A cat.\n" * 50)
    split = survey(corpus).split
    assert split is not None
    assert len(_scenes(training_documents(corpus, split))) == 45
    assert len(_scenes(held_out_documents(corpus, split))) == 5


def test_without_a_split_everything_is_for_training(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path, "jerry: hello\n")
    assert survey(corpus).split is None
    assert _scenes(training_documents(corpus, None)) == [[Scene(None, (Line("jerry", "hello"),))]]
    assert _scenes(held_out_documents(corpus, None)) == []


@given(st.lists(st.sampled_from(["[x]", "a: 1", "b: two", "", "He leaves."]), min_size=1, max_size=40))
def test_both_sides_are_the_whole(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    corpus = _corpus(tmp_path_factory.mktemp("split"), "\n".join(["a: 0", *lines]))
    found = survey(corpus)
    split, total = found.split, found.characters
    sides = [training_documents(corpus, split), held_out_documents(corpus, split)]
    parts = [scene for side in sides for document in side for scene in document]
    script = Script(tuple(scene for document in corpus.documents() for scene in document), corpus.style)
    assert Script(tuple(parts), corpus.style) == script
    assert len(script.text) == total
    if split is not None:
        text = Script(tuple(scene for document in sides[0] for scene in document), corpus.style).text
        assert len(text) == split.characters


@given(
    st.lists(st.sampled_from(["[x]", "a: 1", "b: two", "", "", "c: " + "long " * 30, "He leaves."]), max_size=200),
    st.integers(1, 20),
)
def test_what_cannot_be_the_split_any_more_is_forgotten(lines: list[str], kept: int) -> None:
    style = ScriptStyle("colon")
    parts = list(assemble(style.elements("\n".join(lines)), part_lines=7))
    finders = SplitFinder(style), SplitFinder(style)
    finders[1]._most_kept = kept
    with mock.patch("textgen.corpus.split._KEPT_AT_FIRST", kept):
        for finder in finders:
            for document, scene in parts:
                finder.add(document, scene)
    whole, window = finders
    split = whole.split()
    assert window.split() == split
    training = [line.speaker for _, scene in before_split(parts, split) for line in scene.lines]
    assert whole.lines_of_speakers(split) == window.lines_of_speakers(split) == Counter(training)
    assert len(window._kinds) <= len(whole._kinds)


@pytest.mark.slow
def test_memory_holds_the_end_of_what_was_read() -> None:
    finder, lines = SplitFinder(ScriptStyle("colon")), (Line("a", "hello"),) * 1000
    for _ in range(1000):
        finder.add(0, Scene(None, lines))
    assert len(finder._kinds) < 300_000


def test_both_sides_come_in_one_pass(tmp_path: Path) -> None:
    corpus = _corpus(tmp_path, "[one]\n" + "".join(f"jerry: {n % 10}\n" for n in range(100)))
    split = survey(corpus).split
    sides = [(side, list(document)) for side, document in split_documents(corpus, split)]
    assert [side for side, _ in sides] == ["training", "held out"]
    assert [document for _, document in sides] == [
        *_scenes(training_documents(corpus, split)),
        *_scenes(held_out_documents(corpus, split)),
    ]


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


def test_few_items_are_all_kept_in_their_order() -> None:
    assert keep_some(range(3), 5, random.Random(0).randrange) == [0, 1, 2]


def test_each_item_is_kept_as_often_as_any_other() -> None:
    counts = [0] * 10
    for seed in range(2000):
        for item in keep_some(range(10), 3, random.Random(seed).randrange):
            counts[item] += 1
    assert sum(counts) == 6000
    assert all(count == pytest.approx(600, rel=0.15) for count in counts)
