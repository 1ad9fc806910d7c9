"""The fields of a request."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.serving.body import Body, for_writing, parse
from textgen.serving.errors import RequestError


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_a_refusal(data: bytes) -> None:
    try:
        parse(data)
    except RequestError as error:
        assert error.status == 400 and "send valid JSON" in error.message


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"NaN", b'{"a": Infinity}', b'"\\ud800"', b"\xff", b"[" * 100_000, b"1" * 5000, b"\xfe\xff\x00{"],
)
def test_what_is_no_json_is_refused(data: bytes) -> None:
    with pytest.raises(RequestError):
        parse(data)


@pytest.mark.parametrize("value", [True, 1.5, "3", [3], {}, 0, 17, 10**400])
def test_a_whole_number_is_nothing_else(value: Any) -> None:
    with pytest.raises(RequestError, match=r"n is .*; it must be a whole number from 1 to 16"):
        Body({"n": value}).whole("n", 1, 1, 16)


@pytest.mark.parametrize("value", ["a", ["a", 1], [None], {}, ["a"] * 2001, ["a" * 200_001]])
def test_texts_are_nothing_else(value: Any) -> None:
    with pytest.raises(RequestError, match=r"rejected is .*; it must be a list of at most 2,000 texts"):
        Body({"rejected": value}).texts("rejected")


def test_null_is_as_if_it_was_not_sent() -> None:
    body = Body({"n": None, "text": None, "temperature": None})
    assert body.whole("n", 3, 1, 16) == 3 and body.options() == {}
    with pytest.raises(RequestError, match="'text' is missing"):
        body.text("text")


def test_options_are_bounded() -> None:
    assert Body({"seed": 2**64 - 1, "stop": ["a"], "top_k": 5}).options() == {
        "seed": 2**64 - 1,
        "stop": ["a"],
        "top_k": 5,
    }
    for name, value in (
        ("num_beams", 9),
        ("top_k", 1 << 30),
        ("stop", ["a"] * 65),
        ("stop", "a" * 201),
        ("lines", 501),
    ):
        with pytest.raises(RequestError, match=name):
            Body({name: value}).options()


def test_a_script_without_a_length_has_one() -> None:
    assert for_writing({}) == {"max_new_tokens": 4096, "lines": 20}
    assert for_writing({"max_new_tokens": 5}) == {"max_new_tokens": 5}
    assert for_writing({"lines": 5}) == {"max_new_tokens": 4096, "lines": 5}
