"""The talks with Wren: form, number, and what training makes of them."""

import random
import re
from collections import Counter

import pytest
from building.filters import hit
from building.patterns import Turn
from building.talks import BOT, CURIOUS, PATTERNS, PLAIN, as_people_type, named, written

Talks = list[list[Turn]]


@pytest.fixture(scope="module")
def lively() -> Talks:
    return written()


@pytest.fixture(scope="module")
def talks(lively: Talks) -> Talks:
    """All of them."""
    return [*lively, *written(CURIOUS), *written(PLAIN)]


def test_there_are_many_different_talks_of_two_turns_and_more(talks: Talks) -> None:
    folded = Counter(tuple(re.sub(r"[^a-z ]", "", text.lower()) for _, text in talk) for talk in talks)
    assert len(folded) >= 2000
    assert [talk for talk, times in folded.items() if times > 1] == []
    for talk in talks:
        assert len(talk) % 2 == 0
        assert [who for who, _ in talk] == ["YOU", "WREN"] * (len(talk) // 2)


def test_the_bot_says_nothing_private_or_hateful(talks: Talks) -> None:
    never = {"e-mail address", "link", "phone number", "street address", "self-harm", "hatred", "politics", "drugs"}
    said = {text for talk in talks for who, text in talk if who == "WREN"}
    assert {text for text in said if hit(text) in never} == set()


def test_no_reply_is_a_stock_line(lively: Talks) -> None:
    replies = Counter(text.lower() for talk in lively for who, text in talk if who == "WREN")
    most, times = replies.most_common(1)[0]
    assert times <= 0.002 * replies.total(), most


def test_the_persons_turns_are_typed_and_the_bots_are_not() -> None:
    talk, draw = named([("YOU", "Is it Monday?"), ("WREN", "I think it is Monday.")]), random.Random(1)
    for _ in range(20):
        typed = as_people_type(talk, draw)
        assert typed[1] == (BOT, "I think it is Monday.")
        assert typed[0][1].lower().rstrip("?") == "is it monday"


def test_patterns_are_no_talks(talks: Talks) -> None:
    assert PATTERNS == "patterns.txt"
    assert not any("{" in text for talk in talks for _, text in talk)
