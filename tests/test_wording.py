"""Counts, corrections and what is to be installed in words."""

import pytest

from textgen.wording import count, did_you_mean, to_install


@pytest.mark.parametrize(("number", "words"), [(0, "0 lines"), (1, "1 line"), (2, "2 lines"), (2000, "2,000 lines")])
def test_one_is_singular(number: int, words: str) -> None:
    assert count(number, "line") == words


def test_a_plural_of_its_own() -> None:
    assert [count(number, "reply", "replies") for number in (1, 3)] == ["1 reply", "3 replies"]


@pytest.mark.parametrize(
    ("typed", "otherwise", "words"),
    [
        ("temprature", None, "did you mean temperature?"),
        ("temprature", "ask.", "did you mean temperature?"),
        ("temp", None, "did you mean temperature?"),
        ("x", None, "choose from temperature, seed."),
        ("x", "ask.", "ask."),
    ],
)
def test_the_nearest_name_is_suggested(typed: str, otherwise: str | None, words: str) -> None:
    assert did_you_mean(typed, ["temperature", "seed"], otherwise) == words


def test_all_of_a_few_names_that_begin_so_are_suggested() -> None:
    names = ["top_k", "top_p", "lines", "line_length", "like", "list"]
    assert did_you_mean("top", names) == "did you mean top_k or top_p?"
    assert did_you_mean("l", names, "ask.") == "ask."
    assert did_you_mean("", names[:2], "ask.") == "did you mean top_k or top_p?"


def test_an_extra_is_installed_from_anywhere_and_in_a_clone() -> None:
    assert to_install("eval") == 'run  pip install "textgen-keras[eval]"  (in a clone:  pip install -e ".[eval]").'
