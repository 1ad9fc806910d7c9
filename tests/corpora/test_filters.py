"""Each filter hits what it is named after, and leaves everyday talk alone."""

import pytest
from smalltalk.filters import ENDING, UNKNOWN_TO_THE_BOT, make_filters

from tests.corpora.talks import known

FILTERS = make_filters(known())

HITS = {
    "e-mail address": ["write to me@home.example", "my email address is secret", "bob at gmail"],
    "link": ["see https://a.example", "www.a", "go to quarry.com"],
    "handle": ["i am @wren", "#blessed"],
    "phone number": ["call 555 123 4567", "(555)123-4567"],
    "street address": ["12 N Elm street", "what is your zip code"],
    "personal name": ["it must be kyle then", "Mary said so", "we asked Mark", "Kyle's dog"],
    "swearing or slur": ["DARN!", "well oh darn it", "what the f***"],
    "sexual": ["are you single?", "he kissed me", "lets talk about sex"],
    "violence": ["i will kill you", "guns", "it was a war"],
    "self-harm": ["i want to die", "suicide"],
    "drink and drugs": ["weed is nice", "a cold beer"],
    "politics": ["who do you vote for", "the government"],
    "religion": ["are you going to church", "on my mission"],
    "the platform": ["are you on the leaderboard", "i want to win the raffle", "is anyone there?", "Hello??"],
    "says or asks who is a person": ["are you a bot", "im a real person", "you're a robot"],
    "personal data asked for or told": ["how old are you", "what's your name?", "i'm 21", "add me on snapchat"],
    "name of something": ["do you know zorblax", "the dog of Quuxville is nice"],
    "not English": ["hola amigo como estas hoy", "привет как дела"],
    "keyboard mashing": ["sdfghjkl", "no no no no no", "ÖÖÖÖÖÖÖÖÖÖ", "blahblahblahblahblahblah"],
    "nothing but signs": ["...", ":)", "!!"],
    "more than 40 words": ["so " + "it is a dog and " * 10],
}
EVERYDAY = [
    "Hello, how are you today?",
    "i will see it in may",
    "that is a good point",
    "what a nice dog",
    "it was nice chatting with you",
    "hahahaha",
    "hmmmmm",
    "mark my words",
    "what........ - - - - !!!!!!!!!!!!",
    "we had 12 dogs",
]


def hit(turn: str) -> str | None:
    return next((name for name, hits in FILTERS.items() if hits(turn)), None)


@pytest.mark.parametrize(("name", "turn"), [(name, turn) for name, turns in HITS.items() for turn in turns])
def test_hits(name: str, turn: str) -> None:
    assert FILTERS[name](turn)


@pytest.mark.parametrize("turn", EVERYDAY)
def test_everyday_talk_is_left_alone(turn: str) -> None:
    assert hit(turn) is None


def test_every_filter_is_tested() -> None:
    assert set(HITS) == set(FILTERS)


def test_groups_name_filters() -> None:
    assert set(FILTERS) >= ENDING | UNKNOWN_TO_THE_BOT
    assert not ENDING & UNKNOWN_TO_THE_BOT


def test_private_things_are_looked_for_first() -> None:
    assert hit("kyle, call 555 123 4567 or see www.a") == "link"
