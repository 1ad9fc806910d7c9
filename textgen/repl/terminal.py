"""The chat in a terminal; the only file that knows prompt_toolkit."""

import signal
import sys
from collections.abc import Generator, Iterable, Iterator
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

from textgen.repl.commands import suggest
from textgen.repl.outputs import Note, Output, Table
from textgen.repl.private_file import private_file
from textgen.repl.rendering import YOU, Fragments, fragments
from textgen.repl.session import Session
from textgen.repl.wrapping import Wrapper

try:
    import termios
except ImportError:  # Windows
    termios = None  # type: ignore[assignment]

_STYLE = Style.from_dict(
    {
        # Colours of the terminal's own palette that can be read on light and on dark; replies keep its text colour.
        "you": "bold ansigreen",
        "name": "bold ansimagenta",
        "note": "ansicyan",
        "error": "ansired",
        "term": "bold",
    }
)
_MENU_LINES = 6
_TABLE_INDENT = 4


def run_terminal(session: Session, history: Path) -> None:
    """Talks until the person leaves.

    Args:
        session: answers.
        history: the file that keeps the lines typed, for the arrow keys of later sessions.
    """
    kept = _history(history)
    prompt = _prompt(session, kept)
    screen = _Screen()
    screen.show(session.greeting())
    if isinstance(kept, InMemoryHistory):
        screen.show([Note(f"The lines you type are not kept for later: {history} cannot be written.")])
    while not session.over:
        try:
            line = prompt.prompt()
        except KeyboardInterrupt:
            if not prompt.default_buffer.text:
                screen.show([Note("Nothing to stop here; Ctrl-D leaves.")])
        except EOFError:
            screen.show(session.leave())
        else:
            screen.show(session.handle(line))


class _Screen:
    """Prints outputs, with lines broken between words."""

    def __init__(self) -> None:
        self._wrapper = Wrapper(lambda: get_app_session().output.get_size().columns, get_cwidth)

    def show(self, outputs: Iterable[Output]) -> None:
        """Prints outputs as they come; Ctrl-C ends them."""
        with _interruptible_once(), _without_echo():
            try:
                for output in outputs:
                    self._print(output)
            except KeyboardInterrupt:
                if isinstance(outputs, Generator):
                    outputs.close()
                _put(self._wrapper.feed([("", "\n")]))
                self._print(Note("Stopped."))

    def _print(self, output: Output) -> None:
        _put(self._wrapper.feed(fragments(output), _TABLE_INDENT if isinstance(output, Table) else 0))


def _put(shown: Fragments) -> None:
    styled = FormattedText([(f"class:{style}" if style else "", text) for style, text in shown])
    print_formatted_text(styled, style=_STYLE, end="", flush=True)


@contextmanager
def _interruptible_once() -> Iterator[None]:
    """The first Ctrl-C raises KeyboardInterrupt; those after it are ignored, so that cleaning up is not cut off."""

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
    """What is typed while the bot writes is not shown in the midst of its words; the next prompt takes it."""
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
        bottom_toolbar=lambda: f" {session.status()} ",
        style=_STYLE,
    )


def _keys() -> KeyBindings:
    keys = KeyBindings()

    @keys.add("enter")
    def send(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state and buffer.complete_state.current_completion:
            buffer.complete_state = None  # the completion chosen is in the line already
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
        """What could stand before the cursor."""
        for text, length, help in suggest(self._session, document.text_before_cursor):
            yield Completion(text, -length, display_meta=help)


class _PrivateHistory(FileHistory):
    """A history whose file only its owner reads, and that a full disk or an odd byte does not end."""

    def store_string(self, string: str) -> None:
        """Appends a line; one that cannot be written is not kept."""
        try:
            super().store_string(string.encode("utf-8", "replace").decode("utf-8"))
        except OSError:
            return


def _history(path: Path) -> History:
    try:
        return _PrivateHistory(str(private_file(path)))
    except OSError:
        return InMemoryHistory()
