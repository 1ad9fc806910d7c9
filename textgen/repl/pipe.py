"""The chat on a pipe: each line of input is a message, each line of output is its reply."""

import os
from collections.abc import Iterator
from typing import IO

from textgen import terminal
from textgen.repl.outputs import Output, Piece
from textgen.repl.session import Session

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def run_pipe(session: Session, messages: IO[bytes], replies: IO[str]) -> None:
    """Answers every line until the messages end, one is a farewell, or nobody reads the replies any more.

    Args:
        session: answers; a line that begins with a slash is a message like any other.
        messages: lines of UTF-8; invalid bytes become U+FFFD. An empty line is a message too.
        replies: each is flushed, with its line breaks replaced by spaces.
    """
    try:
        for message in _lines(messages):
            print(_one_line(session.say(message)), file=replies, flush=True)
            for failure in session.late_failures():
                terminal.note(failure.text)
            if session.over:
                return
    except BrokenPipeError:
        # The reader has left. Python would fail once more when it flushes at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), replies.fileno())


def _lines(messages: IO[bytes]) -> Iterator[str]:
    first = True
    for line in messages:
        line = line.removeprefix(_BYTE_ORDER_MARK) if first else line
        first = False
        yield line.decode("utf-8", errors="replace").rstrip("\r\n")


def _one_line(outputs: Iterator[Output]) -> str:
    reply = "".join(output.text for output in outputs if isinstance(output, Piece))
    return " ".join(reply.splitlines())
