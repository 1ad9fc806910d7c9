"""Talks with slots."""

import random
import re
from pathlib import Path

import pytest
from building.patterns import Patterns, capitalised, typed

TEXT = """\
# a remark
{pet} = dog / dogs | owl / owls
{first_name} = Ann | Bob | Cy

[Pets]
YOU: i have a {pet} called {first_name} | my {pet} is {first_name}
WREN: {first_name} is a fine name for a {pet}. {pet.2} are kind. || a {pet}! hello, {first_name}.
+ chat 0-2
YOU: what is it called? {first_name2} says hello
WREN: {first_name}.

[+chat]
YOU: are you there, {first_name}?
WREN: yes.

[+chat]
YOU: rain || snow
WREN: wet. || white.
"""


@pytest.fixture
def patterns(tmp_path: Path) -> Patterns:
    (tmp_path / "patterns.txt").write_text(TEXT, encoding="utf-8")
    return Patterns(tmp_path / "patterns.txt")


def test_a_slot_is_the_same_entry_in_all_of_a_talk_and_numbered_ones_are_others(patterns: Patterns) -> None:
    talks = list(patterns.expand(60, seed=1))
    assert len(talks) == 60
    for talk in talks:
        name = talk[-1][1].rstrip(".")
        assert name in ("Ann", "Bob", "Cy")
        assert name in talk[0][1] and name in talk[1][1]
        other = re.search(r"(\w+) says hello", talk[-2][1])
        assert other is not None and other[1] != name
        assert [who for who, _ in talk] == ["YOU", "WREN"] * (len(talk) // 2)


def test_articles_fields_and_tracks(patterns: Patterns) -> None:
    texts = [text for talk in patterns.expand(60, seed=2) for _, text in talk]
    assert any("an owl" in text for text in texts) and not any("a owl" in text for text in texts)
    assert any(text.endswith("Owls are kind.") for text in texts)
    for question, answer in zip(texts[::2], texts[1::2], strict=True):
        assert (question == "rain") == (answer == "Wet.")
        assert (question == "snow") == (answer == "White.")


def test_nought_to_two_small_exchanges_come_between(patterns: Patterns) -> None:
    assert {len(talk) for talk in patterns.expand(80, seed=3)} == {4, 6, 8}


def test_talks_are_different_and_a_function_of_the_seed(patterns: Patterns) -> None:
    one, same, other = (list(patterns.expand(30, seed)) for seed in (4, 4, 5))
    assert one == same != other
    assert len({tuple(talk) for talk in one}) == 30


def test_fewer_where_there_are_not_so_many(tmp_path: Path) -> None:
    (tmp_path / "few.txt").write_text("[A]\nYOU: hi | hey\nWREN: hello\n", encoding="utf-8")
    assert sorted(Patterns(tmp_path / "few.txt").expand(9, seed=1)) == [
        [("YOU", "hey"), ("WREN", "Hello")],
        [("YOU", "hi"), ("WREN", "Hello")],
    ]


def test_what_is_no_heading_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("YOU: hi\nWREN: hello\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no heading in square brackets"):
        Patterns(tmp_path / "bad.txt")


def test_people_type_in_several_ways() -> None:
    draw = random.Random(0)
    assert capitalised("well. is it? yes") == "Well. Is it? Yes"
    lower = {typed("I don't know, Ann?", "lower", draw) for _ in range(40)}
    assert lower == {"i don't know, ann?", "i dont know, ann?", "i don't know, ann", "i dont know, ann"}
    assert {typed("i know ann. do i", "proper", draw) for _ in range(40)} == {"I know ann. Do I", "I know ann. Do I."}
    assert typed("so, i Know", "as written", draw) == "so, i Know"
