"""Speakers in front of a colon, and sentences that only look like one."""

import pytest

from textgen.corpus.formats.colon import Cue, is_name, parse_cue


@pytest.mark.parametrize(
    "name",
    ["jerry", "MR. X", "Moe_Szyslak", "uncle leo", "co-worker #1", "jerry & kramer", "O'Brien", "R2D2", "小明", "Ёлка",
     "jerry, george & kramer", "J. Peterman", "2nd movie patron", "izzy/izzy jr.", "???"],
)  # fmt: skip
def test_names(name: str) -> None:
    assert parse_cue(f"{name}: hello: you") == Cue(name, "", " hello: you")


@pytest.mark.parametrize(
    "line",
    [
        "no colon here",
        "(george shows his note: it says no.)",
        "[setting: coffee shop]",
        "% misunderstanding number one: he is late",
        "it is now 9: 15 and nobody is here",
        "http://example.org",
        "what did he say? he said: no",
        "He stopped talking. Then: nothing",
        "check the second one, dated dec. 15, made out to: cash",
        "he said (whispering: no",
        ": hello",
        "- item: one",
        "x" * 61 + ": long",
        "...: and so",
    ],
)
def test_no_names(line: str) -> None:
    assert parse_cue(line) is None


def test_directions_before_the_colon() -> None:
    assert parse_cue("jerry (on the phone): hello") == Cue("jerry", "(on the phone)", " hello")
    assert parse_cue("jerry [sad] (to bo: softly):") == Cue("jerry", "[sad] (to bo: softly)", "")


def test_other_colons_and_spaces() -> None:
    assert parse_cue("小明：你好") == Cue("小明", "", "你好")
    assert parse_cue("uncle   leo : hello") == Cue("uncle leo", "", " hello")


def test_is_name() -> None:
    assert is_name("one two three four five six")
    assert not is_name("one two three four five six seven")
    assert not is_name("")
    assert not is_name("--")
