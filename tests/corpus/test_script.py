"""Scripts, their JSON, and what lines know about themselves."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.corpus.strategies import scripts, styles, texts
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


SCENES = (
    Scene("[setting: coffee shop]", (Line("jerry", "hello"), Line(None, "He leaves."), Line("jerry", ""))),
    Scene(None, (Line("MR. X", "one\ntwo"),)),
)


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (
            ScriptStyle("colon"),
            "[setting: coffee shop]\njerry: hello\nHe leaves.\njerry:\n\nMR. X: one\ntwo\n",
        ),
        (
            ScriptStyle("colon", 1),
            "[setting: coffee shop]\n\njerry: hello\n\nHe leaves.\n\njerry:\n\n\nMR. X: one\ntwo\n\n",
        ),
        (
            ScriptStyle("play"),
            "[setting: coffee shop]\n\njerry:\nhello\n\nHe leaves.\n\njerry:\n\n\nMR. X:\none\ntwo\n\n",
        ),
        (
            ScriptStyle("fountain"),
            ".[setting: coffee shop]\n\n@jerry\nhello\n\nHe leaves.\n\n@jerry\n  \n\n===\n\nMR. X\none\ntwo\n\n",
        ),
        (ScriptStyle("plain"), "[setting: coffee shop]\njerry: hello\nHe leaves.\njerry:\nMR. X: one\ntwo\n"),
    ],
)
def test_text(style: ScriptStyle, text: str) -> None:
    assert Script(SCENES, style).text == text


def test_line_parts() -> None:
    style = ScriptStyle("colon", 1)
    assert (style.line_prefix("jerry"), style.line_prefix(None), style.line_suffix) == ("jerry: ", "", "\n\n")


@given(styles, st.sampled_from(["jerry", "EVE", None]), texts, texts)
@example(ScriptStyle("fountain"), "EVE", "see [", "[1]")
@example(ScriptStyle("fountain"), "EVE", "see /\\", "* 1")
@example(ScriptStyle("fountain"), "EVE", "a\n ", "b")
@example(ScriptStyle("fountain"), "EVE", "(V.O.)", "\nhi")
def test_what_is_settled_stays(style: ScriptStyle, speaker: str | None, text: str, more: str) -> None:
    settled = style.partial_line(Line(speaker, text))
    assert style.line_text(Line(speaker, text)).startswith(settled)
    assert style.partial_line(Line(speaker, text + more)).startswith(settled)


@given(scripts())
def test_the_text_is_made_of_its_scenes(script: Script) -> None:
    assert "".join(script.style.pieces(script.scenes)) == script.text


@given(styles)
def test_a_style_comes_back_from_json(style: ScriptStyle) -> None:
    assert ScriptStyle.from_json(style.to_json()) == style


UNLIKELY = [{"format": "colon", "blank_lines": number} for number in (-1, 101, 2**31)]


@pytest.mark.parametrize("values", [{}, {"format": "opera"}, {"format": 3}, *UNLIKELY])
def test_an_unknown_style_is_one_sentence(values: dict[str, object]) -> None:
    with pytest.raises(CorpusError):
        ScriptStyle.from_json(values)
