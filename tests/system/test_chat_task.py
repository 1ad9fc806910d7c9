"""A small translation: numbers in words, the ones before the tens as in "four and twenty blackbirds", into digits."""

import random

import pytest

import textgen
from textgen.chatbot import Chatbot

HELD_OUT = 300
ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
ONES += "seventeen eighteen nineteen"
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


def in_words(number: int) -> str:
    """The name of a number below a million."""
    for unit, name in ((1000, "thousand"), (100, "hundred")):
        if number >= unit:
            count, rest = divmod(number, unit)
            return f"{in_words(count)} {name}" + (f" and {in_words(rest)}" if rest else "")
    tens, ones = divmod(number, 10)
    if tens < 2:
        return ONES.split()[number]
    return (f"{in_words(ones)} and " if ones else "") + TENS.split()[tens - 2]


NUMBERS = random.Random(0).sample(range(1000, 100_000), 5000 + HELD_OUT)


@pytest.fixture(scope="module")
def translator(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    """A model trained on all but the first of `NUMBERS`."""
    folder = tmp_path_factory.mktemp("numbers")
    words, digits = folder / "words.txt", folder / "digits.txt"
    words.write_text("".join(f"{in_words(number)}\n" for number in NUMBERS[HELD_OUT:]), encoding="utf-8")
    digits.write_text("".join(f"{number}\n" for number in NUMBERS[HELD_OUT:]), encoding="utf-8")
    return textgen.train_chat(
        [words, digits],
        folder / "model",
        format="aligned",
        turns=1,
        steps=750,
        quiet=True,
        level="word",
        embedding=32,
        hidden=128,
        layers=1,
        batch=64,
        learning_rate=0.015,
        dropout=0.0,
        precision="float32",
    )


@pytest.mark.slow
def test_numbers_that_were_never_seen_are_translated(translator: Chatbot) -> None:
    assert in_words(47_325) == "seven and forty thousand and three hundred and five and twenty"
    replies = [translator.reply(in_words(number), temperature=0) for number in NUMBERS[:HELD_OUT]]
    wrong = [(number, str(reply)) for number, reply in zip(NUMBERS, replies, strict=False) if reply != str(number)]
    assert len(wrong) <= 0.01 * HELD_OUT, wrong
    assert all(reply.finish_reason == "end" for reply in replies)


@pytest.mark.slow
def test_beams_and_candidates_find_them_too(translator: Chatbot) -> None:
    bot = textgen.load(translator.path)
    for options in ({"num_beams": 4}, {"temperature": 0.5, "candidates": 8, "seed": 3}):
        right = sum(bot.reply(in_words(number), **options) == str(number) for number in NUMBERS[:100])
        assert right >= 97, options
