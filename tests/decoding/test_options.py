import math
import re

import pytest

from textgen.decoding.options import DecodingOptions
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


def test_every_option_says_what_turns_it_off() -> None:
    described = " ".join((DecodingOptions.__doc__ or "").split())
    switches = set(DecodingOptions.__dataclass_fields__) - {"num_return_sequences", "seed"}
    for name in switches:
        about = described[described.index(f" {name}: ") :]
        assert re.match(rf" {name}: [^:]*(: [^:]*)?turns it off", about), name
