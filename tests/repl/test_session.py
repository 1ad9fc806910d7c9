"""The session apart from its commands: messages, farewells, options, failures, the transcript."""

import errno
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import is_linear
from tests.repl.conftest import opener
from tests.repl.fake_bot import FakeBot
from textgen.errors import ConfigurationError, ModelError
from textgen.repl.commands import handle
from textgen.repl.outputs import Failure, Piece, ReplyBegins, ReplyEnds
from textgen.repl.session import Session, Transcript, failure_sentence, is_farewell


def test_a_message_is_answered_piece_by_piece(session: Session) -> None:
    outputs = list(handle(session, "hello"))
    assert outputs == [ReplyBegins("echo"), Piece("1."), Piece(" You"), Piece(" said:"), Piece(" hello"), ReplyEnds()]


def test_an_empty_line_is_no_message_at_the_keyboard(session: Session) -> None:
    assert list(handle(session, "  \n ")) == []
    assert session.bot.turns == ()


def test_two_slashes_say_a_text_that_begins_with_one(session: Session) -> None:
    list(handle(session, "//help me"))
    assert session.bot.turns[0].text == "/help me"


def test_a_bare_farewell_is_answered_and_ends(tell, session: Session) -> None:
    assert tell("how do I quit smoking?") == "echo: 1. You said: how do I quit smoking?\n"
    assert not session.over
    assert tell("Bye!") == "echo: Goodbye!\n"
    assert session.over


def test_what_was_shown_is_what_was_said(session: Session) -> None:
    outputs = handle(session, "one two three")
    for _ in range(3):
        next(outputs)
    outputs.close()
    assert [turn.text for turn in session.bot.turns] == ["one two three", "1. You"]


def test_a_failure_is_a_sentence_and_the_talk_goes_on(tell) -> None:
    assert "Something went wrong inside textgen (ZeroDivisionError: a bug)" in tell("crash")
    assert "Traceback" not in tell("crash")
    assert "You said: hello" in tell("hello")


def test_debug_shows_the_traceback() -> None:
    (failure,) = handle(Session(FakeBot(), opener, debug=True), "crash")
    assert "Traceback" in failure.text and "in stream" in failure.text


def test_options_are_set_from_the_start() -> None:
    session = Session(FakeBot(), opener, {"seed": 7, "temperature": 0.5})
    assert session.status() == "echo | temperature 0.5 | seed 7"
    with pytest.raises(ConfigurationError, match="temperature=-1"):
        Session(FakeBot(), opener, {"temperature": -1})


def test_the_status_tells_the_speed_of_the_last_reply(session: Session) -> None:
    assert session.status() == "echo | temperature 0.8 | seed 1234"
    list(handle(session, "hello"))
    assert session.status() == "echo | temperature 0.8 | seed 1234"  # the first reply took the loading with it
    list(handle(session, "hello again"))
    assert session.status().endswith(" tokens/s")
    list(session.replace_bot(FakeBot()))
    assert "tokens/s" not in session.status()


def test_the_status_fits_a_narrow_window(session: Session) -> None:
    whole = session.status()
    assert session.status(len(whole)) == whole
    assert session.status(30) == "echo | temperature 0.8"
    assert session.status(10) == "echo"
    assert session.status(3) == "ec…"


def test_the_greeting_is_two_lines_and_says_how_to_leave(session: Session) -> None:
    first, second = session.greeting()
    assert "echo" in first.text
    assert "/help" in second.text and "Ctrl-D" in second.text


@given(st.lists(st.text(), max_size=5))
def test_nothing_that_is_typed_raises(lines: list[str]) -> None:
    session = Session(FakeBot(), opener)
    for line in lines:
        if not line.lstrip().startswith(("/save", "/load")):
            list(handle(session, line))


def records(path: Path) -> list[tuple[str, ...]]:
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert all(line["model"] and line["time"] for line in lines)
    return [tuple(value for key, value in line.items() if key not in ("time", "model")) for line in lines]


def test_the_transcript_is_written_turn_by_turn(tmp_path: Path) -> None:
    path = tmp_path / "talk.jsonl"
    with Transcript(path) as transcript:
        session = Session(FakeBot(), opener, transcript=transcript)
        list(handle(session, "hello \U0001f600"))
        assert records(path) == [("said", "user", "hello \U0001f600"), ("said", "bot", "1. You said: hello \U0001f600")]
        path.write_text("", encoding="utf-8")
        for line in ("/retry", "/candidates", "/pick 2", "/undo", "/say-first", "/reset", "/model other", "bye"):
            list(handle(session, line))
    assert records(path) == [
        ("retry", "bot", "2. Again: hello \U0001f600"),
        ("pick", "bot", "candidate 2"),
        ("undo",),
        ("said", "bot", "3. I speak first."),
        ("reset",),
        ("reset",),
        ("said", "user", "bye"),
        ("said", "bot", "Goodbye!"),
    ]


def test_the_transcript_has_what_was_shown_of_a_reply_that_was_stopped(tmp_path: Path) -> None:
    with Transcript(tmp_path / "talk.jsonl") as transcript:
        session = Session(FakeBot(), opener, transcript=transcript)
        for wanted in (1, 2):
            outputs = handle(session, f"message {wanted}")
            for _ in range(wanted):
                next(outputs)
            outputs.close()
    assert records(tmp_path / "talk.jsonl") == [("said", "user", "message 2"), ("said", "bot", "1.")]


def test_a_transcript_on_a_full_disk_is_given_up_and_told_once() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no device that is always full")
    with Transcript(full) as transcript:  # closing it does not fail once more
        session = Session(FakeBot(), opener, transcript=transcript)
        *reply, failure = handle(session, "hello")
        assert reply[-1] == ReplyEnds()
        assert isinstance(failure, Failure) and "No space left" in failure.text
        assert list(handle(session, "hello"))[-1] == ReplyEnds()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ModelError("No model."), "No model."),
        (
            PermissionError(errno.EACCES, "Permission denied", "/x"),
            "The system refused access to /x: Permission denied",
        ),
        (
            OSError(errno.ENOSPC, "No space left on device", "/x"),
            "There was no space left to write /x (No space left on",
        ),
        (MemoryError(), "/set candidates 1"),
        (KeyError("a bug"), "inside textgen (KeyError: 'a bug')"),
    ],
)
def test_any_exception_is_a_sentence(error: Exception, told: str) -> None:
    assert told in failure_sentence(error)
    assert "\n" not in failure_sentence(error)


def test_debug_puts_the_traceback_before_it() -> None:
    assert failure_sentence(ModelError("No model."), debug=True).endswith("ModelError: No model.\nNo model.")


@pytest.mark.parametrize(
    "text",
    [
        "bye",
        "Bye!",
        "  GOODBYE.  ",
        "good-bye",
        "Bye, bye!",
        "quit",
        "exit()",
        '"Exit"',
        "see  you",
        "bye \U0001f44b",
        "Bye\n",
    ],
)
def test_alone_it_ends_the_talk(text: str) -> None:
    assert is_farewell(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "...",
        "how do I exit vim?",
        "bye for now, or not",
        "don't quit",
        "byes",
        "goodbyes",
        "I said bye",
        "/quit",
        " /bye",
    ],
)
def test_inside_a_sentence_or_a_word_it_does_not(text: str) -> None:
    assert not is_farewell(text)


def test_a_message_of_marks_takes_time_by_its_length() -> None:
    assert is_linear(is_farewell, lambda size: "a" + " " * size + "b", 2_000)
