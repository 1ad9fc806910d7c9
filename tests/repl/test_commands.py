"""Every command as text in, text out."""

from pathlib import Path

import pytest

from textgen.errors import ConfigurationError
from textgen.repl.commands import COMMANDS, suggest
from textgen.repl.session import SETTINGS, Session

BEST_FIRST = (
    "Best first, scores in nats a token: likely, fits the message, not too short, no repetition. /pick N uses one.\n"
)
TEMPO = "The option 'temprature' was given, but chatting knows no such option: did you mean temperature?\n"

FRESH = "The seed of this conversation is 1234. The next one gets a new seed; /seed N sets a fixed one.\n"
FIXED = "The seed of this conversation and the next ones is 7; /seed none goes back to new seeds.\n"

HOT = (
    "was asked for, but temperature must be 0 (greedy) or a finite number above it: give such a value, or leave it "
    "out.\n"
)

TRANSCRIPTS = {
    "help": [
        ("/help undo", "  /undo  take back your last message and its reply\n"),
        ("/HELP /pick", "  /pick N  replace the last reply with a candidate\n"),
        (
            "/help nonsense",
            "/nonsense was asked for, but there is no such command: /help shows them all. (To say a text "
            "that begins with a slash, type two slashes.)\n",
        ),
    ],
    "set": [
        ("/set temperature", "  temperature  0.8  0 (greedy) or a finite number above it\n"),
        ("/set num_beams 4", "num_beams is now 4.\ntemperature is now 0.\n"),
        ("/set num_beams 1", "num_beams is now 1.\ntemperature is now 0.8.\n"),
        ("/set temperature 0.5", "temperature is now 0.5.\n"),
        ("/set temperature=0 num_beams=4", "temperature is now 0.\nnum_beams is now 4.\n"),
        (
            "/set temperature -1",
            f"temperature=-1 {HOT}",
        ),
        (
            "/set temperature hot",
            f"temperature='hot' {HOT}",
        ),
        ("/set temprature 1", TEMPO),
        ("/set temprature", TEMPO),
        ("/set candidates 1", "candidates is now 1.\n"),
        ("/set stop 'the end' fin", 'stop is now "the end" "fin".\n'),
        ("/set stop none", "stop is now none.\n"),
        ("/set max_new_tokens none", "max_new_tokens is now none.\n"),
        (
            "/set stop 'the",
            '/set was given "stop \'the", in which a quotation mark is not closed: close it, or leave it out.\n',
        ),
        (
            "/set seed=1 temperature",
            "/set was given 'temperature' among options written as NAME=VALUE: write all of them that way, or a single "
            "one as NAME VALUE.\n",
        ),
        (
            "/set temperature 1 top_k 20",
            "/set was given top_k after the value of temperature: to set several options, write each as NAME=VALUE, "
            "as in /set temperature=1 top_k=...\n",
        ),
        ("/set blocked 1 seed", 'blocked is now "1" "seed".\n'),
        ("/set blocked none", "blocked is now none.\n"),
        ("/set temperature", "  temperature  0  0 (greedy) or a finite number above it\n"),
    ],
    "reset": [
        ("hello", "echo: 1. You said: hello\n"),
        ("/reset", "The conversation starts over.\n"),
        ("/history", "Nothing has been said yet.\n"),
        ("/reset now", "/reset was given 'now', but it takes nothing after its name: type it alone.\n"),
    ],
    "undo": [
        ("/undo", "/undo was asked for, but nothing has been said yet: say something first.\n"),
        ("hello", "echo: 1. You said: hello\n"),
        ("/undo", "Taken back: the last message and its reply.\n"),
        ("/history", "Nothing has been said yet.\n"),
        ("/say-first", "echo: 2. I speak first.\n"),
        ("/undo", "Taken back: what the bot said first.\n"),
    ],
    "retry": [
        ("/retry", "A retry was asked for, but nothing was said yet.\n"),
        ("hello", "echo: 1. You said: hello\n"),
        ("/retry", "echo: 2. Again: hello\n"),
        ("/history", "you: hello\necho: 2. Again: hello\n"),
        ("/set temperature 0", "temperature is now 0.\n"),
        (
            "/retry",
            "echo: 2. Again: hello\n"
            "That is the same reply again. A higher temperature gives others, as in /set temperature 1.\n",
        ),
    ],
    "candidates": [
        ("hello", "echo: 1. You said: hello\n"),
        (
            "/candidates 2",
            f"  1  -0.50  75% real  candidate 1\n  2  -1.00  75% real  candidate 2\n{BEST_FIRST}",
        ),
        ("/set rerank off", "rerank is now off.\n"),
        ("/candidates 1", f"  1  -0.50  candidate 1\n{BEST_FIRST}"),
        (
            "/candidates two",
            "/candidates was given 'two', but it needs a whole number: type one, as in /candidates 2.\n",
        ),
        ("/candidates 0", "0 candidates were asked for: ask for 1 or more.\n"),
    ],
    "pick": [
        ("hello", "echo: 1. You said: hello\n"),
        ("/pick 2", "echo: candidate 2\n"),
        ("/history", "you: hello\necho: candidate 2\n"),
        ("/pick 9", "Candidate 9 was asked for, but there are 5.\n"),
        ("/pick", "/pick was given nothing, but it needs a whole number: type one, as in /pick 2.\n"),
    ],
    "say-first": [
        ("/say-first", "echo: 1. I speak first.\n"),
        ("/history", "echo: 1. I speak first.\n"),
    ],
    "save": [
        ("hello", "echo: 1. You said: hello\n"),
        ("/save", "/save was given no file: name one, as in /save talk.json.\n"),
        ("/save my talk.json", "Saved 2 turns in my talk.json.\n"),
        ("/save my talk.json", "Saved 2 turns in my talk.json.\n"),
        (
            "/save other's.json",
            "The conversation was to be saved in other's.json, but that file exists already: give another name.\n",
        ),
        (
            "/save no/such/folder.json",
            "The system refused access to no/such/folder.json: No such file or directory; check "
            "the path, the rights and the disk.\n",
        ),
    ],
    "load": [
        ("hello", "echo: 1. You said: hello\n"),
        ("/save talk.json", "Saved 2 turns in talk.json.\n"),
        ("/reset", "The conversation starts over.\n"),
        ("/load talk.json", "Continuing after 2 turns:\nyou: hello\necho: 1. You said: hello\n"),
        ("/model other", "You are now talking to other; the conversation starts over.\n"),
        (
            "/load talk.json",
            "Continuing after 2 turns of a conversation with echo:\nyou: hello\nother: 1. You said: hello\n",
        ),
        ("/load", "/load was given no file: name one, as in /load talk.json.\n"),
        ("/load other's.json", "other's.json holds no conversation.\n"),
        (
            "/load missing.json",
            "The system refused access to missing.json: No such file or directory; check the path, the "
            "rights and the disk.\n",
        ),
    ],
    "model": [
        ("/set seed 7", "seed is now 7.\n"),
        ("hello", "echo: 1. You said: hello\n"),
        ("/model nowhere", "A model was asked for at nowhere, but no model.json is there.\n"),
        ("/history", "you: hello\necho: 1. You said: hello\n"),
        ("/model other", "You are now talking to other; the conversation starts over.\n"),
        ("/history", "Nothing has been said yet.\n"),
        ("/seed", FIXED),
        ("/model runs/show as MISS PIGGY", "You are now talking to MISS PIGGY; the conversation starts over.\n"),
        ("/model same as before", "You are now talking to same as before; the conversation starts over.\n"),
    ],
    "seed": [
        ("/seed", FRESH),
        ("/seed 7", FIXED),
        ("/seed none", FRESH),
    ],
    "history": [
        ("/history", "Nothing has been said yet.\n"),
        ("/say-first", "echo: 1. I speak first.\n"),
        ("red\x1b[31m alert", "echo: 2. You said: red\ufffd[31m alert\n"),
        ("/history", "echo: 1. I speak first.\nyou: red\ufffd[31m alert\necho: 2. You said: red\ufffd[31m alert\n"),
    ],
    "quit": [
        ("/quit smoking", "/quit was given 'smoking', but it takes nothing after its name: type it alone.\n"),
        ("/quit", "echo: Goodbye!\n"),
    ],
}
"""For each command what is typed and what is seen."""


@pytest.mark.parametrize("name", TRANSCRIPTS)
def test_a_command(tell, tmp_path: Path, name: str) -> None:
    (tmp_path / "other's.json").write_text("no conversation", encoding="utf-8")
    (tmp_path / "same as before").mkdir()
    for line, expected in TRANSCRIPTS[name]:
        assert tell(line) == expected, line


def test_every_command_has_its_transcript_and_its_help(tell) -> None:
    assert set(TRANSCRIPTS) == set(COMMANDS)
    shown = tell("/help")
    for command in COMMANDS.values():
        assert f"  {command.usage}  " in shown
        assert command.help in shown
    assert "//text" in shown


@pytest.mark.parametrize("line", ["/", "/nonsense", "/hlep"])
def test_an_unknown_command_is_told(tell, session: Session, line: str) -> None:
    assert "there is no such command" in tell(line)
    assert session.bot.turns == () and not session.over


def test_the_nearest_command_is_named(tell) -> None:
    assert "did you mean /help?" in tell("/hlep")


@pytest.mark.parametrize("line", ["/exit", "/Bye", "/QUIT"])
def test_other_words_for_leaving_leave_too(tell, session: Session, line: str) -> None:
    assert tell(line) == "echo: Goodbye!\n"
    assert session.over


def test_set_shows_every_option_and_what_is_allowed(tell) -> None:
    shown = tell("/set").splitlines()
    assert [line.split()[0] for line in shown] == list(SETTINGS)
    assert all(line.endswith(setting.allowed) for line, setting in zip(shown, SETTINGS.values(), strict=True))


def test_any_word_may_be_set_as_an_option(tell) -> None:
    assert "self" in tell("/set self=1")


def test_the_models_that_are_here_are_listed(tell, tmp_path: Path) -> None:
    for name in ("echo", "other"):
        (tmp_path / "runs" / name).mkdir(parents=True)
        (tmp_path / "runs" / name / "model.json").write_text("{}", encoding="utf-8")
    (tmp_path / "runs" / "unfinished").mkdir()
    shown = tell("/model")
    assert "runs/echo   in use\n" in shown
    assert "runs/other\n" in shown
    assert "unfinished" not in shown


def test_options_that_another_model_refuses_are_told_and_the_others_kept(tell, session: Session) -> None:
    tell("/set seed 7", "/set temperature 0.5")
    original = session.opener

    def without_temperature(path: str, speaker: str | None):
        bot = original(path, speaker)
        keep = bot.set

        def choosy(**options):
            if "temperature" in options:
                raise ConfigurationError("not here")
            keep(**options)

        bot.set = choosy
        return bot

    session.opener = without_temperature
    assert "not here" in tell("/model other")
    assert session.bot.options.seed == 7 and session.bot.options.temperature == 0.8


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("/", list(COMMANDS)),
        ("/s", ["set", "say-first", "save", "seed"]),
        ("/S", ["set", "say-first", "save", "seed"]),
        ("/help ca", ["candidates"]),
        ("/set temp", ["temperature"]),
        ("/set temperature ", ["0", "0.5", "0.8", "1", "1.2"]),
        ("/set temperature 1", ["1", "1.2"]),
        ("/set temperature=0.", ["0.5", "0.8"]),
        ("/set temperature=0 num_b", ["num_beams"]),
        ("/set nonsense ", []),
        ("/pick ", ["1", "2", "3"]),
        ("/seed n", ["none"]),
        ("/save t", ["talks/", "two.json"]),
        ("/load talks/", ["talks/one.json"]),
        ("/load .", [".hidden"]),
        ("/load nowhere/", []),
        ("/load ~no such person/", []),
        ("/load \0", []),
        ("/model r", ["runs/show", "runs/"]),
        ("/model runs/", ["runs/show", "runs/unfinished/"]),
        ("/model ta", ["talks/"]),
        ("/undo ", []),
        ("/nonsense ", []),
        ("hello", []),
        ("//", []),
        ("/set\n", []),
        ("", []),
    ],
)
def test_what_is_offered(session: Session, tell, tmp_path: Path, typed: str, offered: list[str]) -> None:
    for path in ("talks/one.json", "two.json", ".hidden", "runs/show/model.json", "runs/unfinished/x"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    tell("hello", "/candidates 3")
    found = list(suggest(session, typed))
    assert [suggestion.text for suggestion in found] == offered
    for suggestion in found:
        assert typed[len(typed) - suggestion.length :].casefold() == suggestion.text[: suggestion.length].casefold()
