"""A name that was never seen is said again: a small bot learns to copy in less than a minute."""

import random

import pytest

import textgen
from textgen.chatbot import Chatbot

UNSEEN = 200
INTRODUCTIONS = ("my name is {}", "hi, i am {}", "call me {}", "i'm {}, hello")


def invented_names(count: int) -> list[str]:
    """Different names of 3 to 8 letters, most of them pronounceable."""
    draw, names = random.Random(0), dict[str, None]()
    while len(names) < count:
        letters = [draw.choice("aeiou" if k % 2 else "bcdfghjklmnprstvwz") for k in range(draw.randint(3, 8))]
        odd = [draw.choice("abcdefghijklmnopqrstuvwxyz") if draw.random() < 0.3 else letter for letter in letters]
        names["".join(odd)] = None
    return list(names)


NAMES = invented_names(6000)


@pytest.fixture(scope="module")
def greeter(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    """A bot that has learned to greet all but the first of the names."""
    folder, draw = tmp_path_factory.mktemp("names"), random.Random(1)
    messages, replies = folder / "messages.txt", folder / "replies.txt"
    messages.write_text("".join(f"{draw.choice(INTRODUCTIONS).format(name)}\n" for name in NAMES[UNSEEN:]))
    replies.write_text("".join(f"hello {name}\n" for name in NAMES[UNSEEN:]))
    return textgen.train_chat(
        [messages, replies],
        folder / "model",
        format="aligned",
        turns=1,
        steps=500,
        quiet=True,
        level="subword",
        embedding=64,
        hidden=128,
        layers=1,
        batch=64,
        learning_rate=0.01,
        dropout=0.0,
        precision="float32",
    )


@pytest.mark.slow
def test_names_that_were_never_seen_are_copied(greeter: Chatbot) -> None:
    wrong = []
    for name in NAMES[:UNSEEN]:
        reply = greeter.reply(f"my name is {name}", temperature=0)
        greeter.reset()
        if reply != f"hello {name}":
            wrong.append((name, str(reply)))
    assert len(wrong) <= 0.01 * UNSEEN, wrong


@pytest.mark.slow
def test_of_an_earlier_name_nothing_is_left_where_one_turn_is_read(greeter: Chatbot) -> None:
    right = 0
    for name, other in zip(NAMES[:50], NAMES[50:100], strict=True):
        greeter.reply(f"my name is {other}", temperature=0)
        right += greeter.reply(f"i'm {name}, hello", temperature=0) == f"hello {name}"
        greeter.reset()
    assert right >= 49
