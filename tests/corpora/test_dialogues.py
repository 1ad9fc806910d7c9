"""Conversations cut at hits, written from both sides."""

from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from smalltalk.dialogues import EARLIER, Piece, both_sides, cut, exchanges, unlearned, write_dialogues

from textgen.corpus.collection import Corpus
from textgen.corpus.document import turn_of
from textgen.corpus.exchanges import Exchanges

FILTERS = {"sexual": lambda turn: "ends" in turn, "link": lambda turn: "hit" in turn}


def talk(*turns: str) -> list[list[str]]:
    return [[turn] for turn in turns]


def test_a_hit_parts_a_conversation() -> None:
    counts = Counter[str]()
    pieces = cut(talk("a", "b", "hit", "c", "hit", "d", "e"), FILTERS, counts)
    assert pieces == [Piece((["a"], ["b"]), True), Piece((["d"], ["e"]), False)]
    assert counts == {"link": 2, "turn left alone": 1}


def test_some_hits_end_it() -> None:
    counts = Counter[str]()
    assert cut(talk("a", "b", "ends", "c", "d"), FILTERS, counts) == [Piece((["a"], ["b"]), True)]
    assert counts == {"sexual": 1, "end the conversation": 1, "turns dropped after them": 2, "turn left alone": 0}


def test_stretched_words_are_hit_too() -> None:
    assert cut(talk("a", "hiiiit"), FILTERS, Counter()) == []


def test_the_bot_writes_well_and_the_other_side_as_it_types() -> None:
    (second, first) = both_sides(Piece((["hi"], ["im ok"], ["u sure"]), True), True, {})
    assert [(turn.speaker, turn.text) for turn in second] == [("YOU", "hi"), ("WREN", "I'm OK."), ("YOU", "u sure")]
    assert [(turn.speaker, turn.text) for turn in first] == [("WREN", "Hi!"), ("YOU", "im ok"), ("WREN", "You sure.")]


def test_the_other_side_is_tidied_where_asked() -> None:
    assert both_sides(Piece((["hi"], ["ok"]), True), False, {})[0][0] == turn_of("Hi!", "YOU")


def test_a_piece_from_the_middle_has_no_opening() -> None:
    assert both_sides(Piece((["hi"], ["ok"]), False), False, {})[1][0].speaker == EARLIER


@given(st.lists(st.integers(0, 99), min_size=2, max_size=9, unique=True))
def test_both_sides_have_each_exchange_once(numbers: list[int]) -> None:
    texts = [f"It is {number}." for number in numbers]
    sides = both_sides(Piece(tuple([text] for text in texts), False), True, {})
    replies = [turn.text for turns in sides for turn in turns if turn.speaker == "WREN"]
    assert sorted(replies) == sorted(texts[1:])
    assert exchanges(sides) == len(texts) - 1


def test_replies_that_do_not_fit_are_not_learned() -> None:
    turns = [turn_of("a", "YOU"), turn_of("b", "WREN"), turn_of("c", "YOU"), turn_of("d", "WREN")]
    changed = unlearned(turns, lambda asked, reply: (asked, reply) == ("c", "d"))
    assert [turn.speaker for turn in changed] == ["YOU", EARLIER, "YOU", "WREN"]
    assert [turn.text for turn in changed] == ["a", "b", "c", "d"]


def test_training_reads_what_is_written(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    write_dialogues(path, both_sides(Piece((["hi"], ["im ok"], ["u sure"]), False), True, {}))
    corpus = Corpus(path, kind="dialogues")
    assert corpus.files[0].format == "turns-jsonl"
    found = [(*exchange.context, exchange.reply) for exchange in Exchanges(corpus, 3, "WREN", str, "all", None)]
    assert found == [("hi", "I'm OK."), ("Hi!", "im ok", "You sure.")]
