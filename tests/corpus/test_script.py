"""Scripts, their JSON, and what lines know about themselves."""

import json

import pytest
from hypothesis import given, settings

from tests.corpus.strategies import scripts
from textgen.corpus.script import Line, Scene, Script, ScriptStyle
from textgen.errors import CorpusError

COLON = ScriptStyle("colon")


def test_directions_are_found_in_order() -> None:
    line = Line("jerry", "(on the phone) hello [beat] you (he said (softly)) there")
    assert line.directions == ("(on the phone)", "[beat]", "(he said (softly))")
    assert Line(None, "no (end").directions == ()


def test_an_empty_heading_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one character"):
        Scene("")


def test_continued_parts_are_joined() -> None:
    one, two, three = Line("a", "1"), Line("b", "2"), Line("a", "3")
    script = Script((Scene("[x]", (one,)), Scene(None, (two,), continued=True), Scene(None, (three,))), COLON)
    assert script.scenes == (Scene("[x]", (one, two)), Scene(None, (three,)))
    assert script.lines == (one, two, three)


def test_json_has_the_stable_fields() -> None:
    script = Script((Scene("[x]", (Line("jerry", "hi"), Line(None, "He leaves."))),), COLON)
    values = json.loads(script.to_json())
    assert values["text"] == "[x]\njerry: hi\nHe leaves.\n"
    assert values["lines"] == [{"speaker": "jerry", "text": "hi"}, {"speaker": None, "text": "He leaves."}]


@given(scripts())
@settings(deadline=None)
def test_a_script_comes_back_from_json(script: Script) -> None:
    assert Script.from_json(script.to_json()) == script


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"scenes": [], "style": {"format": "opera"}}', '{"scenes": [{"heading": 3, "lines": 4}]}',
     '{"scenes": [{"heading": null, "lines": [{"speaker": 3, "text": "a"}]}], "style": {"format": "colon"}}'],
)  # fmt: skip
def test_broken_json_is_one_sentence(text: str) -> None:
    with pytest.raises(CorpusError):
        Script.from_json(text)


def test_an_unfinished_script_is_not_closed() -> None:
    script = Script((Scene(None, (Line("jerry", "hel"),)),), ScriptStyle("colon", 1))
    assert script.text == "jerry: hel\n\n"
    assert script.to_text(finished=False) == "jerry: hel"
