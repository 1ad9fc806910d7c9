import json
from pathlib import Path

import numpy as np
import pytest

from tests.generation.small import chat_model
from textgen.api import load
from textgen.chatbot import Chatbot, as_character
from textgen.errors import ConfigurationError


@pytest.fixture
def bot() -> Chatbot:
    made = Chatbot(chat_model("word"))
    made.set(seed=5, candidates=4)
    return made


def test_attention_lies_on_the_turns_that_were_read(bot: Chatbot) -> None:
    first = bot.reply("hello there")
    bot.reply("and you?")
    found = bot.explain()
    shown = "".join(found.message_tokens).removeprefix("⟨start⟩")
    assert shown == f"hello there⟨turn⟩{first}⟨turn⟩and you?⟨turn⟩"
    assert found.attention is not None and found.copied is None
    assert found.attention.shape == (len(found.tokens), len(found.message_tokens))
    assert found.attention.sum(axis=1) == pytest.approx(1.0, abs=1e-5)
    assert found.tokens[-1].text == "⟨end⟩"


def test_the_candidates_are_those_it_was_chosen_from(bot: Chatbot) -> None:
    reply = bot.reply("hello there")
    found = bot.explain().candidates
    assert found == tuple(bot.candidates(4)) and len(found) == reply.candidates > 1
    picked = bot.pick(2)
    assert bot.explain().candidates == found
    assert "".join(token.text for token in bot.explain().tokens[:-1]) == picked
    bot.reply("and you?", candidates=1)
    assert bot.explain().candidates == ()
    bot.undo()
    assert bot.explain().candidates == ()


def test_nothing_said_cannot_be_explained(bot: Chatbot) -> None:
    with pytest.raises(ConfigurationError, match=r"to be explained, but nothing was said yet: say something first"):
        bot.explain()


def test_what_the_bot_says_first_is_explained(bot: Chatbot) -> None:
    bot.say_first()
    assert bot.explain().message_tokens == ("⟨start⟩",)


def test_a_character_reads_its_line_as_the_script_model_does(untrained: Path) -> None:
    writer = load(untrained)
    bot = as_character(writer, "elaine")
    reply = bot.reply("A zoo.", seed=3)
    found = bot.explain()
    assert found.attention is None and found.copied is None
    other = next(speaker for speaker in writer.speakers if speaker != "ELAINE")
    script = writer.explain(f"{other}: A zoo.\nELAINE: {reply}\n").tokens
    ours = [token.log_probability for token in found.tokens]
    theirs = [token.log_probability for token in script[-1 - len(ours) : -1]]
    assert ours == pytest.approx(theirs, abs=1e-5)
    assert "".join(found.message_tokens) == f"⟨start⟩{other}:A zoo.⏎ELAINE:"


def test_wren_copies_a_name_it_has_never_seen_and_its_tokens_have_the_probability_of_the_reply() -> None:
    wren = load("smalltalk")
    reply = wren.reply("my name is Zolt", seed=3)
    assert "Zolt" in reply
    found = wren.explain()
    assert -sum(token.surprise for token in found.tokens) == pytest.approx(reply.log_probability, abs=1e-4)
    assert found.attention is not None and found.copied is not None
    (place,) = [k for k, token in enumerate(found.tokens) if token.text == " Z"]
    assert found.attention[place].sum() == pytest.approx(1.0, abs=1e-4)
    assert found.copied[place] > 0.9 and found.copied[-1] < 0.1
    assert np.all((found.copied >= 0) & (found.copied <= 1 + 1e-5))


def test_json_is_plain(bot: Chatbot) -> None:
    bot.reply("hello there")
    values = json.loads(bot.explain().to_json())
    assert set(values) == {*("model", "cross_entropy", "message_tokens", "tokens", "attention", "copied", "candidates")}
    assert set(values["attention"]) == {"message_tokens", "reply_tokens", "weights"}
    for candidate in values["candidates"]:
        assert sum(candidate["scores"].values()) == pytest.approx(candidate["total"])
