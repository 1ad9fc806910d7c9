"""`NAME:` alone on its line, the speech below."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.formats.play import weigh
from textgen.corpus.reading_options import AS_FOUND
from textgen.corpus.script import Line, Scene, ScriptStyle, read_script

PLAY = ScriptStyle("play", 1)


def test_speeches_keep_their_verse() -> None:
    text = "First Citizen:\nWe are poor:\n  the good. \n\nAll:\nSpeak: speak.\n\n[Exeunt]\n\nHe goes\naway.\n"
    assert read_script(text, PLAY).scenes == (
        Scene(None, (Line("First Citizen", "We are poor:\n  the good."), Line("All", "Speak: speak."))),
        Scene("[Exeunt]", (Line(None, "He goes\naway."),)),
    )


def test_directions_beside_the_name() -> None:
    assert read_script("JULIET (aside):\nHow?", PLAY).lines == (Line("JULIET", "(aside)\nHow?"),)


def test_more_empty_lines_than_usual_open_a_scene() -> None:
    assert [len(scene.lines) for scene in read_script("A:\n1\n\nB:\n\n\nA:\n3", PLAY).scenes] == [2, 1]


_words = st.sampled_from(
    ["A:", "A (x):", "[x]:", "scene", "scene:", "scene (x):", "[x]", "who?", "A: b", "", " ", "\t", "INT."]
)
_lines = st.lists(st.one_of(_words, st.text(max_size=5)), max_size=10)


@given(_lines, st.integers(0, 2))
def test_what_was_read_is_read_again(lines: list[str], blank_lines: int) -> None:
    style = ScriptStyle("play", blank_lines)
    script = read_script("\n".join(lines), style)
    assert read_script(script.text, style) == script


@pytest.mark.parametrize(
    "text",
    [
        "Ingredients:\n2 eggs\nsalt\n\nMethod:\nBeat them.\n\nIngredients:\n3 eggs\npepper\n\nMethod:\nFry them.",
        "Market:\n- onions\n- thyme\n\nBaker:\n- bread\n- buns\n\nMarket:\n- leeks\n- figs\n\nBaker:\n- rolls\n- tart",
        "Verse 1:\nThe lamp is low,\n\nChorus:\nFollow me down.\n\nVerse 2:\nThe bowl is full,\n\nChorus:\nFollow.",
        "Rules:\nOne.\n\nReasons:\nTwo.\n\nRisks:\nThree.",
    ],
)
def test_recipes_lists_and_songs_are_no_plays(text: str) -> None:
    assert not weigh(text.split("\n"), Path("a.txt"), AS_FOUND).convincing


def test_names_above_speeches_are_a_play() -> None:
    text = "First Gardener:\nThe roses lean,\n\nDuke:\nWho speaks of me?\n\nFirst Gardener:\nNone."
    assert weigh(text.split("\n"), Path("a.txt"), AS_FOUND).convincing
