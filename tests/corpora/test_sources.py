"""The real sources, where the packages are installed."""

import pytest
from smalltalk.filters import UNKNOWN_TO_THE_BOT, make_filters
from smalltalk.sources import BOT, PACKAGES, read_chatterbot, read_chitchat, read_names, read_own, read_swearing
from smalltalk.words import learn_words


def test_the_own_dialogues_have_the_bot_and_a_user() -> None:
    dialogues = read_own()
    assert len(dialogues) >= 1000
    assert {turn.speaker for turns in dialogues for turn in turns} == {BOT, "YOU"}


def test_nothing_in_the_own_dialogues_is_hit() -> None:
    for package in PACKAGES:
        pytest.importorskip(package)
    turns = [turn.text for turns in read_own() for turn in turns]
    filters = make_filters(learn_words(read_names(), read_swearing(), turns, turns))
    private = {name: hits for name, hits in filters.items() if name not in UNKNOWN_TO_THE_BOT}
    assert not [(name, turn) for name, hits in private.items() for turn in turns if hits(turn)]


def test_chitchat_is_whole() -> None:
    pytest.importorskip("chitchat_dataset")
    talks = read_chitchat()
    assert len(talks) == 7168
    assert talks[0][0][:2] == ["Hello", "How are you doing today?"]


def test_chatterbot_is_small_talk() -> None:
    pytest.importorskip("chatterbot_corpus")
    pytest.importorskip("yaml")
    talks, left_out = read_chatterbot()
    assert [["What's up?"], ["Not much."]] in talks
    assert left_out > 20
    assert not [talk for talk in talks if any("Smith" in turn[0] for turn in talk)]


def test_lists_of_words() -> None:
    pytest.importorskip("names")
    pytest.importorskip("better_profanity")
    assert {"kyle", "mary"} <= read_names()
    assert "damn" in read_swearing()
