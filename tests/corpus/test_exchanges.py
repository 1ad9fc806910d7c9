"""Replies, and the turns before them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.dialogue_fakes import FakeCorpus, dialogue
from tests.training.tasks import talks
from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene
from textgen.corpus.exchanges import (
    DEFAULT_TURNS,
    Exchange,
    Exchanges,
    SplitPart,
    both_sides,
    count_dialogues,
    reread,
    training_split,
)
from textgen.corpus.split import DialogueSplit, split_dialogues
from textgen.errors import ConfigurationError

A_TO_E = dialogue("a", "b", "c", "d", "e")


def _make(*dialogues: Scene, turns: int = 3, **options: Any) -> Exchanges:
    defaults = {"replies_by": None, "normalise": str, "part": "all", "split": None}
    return Exchanges(FakeCorpus(list(dialogues)), turns, **{**defaults, **options})


def _counts(exchanges: Exchanges) -> dict[str, int]:
    list(exchanges)
    return {why: count for why, count in exchanges.counts.items() if count}


@pytest.mark.parametrize(
    ("turns", "expected"),
    [
        (0, [(), (), (), ()]),
        (1, [("a",), ("b",), ("c",), ("d",)]),
        (3, [("a",), ("a", "b"), ("a", "b", "c"), ("b", "c", "d")]),
        (9, [("a",), ("a", "b"), ("a", "b", "c"), ("a", "b", "c", "d")]),
    ],
)
def test_every_turn_but_the_first_is_a_reply(turns: int, expected: list[tuple[str, ...]]) -> None:
    exchanges = list(_make(A_TO_E, turns=turns))
    assert [exchange.context for exchange in exchanges] == expected
    assert [exchange.reply for exchange in exchanges] == ["b", "c", "d", "e"]


def test_it_can_be_read_again_and_again() -> None:
    exchanges = _make(A_TO_E, A_TO_E)
    assert exchanges.counts == {}
    assert list(exchanges) == list(exchanges)
    assert exchanges.counts["exchanges"] == exchanges.counts["duplicate"] == 4


def test_counts_are_those_of_a_whole_pass() -> None:
    exchanges = _make(A_TO_E)
    next(iter(exchanges))
    assert exchanges.counts == {}


def test_empty_turns_are_left_out() -> None:
    exchanges = _make(dialogue("", " ", "a", "", "b", ""))
    assert list(exchanges) == [Exchange(("a",), "b")]
    assert _counts(exchanges) == {"exchanges": 1, "empty context": 2, "empty reply": 2}


@pytest.mark.parametrize("turns", [[], ["a"], ["", "a"], ["a", ""], ["", ""]])
def test_a_dialogue_with_one_side_is_left_out_as_a_whole(turns: list[str]) -> None:
    exchanges = _make(dialogue(*turns))
    assert list(exchanges) == []
    assert _counts(exchanges) == {"one-sided": 1}


def test_the_same_exchange_occurs_once() -> None:
    exchanges = _make(dialogue("x", "a", "b"), dialogue("y", "a", "b"), dialogue("x", "a", "c"), turns=1)
    assert [(*exchange.context, exchange.reply) for exchange in exchanges] == [
        ("x", "a"), ("a", "b"), ("y", "a"), ("a", "c")
    ]  # fmt: skip
    assert _counts(exchanges) == {"exchanges": 4, "duplicate": 2}


def test_where_turns_end_tells_exchanges_apart() -> None:
    assert len(list(_make(dialogue("a b", "c"), dialogue("a", "b c"), dialogue("a", "b", "c")))) == 4


def test_a_model_that_does_not_look_back_sees_the_same_replies() -> None:
    dialogues = [dialogue("x", "yes"), dialogue("z", "yes"), dialogue("x", "yes"), A_TO_E]
    looking, blind = _make(*dialogues, turns=DEFAULT_TURNS), _make(*dialogues, turns=0)
    assert [exchange.reply for exchange in looking] == [exchange.reply for exchange in blind]
    assert _counts(looking) == _counts(blind)


def test_replies_by_one_speaker() -> None:
    talk = dialogue(("Jerry", "a"), ("BO", "b"), ("JERRY ", "c"), ("Bo", "d"), ("jerry", "e"))
    exchanges = _make(talk, replies_by=" jerry", turns=2)
    assert list(exchanges) == [Exchange((), "a"), Exchange(("a", "b"), "c"), Exchange(("c", "d"), "e")]
    assert _counts(exchanges) == {"exchanges": 3, "not by  jerry": 2}
    assert list(_make(talk, replies_by="Bo", turns=1)) == [Exchange(("a",), "b"), Exchange(("c",), "d")]


def test_names_are_compared_in_composed_form() -> None:
    assert list(_make(dialogue("a", ("ÉVE", "b")), replies_by="e\u0301ve")) == [Exchange(("a",), "b")]


def test_without_speakers_every_turn_counts() -> None:
    exchanges = _make(dialogue("a", "b", "c"), dialogue("d", ("bo", "e"), "f"), replies_by="bo")
    assert [exchange.reply for exchange in exchanges] == ["b", "c", "e"]
    assert _counts(exchanges) == {"exchanges": 3, "not by bo": 1}


def test_turns_are_normalised_before_anything_else() -> None:
    exchanges = _make(dialogue("A", "*", "B"), dialogue("a", "b"), normalise=lambda text: text.lower().strip("*"))
    assert list(exchanges) == [Exchange(("a",), "b")]
    assert _counts(exchanges) == {"exchanges": 1, "empty reply": 1, "duplicate": 1}


def test_lone_surrogates_are_no_obstacle() -> None:
    assert list(_make(dialogue("\ud800", "b"))) == [Exchange(("\ud800",), "b")]


@pytest.mark.parametrize(
    ("part", "replies"), [("training", ["2", "6", "8"]), ("held out", ["4"]), ("all", ["2", "4", "6", "8"])]
)
def test_the_sides_of_a_split(part: SplitPart, replies: list[str]) -> None:
    corpus = FakeCorpus([dialogue("1", "2"), dialogue("3", "4")], [dialogue("5", "6"), dialogue("7", "8")])
    exchanges = Exchanges(corpus, 3, None, str, part, DialogueSplit((1, 0), (2, 2)))
    assert [exchange.reply for exchange in exchanges] == replies


def test_without_a_split_nothing_is_held_out() -> None:
    assert len(list(_make(A_TO_E, part="training"))) == 4
    assert list(_make(A_TO_E, part="held out")) == []


turns = st.builds(Line, st.sampled_from(["", "a", "b", "c d"]), st.sampled_from([None, "bo", "eve"]))
files = st.lists(st.lists(st.builds(Scene, st.lists(turns, max_size=6).map(tuple)), max_size=12), max_size=3)


@given(files, st.integers(0, 4), st.sampled_from([None, "eve"]))
def test_both_sides_together_are_the_whole(files: list[list[Scene]], turns: int, name: str | None) -> None:
    corpus = FakeCorpus(*files)
    split = split_dialogues([len(file) for file in files])
    training, held_out, whole = (
        set(Exchanges(corpus, turns, name, str, part, split)) for part in ("training", "held out", "all")
    )
    assert training | held_out == whole
    for exchange in whole:
        assert exchange.reply
        assert all(exchange.context) and len(exchange.context) <= turns
        assert exchange.context or turns == 0 or name


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    turns = [[("Ann", f"is it {k} ?"), ("Bob", f"it isn ' t {k} ."), ("Ann", "i see")] for k in range(4)]
    return Corpus(talks(tmp_path / "talks.jsonl", turns), kind="dialogues")


def known(corpus: Corpus, **changes: Any) -> dict[str, Any]:
    described = {"fingerprint": corpus.fingerprint, "turns": 1, "replies_by": "bob", "detokenise": True}
    return {**described, "split": {"held_out": [1], "dialogues": [4]}, **changes}


def test_exchanges_are_made_as_training_made_them(corpus: Corpus) -> None:
    split = training_split(known(corpus), corpus)
    (last,) = reread(known(corpus), corpus, "held out", split)
    assert (last.context, last.reply) == (("is it 3?",), "it isn't 3.")
    assert len(list(reread(known(corpus), corpus, "training", split))) == 3
    as_is = reread(known(corpus, replies_by=None, detokenise=False, turns=2), corpus, "held out", split)
    assert [exchange.reply for exchange in as_is] == ["it isn ' t 3 .", "i see"]


def test_the_split_is_that_of_the_training_corpus_alone(corpus: Corpus) -> None:
    assert count_dialogues(corpus) == (4,)
    assert training_split(known(corpus), corpus) == DialogueSplit((1,), (4,))
    assert training_split(known(corpus, fingerprint="another"), corpus) is None
    assert training_split(known(corpus, split=None), corpus) is None


def test_the_training_corpus_read_in_another_format_is_told(corpus: Corpus) -> None:
    with pytest.raises(ConfigurationError, match="with 4 dialogues, and in training it had 9: give the --format"):
        training_split(known(corpus, split={"held_out": [1], "dialogues": [9]}), corpus)


@given(st.lists(st.lists(st.lists(st.sampled_from(["", "a", "b", "c"]), max_size=4), max_size=12), max_size=3))
def test_both_sides_in_one_pass_are_the_two_parts(files: list[list[list[str]]]) -> None:
    corpus = FakeCorpus(*[[dialogue(*turns) for turns in file] for file in files])
    split = split_dialogues(tuple(map(len, files)))
    sides = list(both_sides(corpus, 2, None, str, split))
    assert corpus.passes == 1
    for part in ("training", "held out"):
        alone = Exchanges(corpus, 2, None, str, part, split) if split or part == "training" else ()
        assert [exchange for side, exchange in sides if side == part] == list(alone)
