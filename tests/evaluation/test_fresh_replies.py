"""Fresh replies: one to each message, those of the chat itself, and how they came about."""

from itertools import chain
from typing import Any

import pytest

from tests.generation.small import TOKENIZERS, Parrot, chat_model
from textgen.chatbot import Chatbot
from textgen.errors import ConfigurationError
from textgen.evaluation.fresh_replies import FreshReplies
from textgen.tokenizers.special import END, LINE_END, START, TURN

WORDS = TOKENIZERS["word"]


def context(text: str) -> list[int]:
    return [START, *WORDS.encode(text), TURN]


CONTEXTS = [context(text) for text in ("hello there, how are you", "hello", "what a day", "tea")] * 40
"""More than are drawn side by side, and not in the order of their lengths."""


def write(seed: int = 3, contexts: list[list[int]] = CONTEXTS, **decoding: Any) -> list[str]:
    texts = FreshReplies(chat_model(), seed, decoding).write(contexts, lambda text: None)
    assert all(text[-1] == LINE_END for text in texts)
    return [WORDS.decode(text[:-1]) for text in texts]


def test_each_is_what_the_bot_would_say_to_that_message_with_that_seed() -> None:
    bot, found = Chatbot(chat_model()), write(max_new_tokens=12)
    for k, text in enumerate(["hello there, how are you", "hello", "what a day", "tea"]):
        assert bot.reply(text, seed=3 + k, candidates=1, max_new_tokens=12) == found[k]
        bot.reset()
    assert len(found) == len(CONTEXTS)
    assert len(set(found[1::4])) > 1  # the same message again is another draw


def test_the_same_seed_gives_the_same_replies() -> None:
    assert write() == write() != write(seed=4)


def test_replies_are_encoded_as_the_corpus_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh, letters = FreshReplies(chat_model(), 0, {}), [*chain(*map(WORDS.encode, "hello there "))]
    parrot = Parrot(WORDS, "")
    parrot.replies = [[*letters, END]]
    monkeypatch.setattr(fresh._chat, "network", parrot)
    (text,) = fresh.write([[START]], lambda text: None)
    assert text == [*WORDS.encode("hello there"), LINE_END]
    assert len(text) < len(letters)


def test_how_they_are_written_is_recorded_and_told() -> None:
    told: list[str] = []
    fresh = FreshReplies(chat_model(), 3, {"top_k": 5})
    fresh.write(CONTEXTS, told.append)
    assert fresh.decoding == {"temperature": 0.7, "max_new_tokens": 60, "top_k": 5, "seed": 3}
    assert told == [
        "writing   160 replies to real messages (temperature 0.7, max_new_tokens 60, top_k 5)",
        "          64 written",
        "          128 written",
        "          160 written",
    ]


@pytest.mark.parametrize(
    ("decoding", "sentence"),
    [
        ({"temperature": 0}, "which writes the same text each time"),
        ({"num_beams": 4}, "which writes the same text each time"),
        ({"top_p": 2.0}, "top_p=2.0 was asked for"),
        ({"lines": 3}, "makes no sense in a chat"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(decoding: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        FreshReplies(chat_model(), 0, decoding)
