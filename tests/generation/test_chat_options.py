from typing import Any

import pytest

from textgen.decoding.options import DecodingOptions
from textgen.errors import ConfigurationError
from textgen.generation.chat_options import ChatOptions, chat_options


def test_defaults() -> None:
    options = ChatOptions()
    assert (options.max_new_tokens, options.candidates, options.rerank, options.blocked) == (60, 8, False, ())
    assert options.temperature == DecodingOptions().temperature


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"candidates": 0}, "candidates=0 was asked for, but candidates must be a whole number, 1"),
        ({"candidates": True}, "candidates=True"),
        ({"candidates": 2.0}, "candidates=2.0"),
        (
            {"rerank": 8},
            "rerank=8 was asked for, but rerank must be on or off .* give the number of replies .* candidates",
        ),
        ({"rerank": True, "candidates": 1}, "rerank was asked for with candidates=1, which leaves one reply"),
        ({"rerank": True, "temperature": 0}, "rerank was asked for with temperature=0, which leaves one reply"),
        ({"blocked": 7}, "blocked=7 was asked for"),
        ({"blocked": ("a", " ")}, "white space is no word"),
        ({"lines": 3}, "lines=3 was asked for, but lines makes no sense in a chat: a reply is one line"),
        ({"characters": ("jerry",)}, "characters=.* makes no sense in a chat"),
        ({"num_return_sequences": 2}, "num_return_sequences=2 .* ask the bot for its candidates"),
        ({"temperature": -1}, "temperature=-1"),
        ({"num_beams": 2, "temperature": 0.5}, "beam search draws nothing"),
        ({"temprature": 1}, "chatting knows no such option: did you mean temperature"),
        ({"line": 1}, "chatting knows no such option"),
        ({"num_beams": "many"}, "num_beams='many'"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        chat_options(options)


def test_later_layers_win() -> None:
    options = chat_options({"temperature": 0.7, "top_k": 5}, {"temperature": 0.9}, {"blocked": "damn"})
    assert (options.temperature, options.top_k, options.blocked) == (0.9, 5, ("damn",))


def test_beams_need_no_temperature() -> None:
    assert chat_options({"temperature": 0.7}, {"num_beams": 4}).greedy
    assert chat_options({"temperature": 0.7}, {"num_beams": 4}, {"num_beams": 1, "temperature": 1}).temperature == 1


@pytest.mark.parametrize(
    ("options", "sequences"),
    [
        ({}, 8),
        ({"candidates": 1}, 1),
        ({"temperature": 0}, 1),
        ({"num_beams": 4}, 4),
        ({"num_beams": 4, "candidates": 2}, 2),
    ],
)
def test_how_many_replies_are_written(options: dict[str, Any], sequences: int) -> None:
    chosen = chat_options(options)
    assert chosen.sequences == sequences
    decoding = chosen.decoding(seed=9)
    assert (decoding.num_return_sequences, decoding.seed) == (sequences, 9)
    assert type(decoding) is DecodingOptions
