"""Dialogues as scripts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.formats.as_script import name_in_front
from textgen.corpus.formats.colon import parse_cue


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nora", "Nora"),
        ("  Nora \t Test ", "Nora Test"),
        ("+49 151 2345", "+49 151 2345"),
        ("Nora (work): urgent!", "Nora work urgent"),
        ("one two three four five six seven", "one two three four five six"),
        ("🌸", "🌸"),
    ],
)
def test_a_name_can_stand_in_front_of_a_colon(name: str, shown: str) -> None:
    assert name_in_front(name) == shown


@given(st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda name: any(map(str.isalpha, name))))
def test_a_second_time_changes_nothing(name: str) -> None:
    once = name_in_front(name)
    assert name_in_front(once) == once
    cue = parse_cue(f"{once}: hi")
    assert cue is None or cue.speaker == once
