"""Nothing that is said to a trained chatbot, in whatever order, makes it fail or answer with anything but a line."""

import re
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from textgen.chatbot import Chatbot
from textgen.generation.conversation import clean
from textgen.model_folder import Model, ModelFolder
from textgen.repl.session import is_farewell

NASTY = [
    "",
    " \t\u00a0\u3000",
    "\x00\x1b[2J\x7f\x9b\r\n\x0b\u0085\u2028",
    "\ud800",
    "\udfff\ud83d moon \udc00\ud800",
    "😀👩‍👩‍👧🏳️‍🌈",
    "e" + "\u0301" * 500,
    "你好吗 שלום \u202e мир",
    "\ufeff\ufffe\uffff\U0010ffff",
    "what colour is the moon " * 5_000,
    "a" * 100_000,
    "/quit",
]
MESSAGES = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(NASTY)

OPTIONS = st.sampled_from(
    [
        {},
        {"candidates": 1},
        {"candidates": 3, "temperature": 5.0},
        {"candidates": 2, "max_new_tokens": 1},
        {"candidates": 2, "blocked": ("the", "e", "\ud800", "👩‍👩‍👧"), "max_new_tokens": 12},
        {"candidates": 1, "stop": ("the", "is", "?")},
        {"num_beams": 3, "max_new_tokens": 8},
        {"temperature": 0, "no_repeat_ngram_size": 1, "no_copy": 8},
    ]
)


def assert_is_one_line(text: str) -> None:
    text.encode()
    assert text.strip() and len(text.splitlines()) == 1
    assert not {character for character in text if unicodedata.category(character) == "Cc"}


class AnyTalk(RuleBasedStateMachine):
    """A talk in which everything is tried, and what must have been said in it."""

    def __init__(self, model: Model, file: Path) -> None:
        super().__init__()
        self.bot, self.file = Chatbot(model), file
        self.said: list[tuple[str, str]] = []

    def bot_says(self, text: str) -> None:
        assert_is_one_line(text)
        self.said.append((text, "bot"))

    @rule(message=MESSAGES, options=OPTIONS)
    def reply(self, message: str, options: dict[str, object]) -> None:
        reply = self.bot.reply(message, **options)
        if reply or "stop" not in options:
            self.said.append((clean(message), "user"))
            self.bot_says(reply)
        if "blocked" in options:
            assert not re.search(r"\b(the|e)\b", reply.casefold())

    @rule(message=MESSAGES, options=OPTIONS, pieces=st.integers(0, 4))
    def stop_listening(self, message: str, options: dict[str, object], pieces: int) -> None:
        stream = self.bot.stream(message, **options)
        shown = "".join(islice(stream, pieces))
        stream.close()  # type: ignore[attr-defined]
        if shown:
            self.said.append((clean(message), "user"))
            self.bot_says(shown)

    @rule(options=OPTIONS)
    def say_first(self, options: dict[str, object]) -> None:
        reply = self.bot.say_first(**options)
        if reply or "stop" not in options:
            self.bot_says(reply)

    @precondition(lambda self: self.said)
    @rule(options=OPTIONS)
    def retry(self, options: dict[str, object]) -> None:
        reply = self.bot.retry(**options)
        if reply or "stop" not in options:
            self.said.pop()
            self.bot_says(reply)

    @precondition(lambda self: self.said)
    @rule(number=st.integers(1, 4))
    def pick_the_last_candidate(self, number: int) -> None:
        offered = self.bot.candidates(number)
        assert 1 <= len(offered) <= number
        self.said.pop()
        self.bot_says(self.bot.pick(len(offered)))

    @precondition(lambda self: self.said)
    @rule()
    def undo(self) -> None:
        assert self.bot.undo()
        self.said.pop()
        if self.said and self.said[-1][1] == "user":
            self.said.pop()

    @rule()
    def save_and_open(self) -> None:
        self.bot.save(self.file)
        self.bot.reset()
        assert self.bot.turns == ()
        self.bot.open(self.file)

    @invariant()
    def all_that_was_said_is_remembered(self) -> None:
        assert [(turn.text, turn.speaker) for turn in self.bot.turns] == self.said


@pytest.mark.slow
def test_any_talk_goes_on(chat_model: Path, tmp_path: Path) -> None:
    model = ModelFolder(chat_model).load()
    run_state_machine_as_test(
        lambda: AnyTalk(model, tmp_path / "talk.json"),
        settings=settings(
            max_examples=30, stateful_step_count=12, deadline=None, suppress_health_check=[HealthCheck.too_slow]
        ),
    )


def command(model: Path) -> list[str]:
    return [sys.executable, "-m", "textgen", "chat", "--model", str(model), "--candidates", "2"]


@pytest.fixture(scope="module")
def pipe(chat_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[bytes]]:
    """A chat that reads from a pipe; it is killed after a while, so that no test waits for it for ever."""
    complaints = tmp_path_factory.mktemp("pipe") / "stderr"
    with complaints.open("wb") as stderr:
        process = subprocess.Popen(
            command(chat_model), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, bufsize=0
        )
        timer = threading.Timer(120, process.kill)
        timer.start()
        with process:
            yield process
            process.stdin.close()  # type: ignore[union-attr]
        timer.cancel()
    assert (process.returncode, complaints.read_bytes()) == (0, b"")


@pytest.mark.slow
@given(st.binary(max_size=200).filter(lambda line: b"\n" not in line))
@example(b"")
@example(b"\x00")
@example(b"\r")
@example(b"\xff\xfe")
@example("\ud83d".encode("utf-8", "surrogatepass"))
@example(b"\xf0\x9f\x98")
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_on_a_pipe_get_a_line(pipe: subprocess.Popen[bytes], line: bytes) -> None:
    assume(not is_farewell(line.decode("utf-8", "replace")))
    assert pipe.stdin is not None and pipe.stdout is not None
    pipe.stdin.write(line + b"\n")
    reply = pipe.stdout.readline()
    assert reply.endswith(b"\n"), pipe.poll()
    assert_is_one_line(reply.decode().removesuffix("\n"))


@pytest.mark.slow
def test_as_many_lines_come_out_of_a_pipe_as_went_in(chat_model: Path) -> None:
    lines = [text.replace("\n", "").encode("utf-8", "surrogatepass") for text in NASTY]
    lines += [b"\xff" * 1000, b"soup " * 200_000, b"", b"", b"half a line at the end \xe2\x82"]
    done = subprocess.run(command(chat_model), input=b"\n".join(lines), capture_output=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")
    replies = done.stdout.decode().removesuffix("\n").split("\n")
    assert len(replies) == len(lines)
    for reply in replies:
        assert_is_one_line(reply)
