import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.decoding.options import chat_options
from textgen.errors import ConfigurationError
from textgen.repl.session import SETTINGS, parsed, shown


@pytest.mark.parametrize(
    ("name", "words", "value"),
    [
        ("temperature", ["0.5"], 0.5),
        ("top_k", ["20"], 20),
        ("max_new_tokens", ["None"], None),
        ("temperature", ["hot"], "hot"),
        ("stop", ["the end", "fin"], ("the end", "fin")),
        ("stop", ["none"], ()),
        ("blocked", ["1"], ("1",)),
        ("rerank", ["On"], True),
        ("rerank", ["off"], False),
        ("rerank", ["8"], 8),
        ("temperature", ["on"], "on"),
    ],
)
def test_what_is_typed(name: str, words: list[str], value: object) -> None:
    assert parsed(name, words) == value
    assert type(parsed(name, words)) is type(value)


@pytest.mark.parametrize("name", SETTINGS)
def test_examples_are_allowed_and_what_is_allowed_is_what_the_option_says(name: str) -> None:
    for example in SETTINGS[name].examples:
        chat_options({name: parsed(name, [example])})
    with pytest.raises(ConfigurationError) as raised:
        chat_options({name: [1]})
    if SETTINGS[name].values.kind != "texts":
        assert f"must be {SETTINGS[name].allowed}" in str(raised.value)


@given(st.text())
def test_anything_can_be_typed(word: str) -> None:
    for name in SETTINGS:
        parsed(name, [word])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "none"),
        (True, "on"),
        (False, "off"),
        ((), "none"),
        (0.8, "0.8"),
        (1.0, "1"),
        (7, "7"),
        (("a b", "c"), '"a b" "c"'),
    ],
)
def test_what_is_shown(value: object, text: str) -> None:
    assert shown(value) == text
