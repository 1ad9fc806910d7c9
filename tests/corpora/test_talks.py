"""The talks with Wren: form, number, and what training makes of them."""

import random
import re
from collections import Counter

from building.filters import hit
from building.talks import BOT, CURIOUS, PATTERNS, PLAIN, as_people_type, named, written

TALKS = written()
ALL = [*TALKS, *written(CURIOUS), *written(PLAIN)]


def test_there_are_many_different_talks_of_two_turns_and_more() -> None:
    folded = Counter(tuple(re.sub(r"[^a-z ]", "", text.lower()) for _, text in talk) for talk in ALL)
    assert len(folded) >= 2000
    assert [talk for talk, times in folded.items() if times > 1] == []
    for talk in ALL:
        assert len(talk) % 2 == 0
        assert [who for who, _ in talk] == ["YOU", "WREN"] * (len(talk) // 2)


def test_the_bot_says_nothing_private_or_hateful() -> None:
    never = {"e-mail address", "link", "phone number", "street address", "self-harm", "hatred", "politics", "drugs"}
    assert [text for talk in ALL for who, text in talk if who == "WREN" and hit(text) in never] == []


def test_no_reply_is_a_stock_line() -> None:
    replies = Counter(text.lower() for talk in TALKS for who, text in talk if who == "WREN")
    most, times = replies.most_common(1)[0]
    assert times <= 0.002 * replies.total(), most


def test_the_persons_turns_are_typed_and_the_bots_are_not() -> None:
    talk, draw = named([("YOU", "Is it Monday?"), ("WREN", "I think it is Monday.")]), random.Random(1)
    for _ in range(20):
        typed = as_people_type(talk, draw)
        assert typed[1] == (BOT, "I think it is Monday.")
        assert typed[0][1].lower().rstrip("?") == "is it monday"


def test_patterns_are_no_talks() -> None:
    assert PATTERNS == "patterns.txt"
    assert not any("{" in text for talk in ALL for _, text in talk)
