"""The chat in a terminal. The only module that uses prompt_toolkit."""

import os
import re
import signal
import sys
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from prompt_toolkit import PromptSession, print_formatted_text
from prompt_toolkit.application import get_app, get_app_session
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import FormattedText
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.styles import Style
from prompt_toolkit.utils import get_cwidth

from textgen.repl.commands import handle, suggest
from textgen.repl.outputs import YOU, Fragments, Listing, Notice, Output, fragments
from textgen.repl.session import Session

try:
    import termios
except ImportError:  # Windows
    termios = None  # type: ignore[assignment]

_STYLE = Style.from_dict(
    {
        # Colours of the terminal's palette, readable on light and dark backgrounds; replies keep its text colour.
        "you": "bold ansigreen",
        "name": "bold ansimagenta",
        "note": "ansicyan",
        "error": "ansired",
        "term": "bold",
    }
)
_MENU_LINES = 6
_TABLE_INDENT = 4
_MORE = "Enter shows more, q and Enter stops."

_PARTS = re.compile(r"\n|[^\S\n]+|\S+")
_LONGEST_WAIT = 24
"""A word this many columns wide is shown before it is complete: some scripts have no spaces."""


def run_terminal(session: Session, history: Path) -> None:
    """Runs the chat until the person leaves.

    Args:
        session: answers.
        history: the file in which typed lines are kept, for the arrow keys of later chats.
    """
    kept = _history(history)
    prompt = _prompt(session, kept)
    screen = _Screen()
    screen.show(session.greeting())
    if isinstance(kept, InMemoryHistory):
        screen.show([Notice(f"The lines you type are not saved for later chats: {history} cannot be written.")])
    while not session.over:
        try:
            line = prompt.prompt()
        except KeyboardInterrupt:
            if not prompt.default_buffer.text:
                screen.show([Notice("There is nothing to stop. Ctrl-D ends the chat.")])
        except EOFError:
            screen.show(session.leave())
        else:
            screen.show(handle(session, line))


def _columns() -> int:
    return get_app_session().output.get_size().columns


def _rows() -> int:
    return get_app_session().output.get_size().rows


class _Screen:
    """Prints outputs, with lines broken between words."""

    def __init__(self) -> None:
        self._wrapper = Wrapper(_columns, get_cwidth)

    def show(self, outputs: Iterable[Output]) -> None:
        """Prints outputs as they come. Ctrl-C stops them."""
        with _interruptible_once(), _without_echo():
            try:
                for output in outputs:
                    self._print(output)
            except KeyboardInterrupt:
                if isinstance(outputs, Generator):
                    outputs.close()
                _put(self._wrapper.feed([("", "\n")]))
                self._print(Notice("Stopped."))

    def _print(self, output: Output) -> None:
        if not isinstance(output, Listing):
            _put(self._wrapper.feed(fragments(output)))
            return
        for number, page in enumerate(pages(self._wrapper.feed(fragments(output), _TABLE_INDENT), _rows() - 1)):
            if number and not _goes_on():
                return
            _put(page)


def pages(shown: Fragments, rows: int) -> Iterator[Fragments]:
    """Parts of a text that fit a window, each with as many whole lines as it has rows.

    Args:
        shown: wrapped text; every line has an end.
        rows: lines a page.
    """
    page: Fragments = []
    lines = 0
    for style, text in shown:
        for part in text.splitlines(keepends=True):
            page.append((style, part))
            lines += part.endswith("\n")
            if lines == rows:
                yield page
                page, lines = [], 0
    if page:
        yield page


def _goes_on() -> bool:
    """Waits for Enter before the next page; anything typed before it ends the listing."""
    _put([("note", _MORE)])
    line = sys.stdin.readline()
    _put([("", "\n")])
    return not line.strip()


def _put(shown: Fragments) -> None:
    styled = FormattedText([(f"class:{style}" if style else "", text) for style, text in shown])
    print_formatted_text(styled, style=_STYLE, end="", flush=True)


@contextmanager
def _interruptible_once() -> Iterator[None]:
    """The first Ctrl-C raises KeyboardInterrupt; later ones are ignored, so that cleaning up is not interrupted."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _without_echo() -> Iterator[None]:
    """What is typed while the bot writes is not shown among its words; the next prompt gets it."""
    if termios is None or not sys.stdin.isatty():
        yield
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    quiet = termios.tcgetattr(terminal)
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(terminal, termios.TCSANOW, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(terminal, termios.TCSANOW, before)


def _prompt(session: Session, history: History) -> PromptSession[str]:
    typing_a_command = Condition(lambda: get_app().current_buffer.text.startswith("/"))
    return PromptSession(
        [("class:you", f"{YOU}:"), ("", " ")],
        history=history,
        auto_suggest=AutoSuggestFromHistory(),
        completer=_CommandCompleter(session),
        complete_while_typing=typing_a_command,
        reserve_space_for_menu=_MENU_LINES,
        multiline=True,
        enable_suspend=True,
        prompt_continuation=" " * (len(YOU) + 2),
        key_bindings=_keys(),
        bottom_toolbar=lambda: f" {session.status(_columns() - 2)} ",
        style=_STYLE,
    )


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None  # the chosen completion is already in the line
        else:
            buffer.validate_and_handle()

    @keys.add("escape", "enter")
    def new_line(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text("\n")

    return keys


class _CommandCompleter(Completer):
    """Completes commands and their values."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """The texts that could replace what is before the cursor."""
        for text, length, help in suggest(self._session, document.text_before_cursor):
            yield Completion(text, -length, display_meta=help)


class _PrivateHistory(FileHistory):
    """A history file that only its owner can read. A full disk or an invalid character does not end the chat."""

    def store_string(self, string: str) -> None:
        """Appends a line, unless it cannot be written."""
        try:
            super().store_string(string.encode("utf-8", "replace").decode("utf-8"))
        except OSError:
            return


def _history(path: Path) -> History:
    try:
        return _PrivateHistory(str(private_file(path)))
    except OSError:
        return InMemoryHistory()


class Wrapper:
    """Wraps text while it is being written. A word is held back until it is complete; a line end releases it.

    Args:
        width: columns of a line, called each time, because windows change.
        measure: columns that a text takes.

    Example:
        >>> wrapper = Wrapper(lambda: 9, len)
        >>> "".join(text for _, text in wrapper.feed([("", "hello the"), ("", "re, you\\n")]))
        'hello\\nthere,\\nyou\\n'
    """

    def __init__(self, width: Callable[[], int], measure: Callable[[str], int]) -> None:
        self._width, self._measure = width, measure
        self._column = 0
        self._gap = ""
        self._word: Fragments = []

    def feed(self, fragments: Fragments, indent: int = 0) -> Fragments:
        """Adds text, and returns what can be shown now.

        Args:
            fragments: to be shown.
            indent: columns left free at the beginning of a continued line.
        """
        shown: Fragments = []
        for style, text in fragments:
            for part in _PARTS.findall(text):
                if part == "\n":
                    shown += [*self._placed(indent), ("", "\n")]
                    self._column, self._gap = 0, ""
                elif part.isspace():
                    shown += self._placed(indent)
                    self._gap += part
                else:
                    self._word.append((style, part))
                    if self._wide(self._word) >= _LONGEST_WAIT:
                        shown += self._placed(indent)
        return shown

    def _placed(self, indent: int) -> Fragments:
        if not self._word:
            return []
        needed, width = self._wide(self._word), self._width()
        gap = self._gap
        if self._column and self._column + self._measure(gap) + needed > width:
            gap, self._column = "\n" + " " * indent, indent
        else:
            self._column += self._measure(gap)
        self._column = (self._column + needed - 1) % width + 1
        placed: Fragments = [("", gap), *self._word] if gap else self._word
        self._gap, self._word = "", []
        return placed

    def _wide(self, fragments: Fragments) -> int:
        return sum(self._measure(text) for _, text in fragments)


def private_file(path: Path) -> Path:
    """Creates a file that only its owner can read (mode 0600), in a folder of mode 0700.

    A new file is private from the start; an existing one becomes private and keeps its content.

    Returns:
        The path.

    Raises:
        OSError: it cannot be created or written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.close(descriptor)
    path.chmod(0o600)
    return path
