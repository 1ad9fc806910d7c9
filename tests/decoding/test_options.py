import math
import re
from dataclasses import fields
from typing import Any

import pytest

from textgen.decoding import logits
from textgen.decoding.options import TABLE, ChatOptions, DecodingOptions, chat_options
from textgen.errors import ConfigurationError


def test_a_bare_stop_text_becomes_a_tuple() -> None:
    assert DecodingOptions(stop="the end").stop == ("the end",)
    assert DecodingOptions(stop=["a", "b"]).stop == ("a", "b")  # type: ignore[arg-type]


def test_temperature_zero_is_greedy() -> None:
    assert DecodingOptions(temperature=0).greedy
    assert not DecodingOptions().greedy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", -0.1),
        ("temperature", math.nan),
        ("temperature", math.inf),
        ("temperature", "hot"),
        ("top_k", -1),
        ("top_k", 2.5),
        ("top_k", True),
        ("top_p", 0.0),
        ("top_p", 1.1),
        ("min_p", -0.1),
        ("min_p", 1.5),
        ("typical_p", 0),
        ("repetition_penalty", 0),
        ("no_repeat_ngram_size", -1),
        ("num_beams", 0),
        ("temperature", 10**400),
        ("length_penalty", math.nan),
        ("length_penalty", 200),
        ("max_new_tokens", 0),
        ("stop", ""),
        ("stop", ("a", "")),
        ("stop", 7),
        ("seed", -1),
        ("seed", 2**64),
        ("num_return_sequences", 0),
        ("no_copy", 7),
        ("no_copy", -8),
        ("characters", ("",)),
        ("lines", 0),
    ],
)
def test_an_error_names_the_option_and_the_value(name: str, value: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        DecodingOptions(**{name: value})  # type: ignore[arg-type]
    assert f"{name}={value!r}" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("temperature", 0), ("no_copy", 8), ("seed", 2**64 - 1), ("top_p", 1), ("min_p", 1), ("lines", None)],
)
def test_the_edges_are_allowed(name: str, value: object) -> None:
    assert getattr(DecodingOptions(**{name: value}), name) == value  # type: ignore[arg-type]


def test_beams_need_greed() -> None:
    with pytest.raises(ConfigurationError, match=r"num_beams=4.*temperature=0.8"):
        DecodingOptions(num_beams=4)
    assert DecodingOptions(num_beams=4, temperature=0).num_beams == 4


def test_no_more_sequences_than_beams() -> None:
    with pytest.raises(ConfigurationError, match=r"num_return_sequences=3.*num_beams=2"):
        DecodingOptions(num_beams=2, temperature=0, num_return_sequences=3)


def test_greedy_sequences_would_be_equal() -> None:
    with pytest.raises(ConfigurationError, match=r"num_return_sequences=2.*temperature=0"):
        DecodingOptions(temperature=0, num_return_sequences=2)


@pytest.mark.parametrize("name", sorted(set(TABLE) - {"num_return_sequences", "seed"}))
def test_every_option_says_what_turns_it_off(name: str) -> None:
    (described,) = re.findall(rf" {name}: (.*)", ChatOptions.__doc__ or "")
    assert re.search(r"\boff\b", described)
    assert re.search(r"\boff\b", TABLE[name].help + TABLE[name].allowed)


def test_both_classes_describe_their_options() -> None:
    for options in (DecodingOptions, ChatOptions):
        assert (options.__doc__ or "").count(" Values: ") == len(fields(options))


def test_every_field_is_a_row_of_the_table() -> None:
    assert list(TABLE) == [field.name for field in fields(ChatOptions)]
    assert {field.name for field in fields(DecodingOptions)} < set(TABLE)
    for name, option in TABLE.items():
        assert option.known_to("writing") == (name in DecodingOptions.__dataclass_fields__ or name == "rerank")


def test_what_edits_logits_has_a_function_of_its_name() -> None:
    editing = [name for name, option in TABLE.items() if option.edits]
    assert editing and all(callable(getattr(logits, name)) for name in editing)
    for name in editing:
        assert TABLE[name].values.fits(TABLE[name].off)


@pytest.mark.parametrize("name", TABLE)
def test_defaults_are_allowed(name: str) -> None:
    option = TABLE[name]
    assert option.values.fits(getattr(ChatOptions, name))
    if option.known_to("writing"):
        if option.while_writing is None:
            assert option.values.fits(getattr(DecodingOptions, name))
        else:
            assert option.while_writing.values.fits(option.while_writing.default)


def test_the_defaults_of_a_chat() -> None:
    options = ChatOptions()
    assert (options.max_new_tokens, options.candidates, options.rerank, options.blocked) == (60, 8, True, ())
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
def test_options_that_make_no_sense_in_a_chat_are_refused(options: dict[str, Any], sentence: str) -> None:
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
