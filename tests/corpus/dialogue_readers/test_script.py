"""Scripts as dialogues."""

from pathlib import Path

import pytest

from tests.corpus.dialogue_readers.files import read
from textgen.corpus.dialogue_readers.script import spoken
from textgen.corpus.scene import Line

SCRIPT = """\
[bar]
jerry: (sits down) hello (waves), you
George: [whispers]
He leaves.
jerry: bye
[an empty room]
A clock ticks.
[the street]
jerry: well
jerry: well
"""


def test_scenes_are_dialogues(tmp_path: Path) -> None:
    found, report = read("script", tmp_path, SCRIPT)
    assert found == [
        [("jerry", "hello, you"), ("George", ""), ("jerry", "bye")],
        [("jerry", "well"), ("jerry", "well")],
    ]
    assert report.changes == {"line without a speaker left out": 2, "stage direction left out of a turn": 3}


def test_tables_are_scripts_too(tmp_path: Path) -> None:
    found, _ = read("script", tmp_path, 'Episode,Character,Line\n1,Stan,"Dude!\n"\n1,Kyle,Hi\n2,Kyle,Again\n')
    assert found == [[("Stan", "Dude!"), ("Kyle", "Hi")], [("Kyle", "Again")]]


def test_very_long_scenes_come_in_parts(tmp_path: Path) -> None:
    found, _ = read("script", tmp_path, "a: one\nb: two\n" * 1200)
    assert [len(turns) for turns in found] == [1000, 1000, 400]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("well (he waits), no (turning) way", "well, no way"),
        ("(to (the) pan) I see.", "I see."),
        ("yes ... [cut off]", "yes ..."),
        ("what (loud)!", "what!"),
        ("it is  3 (three) (3)  o'clock", "it is  3 o'clock"),
        ("(open I say", "(open I say"),
        ("(a)(a)", ""),
        ("(O.S.)\nHello.", "Hello."),
    ],
)
def test_directions_are_not_spoken(text: str, said: str) -> None:
    assert spoken(Line("eve", text)) == said
