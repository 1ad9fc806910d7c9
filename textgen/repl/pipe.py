"""The chat on a pipe: one message a line in, one reply a line out, and nothing else."""

import os
import sys
from collections.abc import Iterator
from typing import IO

from textgen.repl.outputs import Failure, Output, Piece
from textgen.repl.session import Session

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def run_pipe(session: Session, messages: IO[bytes], replies: IO[str]) -> None:
    """Answers every line until the messages end or say goodbye, or nobody reads the replies any more.

    Args:
        session: answers; slashes mean nothing to it here.
        messages: UTF-8; what is not becomes U+FFFD. An empty line is a message too.
        replies: each is flushed, its line breaks are spaces.
    """
    try:
        for message in _lines(messages):
            print(_one_line(session.say(message)), file=replies, flush=True)
            for failure in session.late_failures():
                if isinstance(failure, Failure):
                    print(failure.text, file=sys.stderr)
            if session.over:
                return
    except BrokenPipeError:
        # The reader has left. What Python flushes when it ends would fail as well.
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
