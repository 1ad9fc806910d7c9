"""The chat in a pseudo-terminal, keys in and screen out; wrapped lines; the private history file."""

import os
import re
import signal
import stat
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pexpect
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.repl.terminal import Wrapper, pages, private_file

PROMPT = "you:"
CTRL_C, CTRL_D, ESCAPE, TAB, RIGHT = "\x03", "\x04", "\x1b", "\t", "\x1b[C"
_PATIENCE = 10.0
"""Seconds that a text may take to come."""

_WHERE = "\x1b[6n"
"""Asks a terminal where its cursor is; it must answer, else there is no toolbar."""

_ESCAPES = re.compile(r"\x1b(\[[0-?]*[ -/]*[@-~]|[()].|[=>])")


needs_modes = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


class Keyboard:
    """A chat in a pseudo-terminal."""

    def __init__(self, home: Path, options: tuple[str, ...], environment: dict[str, str]) -> None:
        self.process = pexpect.spawn(
            sys.executable,
            ["-m", "tests.repl.fake_chat", *options],
            env={
                **{key: value for key, value in os.environ.items() if key != "NO_COLOR"},
                "TERM": "xterm-256color",
                "HOME": str(home),
                "XDG_STATE_HOME": str(home / "state"),
                **environment,
            },
            dimensions=(30, 100),
            encoding="utf-8",
        )
        self.raw, self._seen, self._answered = "", 0, 0
        self.see(PROMPT)

    def see(self, text: str) -> str:
        """Waits until a text comes after what was seen last; gives what came before it. Colours do not count."""
        deadline = time.monotonic() + _PATIENCE
        while text not in self.screen[self._seen :]:
            assert time.monotonic() < deadline, f"{text!r} never came; the last was {self.screen[self._seen :]!r}"
            self._read()
        before, self._seen = self._seen, self.screen.index(text, self._seen) + len(text)
        return self.screen[before : self._seen - len(text)]

    def type(self, *keys: str) -> None:
        """Presses keys."""
        self.process.send("".join(keys))

    def end(self) -> tuple[str, int]:
        """Waits until the chat has ended; gives the rest of the screen and the exit code."""
        try:
            while True:
                self._read()
        except pexpect.EOF:
            self.process.close()
        return self.screen[self._seen :], self.process.exitstatus

    @property
    def screen(self) -> str:
        """All that came, without colours."""
        return _ESCAPES.sub("", self.raw)

    def _read(self) -> None:
        with suppress(pexpect.TIMEOUT):
            self.raw += self.process.read_nonblocking(4096, timeout=1)
        while self._answered < self.raw.count(_WHERE):
            self._answered += 1
            self.type("\x1b[1;1R")


@pytest.fixture
def chat(tmp_path: Path) -> Iterator[Callable[..., Keyboard]]:
    """Starts chats, and sees to it that they end."""
    if not hasattr(pexpect, "spawn"):
        pytest.skip("this system has no pseudo-terminals")
    started: list[Keyboard] = []

    def start(*options: str, **environment: str) -> Keyboard:
        started.append(Keyboard(tmp_path, options, environment))
        return started[-1]

    yield start
    for keyboard in started:
        if keyboard.process.isalive():
            keyboard.process.kill(signal.SIGKILL)
            keyboard.process.wait()  # close(force=True) gives a killed process a tenth of a second to be gone
        keyboard.process.close()


def is_coloured(raw: str) -> bool:
    """Whether a colour was asked for, beside bold and the like."""
    codes = {int(code) for found in re.findall(r"\x1b\[([0-9;]+)m", raw) for code in found.split(";")}
    return bool(codes & {*range(30, 39), *range(40, 49), *range(90, 108)})


def test_a_conversation_and_the_next_one_that_remembers_its_lines(chat, tmp_path: Path) -> None:
    first = chat()
    first.type("hello there\r")
    first.see("1. You said: hello there")
    first.type("a rather long message\r")
    first.see("tokens/s")
    first.type("Bye!\r")
    rest, code = first.end()
    assert "smalltalk: Goodbye!" in rest
    assert code == 0
    assert is_coloured(first.raw)
    (history,) = tmp_path.rglob("chat_history")
    assert stat.S_IMODE(history.stat().st_mode) == 0o600
    assert "+hello there\n" in history.read_text(encoding="utf-8")
    second = chat()
    second.type("a rath")
    second.see("er long message")
    second.type(RIGHT, "\r")
    second.see("1. You said: a rather long message")
    second.see(PROMPT)
    second.type(CTRL_D)
    rest, code = second.end()
    assert "smalltalk: Goodbye!" in rest
    assert code == 0


def test_control_c_stops_the_reply_or_the_line_and_the_talk_goes_on(chat) -> None:
    keyboard = chat()
    keyboard.type("word " * 200, "\r")
    keyboard.see("1. You said: word word")
    keyboard.type(CTRL_C)
    keyboard.see("Stopped.")
    keyboard.see(PROMPT)
    keyboard.type("/history\r")
    keyboard.see("smalltalk:")
    assert keyboard.see(PROMPT).count("word") < 200
    keyboard.type("not this")
    keyboard.see("this")
    keyboard.type(CTRL_C)
    assert "Ctrl-D" not in keyboard.see(PROMPT)
    keyboard.type(CTRL_C)
    keyboard.see("Ctrl-D ends the chat.")
    keyboard.see(PROMPT)
    keyboard.type("/quit\r")
    assert keyboard.end()[1] == 0


def test_two_lines_bytes_that_are_no_text_and_completion(chat) -> None:
    keyboard = chat()
    keyboard.type("one", ESCAPE, "\r", "two\r")
    keyboard.see("1. You said: one")
    keyboard.see("two")
    keyboard.see(PROMPT)
    os.write(keyboard.process.child_fd, b"caf\xe9 \xff\r")
    keyboard.see("2. You said: caf")
    keyboard.see(PROMPT)
    keyboard.type("/set temper")
    keyboard.see("temperature 0.8")
    keyboard.type(TAB)
    keyboard.see("ature")
    keyboard.type("\r", " 0.25\r")
    keyboard.see("temperature is now 0.25.")
    keyboard.see("temperature 0.25")
    keyboard.type(CTRL_D)
    assert keyboard.end()[1] == 0


def test_a_listing_longer_than_the_window_comes_page_by_page(chat) -> None:
    keyboard = chat("--as", "jerry", "--seed", "7")  # a script model speaks as its character
    keyboard.see("seed 7")
    keyboard.process.setwinsize(12, 60)
    keyboard.type("/help\r")
    assert "/help" in keyboard.see("Enter shows more")
    keyboard.type("\r")
    assert "/help [COMMAND]" not in keyboard.see("Enter shows more")
    keyboard.type("q\r")
    keyboard.see(PROMPT)
    keyboard.type("hello\r")
    keyboard.see("jerry:")
    keyboard.see("You said: hello")


def test_without_colours_and_where_nothing_can_be_kept_the_chat_works_and_says_so(chat, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be", encoding="utf-8")
    (tmp_path / "Library").write_text("the same on macOS", encoding="utf-8")
    keyboard = chat(NO_COLOR="1")
    assert "are not saved for later" in keyboard.screen
    keyboard.type("hello\r")
    keyboard.see("1. You said: hello")
    keyboard.type("/nonsense\r")
    keyboard.see("no such command")
    assert not is_coloured(keyboard.raw)


def wrapped(*texts: str, width: int = 10, indent: int = 0) -> str:
    wrapper = Wrapper(lambda: width, len)
    shown = [fragment for text in [*texts, "\n"] for fragment in wrapper.feed([("", text)], indent)]
    return "".join(text for _, text in shown).removesuffix("\n")


def test_a_page_has_as_many_lines_as_fit() -> None:
    shown = [("term", "a"), ("", " b\nc\n  d"), ("", "\n"), ("", "e\n")]
    found = ["".join(text for _, text in page) for page in pages(shown, 2)]
    assert found == ["a b\nc\n", "  d\ne\n"]
    assert list(pages([], 2)) == []


def test_a_word_goes_to_the_next_line_as_a_whole() -> None:
    assert wrapped("how are", " yo", "u today?") == "how are\nyou today?"


def test_a_line_may_be_full() -> None:
    assert wrapped("0123456789 a") == "0123456789\na"
    assert wrapped("01234 6789 a") == "01234 6789\na"


def test_a_word_is_held_back_until_it_is_whole() -> None:
    wrapper = Wrapper(lambda: 10, len)
    assert wrapper.feed([("reply", "one tw")]) == [("reply", "one")]
    assert wrapper.feed([("reply", "o ")]) == [("", " "), ("reply", "tw"), ("reply", "o")]
    assert wrapper.feed([("", "\n")]) == [("", "\n")]


def test_long_words_are_shown_without_waiting() -> None:
    wrapper = Wrapper(lambda: 10, len)
    assert wrapper.feed([("", "x" * 30)]) == [("", "x" * 30)]


def test_lines_that_go_on_are_indented() -> None:
    assert wrapped("one two three\nfour five six", indent=2) == "one two\n  three\nfour five\n  six"


def test_white_space_inside_a_line_stays() -> None:
    assert wrapped("  a    b") == "  a    b"


@given(st.lists(st.text("abc ", max_size=12), max_size=12), st.integers(5, 20))
def test_it_breaks_where_the_standard_library_would(texts: list[str], width: int) -> None:
    text = " ".join("".join(texts).split())
    if all(len(word) <= width for word in text.split()):
        assert wrapped(*text, width=width) == "\n".join(textwrap.wrap(text, width))


@given(st.lists(st.text(max_size=9), max_size=9), st.integers(1, 20))
def test_nothing_but_white_space_changes(texts: list[str], width: int) -> None:
    assert "".join(wrapped(*texts, width=width).split()) == "".join("".join(texts).split())


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@needs_modes
def test_a_new_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = private_file(tmp_path / "state" / "textgen" / "history")
    finally:
        os.umask(before)
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


@needs_modes
def test_an_old_file_becomes_private_and_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("+hello\n", encoding="utf-8")
    path.chmod(0o644)
    assert private_file(path).read_text(encoding="utf-8") == "+hello\n"
    assert mode(path) == 0o600


@needs_modes
def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        private_file(tmp_path)
