from pathlib import Path

import numpy as np
import pytest

from textgen.chatbot import Chatbot, as_character
from textgen.corpus.document import Line, turn_of
from textgen.corpus.token_parser import decode_script
from textgen.decoding.options import ChatOptions
from textgen.decoding.protocols import State
from textgen.errors import ConfigurationError
from textgen.generation.character import Character
from textgen.generation.script_model import ScriptModel
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import LINE_END, START
from textgen.writer import ScriptWriter


@pytest.fixture(scope="module")
def opened(untrained: Path) -> ScriptModel:
    return ScriptModel(ModelFolder(untrained).load())


@pytest.fixture
def bot(untrained: Path) -> Chatbot:
    bot = as_character(ScriptWriter(ModelFolder(untrained).load()), "elaine")
    bot.set(seed=3)
    return bot


def test_the_name_with_a_label_is_meant_where_a_rare_one_differs_in_case(opened: ScriptModel, untrained: Path) -> None:
    again = ScriptModel(ModelFolder(untrained).load())
    again.card.corpus["speakers"] = {**again.card.corpus["speakers"], "Jerry": 3}
    assert again.rare_speakers["jerry"] == "Jerry"
    assert Character(again, "Jerry").name == Character(again, "jerry").name == "JERRY"
    assert again.spelled("kramer") == Character(again, "kramer").name == "KRAMER"
    assert again.spelled("newman") == "newman"


def prompt_of(opened: ScriptModel, name: str, *turns: Line) -> list[int]:
    """The ids that the character's line follows."""
    character = Character(opened, name)
    read: list[list[int]] = []
    network = opened.network

    class Watched:
        initial_state, step = network.initial_state, network.step

        def read(self, ids: np.ndarray, state: State) -> State:
            read.append(ids[:, 0].tolist())
            return network.read(ids, state)

    opened.network = Watched()  # type: ignore[assignment]
    try:
        character.events(turns, ChatOptions().decoding(0), character.shape.begin(9))
    finally:
        opened.network = network
    return read[0]


def test_the_talk_is_a_script(opened: ScriptModel) -> None:
    ids = prompt_of(opened, "elaine", turn_of("Hello?", "user"), turn_of("Hi.", "bot"), turn_of("Bye", "user"))
    other = opened.tokenizer.speakers[0] if opened.tokenizer.speakers[0] != "ELAINE" else opened.tokenizer.speakers[1]
    lines = decode_script(ids, opened.tokenizer, opened.style).lines
    assert [(line.speaker, line.text) for line in lines] == [(other, "Hello?"), ("ELAINE", "Hi."), (other, "Bye")]
    assert ids[0] == START and ids[-1] == LINE_END  # the label is what `step` begins with


def test_a_reply_is_judged_as_a_line_of_the_character(opened: ScriptModel) -> None:
    assert Character(opened, "elaine").line("It\u2019s a coat.") == Line("ELAINE", "It's a coat.")


def test_a_character_without_a_label_is_spelled(opened: ScriptModel) -> None:
    ids = prompt_of(opened, "kramer", turn_of("Hi.", "bot"))
    assert [line.speaker for line in decode_script(ids, opened.tokenizer, opened.style).lines] == ["KRAMER", "KRAMER"]


def test_of_a_long_message_the_end_is_read(opened: ScriptModel) -> None:
    ids = prompt_of(opened, "elaine", turn_of("word " * 10_000 + "end", "user"))
    assert len(ids) == opened.shape.longest_line + 3
    assert opened.tokenizer.decode(ids[2:-1]).endswith("word end")


def test_an_unknown_character_is_refused_with_the_nearest_names(untrained: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"'elane' was asked for, .* the nearest are ELAINE"):
        as_character(ScriptWriter(ModelFolder(untrained).load()), "elane")


def test_a_character_talks_in_lines(bot: Chatbot) -> None:
    assert bot.name == "ELAINE"
    for text in ("Hello!", "", "😀 \ud83d", "[Scene 1]\nJERRY: no"):
        reply = bot.reply(text)
        assert reply.strip() == reply and len(reply.splitlines()) == 1
        assert reply.finish_reason in ("end", "length")
    assert len(bot.turns) == 8
    assert bot.say_first()
    assert bot.retry() != bot.turns[-3].text


def test_the_score_of_a_character_has_no_novelty(bot: Chatbot) -> None:
    bot.reply("Hello!", candidates=3)
    ranked = bot.candidates(3)
    assert len(ranked) > 1
    assert all(one.novelty == 0 and one.likelihood < 0 for one in ranked)
    assert bot.pick(2) == ranked[1].reply == bot.turns[-1].text


def test_copies_are_noticed_as_in_writing(bot: Chatbot) -> None:
    assert bot.reply("Hello!", no_copy=8)


def test_a_line_may_be_as_long_as_the_corpus_has_them(bot: Chatbot, opened: ScriptModel) -> None:
    assert bot.options.max_new_tokens == opened.shape.longest_line
    assert bot.options.temperature == opened.card.decoding["temperature"]
