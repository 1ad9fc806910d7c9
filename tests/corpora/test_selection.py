"""Which strangers' replies the bot could have given, and which dialogues hold enough of them."""

import pytest
from smalltalk.selection import could_be_the_bots, select

from tests.corpora.talks import known
from textgen.corpus.document import Line, turn_of
from textgen.corpus.split import split_dialogues


@pytest.mark.parametrize(
    ("asked", "reply", "fits"),
    [
        ("i like tea", "what is it called?", True),
        ("we have soup", "That is a nice soup.", True),
        ("we have soup", "That is nice.", False),  # neither takes up a word nor asks
        ("hello", "That fine.", False),  # two words
        ("i like tea", "My dog is good, what is it called?", False),
        ("i like tea", "I see, what is it called?", True),
        ("i like tea", "I am what it is called?", False),
        ("i like tea", "Do unheard strange words rhyme?", False),
    ],
)
def test_could_be_the_bots(asked: str, reply: str, fits: bool) -> None:
    assert could_be_the_bots(asked, reply, known()) is fits


def dialogue(reply: str) -> list[Line]:
    return [turn_of("q", "YOU"), turn_of(reply, "WREN")]


def test_the_last_tenth_of_the_selection_lies_in_the_last_tenth_of_all() -> None:
    dialogues = [dialogue(f"{'good' if number % 3 else 'bad'} {number}") for number in range(300)]
    chosen = select(dialogues, lambda asked, reply: reply.startswith("good"), 55)
    split = split_dialogues([len(chosen)])
    assert split is not None
    assert len(chosen) == 60
    for place, turns in enumerate(chosen):
        assert (int(turns[1].text.split()[1]) >= 270) == split.is_held_out(0, place)


def test_all_that_fits_is_taken_where_there_is_too_little() -> None:
    dialogues = [dialogue("good") for _ in range(40)]
    assert len(select(dialogues, lambda asked, reply: True, 1000)) == 40


def test_dialogues_with_more_that_fits_come_first() -> None:
    mixed = [*dialogue("good"), *dialogue("bad")]
    dialogues = [mixed] * 9 + [dialogue("good")] * 9 + [mixed] + [dialogue("good")]
    chosen = select(dialogues, lambda asked, reply: reply == "good", 10)
    assert [len(turns) for turns in chosen] == [2] * 10
