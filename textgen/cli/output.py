"""The streams of the commands: what they print, what they write to a file that a person named, and what they read."""

import errno
import io
import os
import sys
from typing import TYPE_CHECKING

import click

from textgen.terminal import shown

if TYPE_CHECKING:
    from pathlib import Path

OTHERS = "(others)"
"""What all speakers together are called that a discriminator does not tell apart."""


def echo(text: str | bytes, err: bool = False, nl: bool = True) -> None:
    """Prints a text or the bytes of a file.

    Args:
        text: on a terminal it is shown without control characters; a pipe gets it as it is.
        err: to stderr.
        nl: whether to end the line.
    """
    stream = sys.stderr if err else sys.stdout
    written = shown(text, stream) if isinstance(text, str) else text
    click.echo(written, file=stream, nl=nl, color=True)  # without color=True, click removes escape sequences in pipes


def read_in(path: "Path") -> str:
    """The text of a file that a person named, or of stdin where that is `-`.

    Raises:
        CorpusError: the file cannot be read as text.
    """
    if str(path) == "-":
        return sys.stdin.buffer.read().decode("utf-8-sig", errors="replace")
    from textgen.corpus.reading import TextFile

    return "\n".join(TextFile(path).lines())


def write_out(path: "Path", content: str | bytes, told: str = "") -> None:
    """Writes what was made to the file that a person named, which it replaces, or to stdout where that is `-`.

    Args:
        path: the file.
        content: of it.
        told: to stderr, where there is a file.
    """
    if str(path) == "-":
        echo(content, nl=False)
        return
    from textgen.files import replacing

    with replacing(path, through_links=True) as file:
        file.write(content.encode() if isinstance(content, str) else content)
    echo(told, err=True, nl=bool(told))


def open_closed_streams() -> None:
    """Makes up for standard streams that were closed, as by `>&-`.

    Their numbers are taken, so that no file that is opened later gets what is printed. Printing to a closed stdout is
    an error; of a closed stderr nobody wants to know.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free
    sys.stdout = sys.stdout or _Closed()
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 - open to the end


class _Closed(io.TextIOBase):
    """A standard output that is closed."""

    def write(self, text: str) -> int:
        raise OSError(errno.EBADF, "it is closed", "the standard output")
