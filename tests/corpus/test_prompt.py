"""What a person types, read as the corpus is written."""

import pytest

from textgen.corpus.prompt import ScriptPrompt, parse_prompt
from textgen.corpus.script import Line, Scene, ScriptStyle

HI = Scene(None, (Line("jerry", "hi"),))
ROMEO, EVE = (Scene(None, (Line(name, "hi"),)) for name in ("ROMEO", "EVE"))
COLON = ScriptStyle("colon", 1)


@pytest.mark.parametrize(
    ("text", "scenes", "line", "heading"),
    [
        ("", (), None, None),
        ("\n", (), None, None),
        ("jerry:", (), Line("jerry", ""), None),
        ("jerry: ", (), Line("jerry", ""), None),
        ("JERRY: hel", (), Line("JERRY", "hel"), None),
        ("jerry: hello ", (), Line("jerry", "hello "), None),
        ("jerry: hi\n", (HI,), None, None),
        ("jerry: hi\n\n", (HI,), None, None),
        ("jerry (softly): he ", (), Line("jerry", "(softly) he "), None),
        ("jerry: hi\ngeorge:", (HI,), Line("george", ""), None),
        ("jerry: hi\n\n\ngeorge:", (HI, Scene(None)), Line("george", ""), None),
        ("He leaves", (), Line(None, "He leaves"), None),
        ("(a few minutes later: ", (), Line(None, "(a few minutes later: "), None),
        ("[setting: coffee shop]", (Scene("[setting: coffee shop]"),), None, None),
        ("[bar]\njerry:", (Scene("[bar]"),), Line("jerry", ""), None),
        ("jerry: hi\n[setting: cof", (HI,), None, "[setting: cof"),
        ("scene: the bar ", (), None, "scene: the bar "),
        ("INT. HOUSE\n", (Scene("INT. HOUSE"),), None, None),
    ],
)
def test_colon(text: str, scenes: tuple[Scene, ...], line: Line | None, heading: str | None) -> None:
    assert parse_prompt(text, COLON) == ScriptPrompt(scenes, line, heading, COLON)


@pytest.mark.parametrize(
    ("text", "lines", "line"),
    [
        ("", [], None),
        ("one", [], "one"),
        ("one\n", ["one"], None),
        ("one\n\n two ", ["one", ""], " two "),
        ("one\n\n", ["one", ""], None),
        ("jerry: hi", [], "jerry: hi"),
    ],
)
def test_plain(text: str, lines: list[str], line: str | None) -> None:
    prompt = parse_prompt(text, ScriptStyle("plain"))
    assert [line.text for scene in prompt.scenes for line in scene.lines] == lines
    assert prompt.line == (None if line is None else Line(None, line))


def test_captions() -> None:
    prompt = parse_prompt("a cat.\n a do ", ScriptStyle("captions"))
    assert prompt.scenes == (Scene(None, (Line(None, "a cat."),)),)
    assert prompt.line == Line(None, "a do ")


@pytest.mark.parametrize(
    ("text", "scenes", "line", "heading"),
    [
        ("ROMEO:", (), Line("ROMEO", ""), None),
        ("ROMEO:\n", (), Line("ROMEO", ""), None),
        ("ROMEO:\nBut so", (), Line("ROMEO", "But so"), None),
        ("ROMEO: But soft\nwhat ", (), Line("ROMEO", "But soft\nwhat "), None),
        ("ROMEO (aside):\nBut", (), Line("ROMEO", "(aside)\nBut"), None),
        ("ROMEO:\nhi\n", (Scene(None, (Line("ROMEO", "hi"),)),), None, None),
        ("ROMEO: hi\n", (Scene(None, (Line("ROMEO", "hi"),)),), None, None),
        ("ROMEO:\nhi\n\nJULIET:", (Scene(None, (Line("ROMEO", "hi"),)),), Line("JULIET", ""), None),
        ("ROMEO:\nhi\n\n\nJULIET:\nBut", (ROMEO, Scene(None)), Line("JULIET", "But"), None),
        ("ROMEO:\nhi\n\n\n\nJULIET: But", (ROMEO, Scene(None)), Line("JULIET", "But"), None),
        ("ROMEO:\nhi\n \n\n", (ROMEO,), None, None),
        ("ROMEO:\nhi\n\n\n[Exeunt]", (ROMEO,), None, "[Exeunt]"),
        ("\n\nROMEO:", (), Line("ROMEO", ""), None),
        ("[Exeunt]", (), None, "[Exeunt]"),
        ("[Exeunt]\n", (Scene("[Exeunt]"),), None, None),
        ("He goes ", (), Line(None, "He goes "), None),
        ("\n\n", (), None, None),
    ],
)
def test_play(text: str, scenes: tuple[Scene, ...], line: Line | None, heading: str | None) -> None:
    style = ScriptStyle("play", 1)
    assert parse_prompt(text, style) == ScriptPrompt(scenes, line, heading, style)


@pytest.mark.parametrize(
    ("text", "scenes", "line", "heading"),
    [
        ("EVE", (), Line("EVE", ""), None),
        ("EVE (O.S.)\nWhat ", (), Line("EVE", "(O.S.)\nWhat "), None),
        ("@McDUCK\nhi\n", (Scene(None, (Line("McDUCK", "hi"),)),), None, None),
        ("eve: hel", (), Line("eve", "hel"), None),
        ("INT. HOU", (), None, "INT. HOU"),
        ("INT. HOUSE\n\nEVE\n", (Scene("INT. HOUSE"),), Line("EVE", ""), None),
        ("INT. HOUSE\nEVE\nhi", (Scene("INT. HOUSE"),), Line("EVE", "hi"), None),
        (".FLASHBACK\n\n!EVE sits", (Scene("FLASHBACK"),), Line(None, "EVE sits"), None),
        ("He sits.\n", (Scene(None, (Line(None, "He sits."),)),), None, None),
        ("EVE\nhi\n\n\nINT. HOU", (EVE,), None, "INT. HOU"),
        ("EVE\nhi\n\n\n\nBOB\nyo", (EVE,), Line("BOB", "yo"), None),
        ("EVE\nhi\n\n===\n\nBOB\nyo", (EVE, Scene(None)), Line("BOB", "yo"), None),
        ("EVE\nhi\n  \nmore", (), Line("EVE", "hi\n\nmore"), None),
        ("EVE\nhi\n  \nmore\n", (Scene(None, (Line("EVE", "hi\n\nmore"),)),), None, None),
        ("EVE\nhi\n \nmore", (EVE,), Line(None, "more"), None),
    ],
)
def test_fountain(text: str, scenes: tuple[Scene, ...], line: Line | None, heading: str | None) -> None:
    style = ScriptStyle("fountain")
    assert parse_prompt(text, style) == ScriptPrompt(scenes, line, heading, style)
