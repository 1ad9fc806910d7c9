"""Text on a terminal: characters that could take it over are shown as replaced; a pipe or a file gets them as they are.

Corpora, models and names of files hold whatever people put there: an escape sequence among it could move the cursor,
rename the window or write into the input line.
"""

import re
import sys
from typing import IO, Any

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""All control characters but the tab and the line end, line separators, and halves of pairs that cannot be encoded."""


def harmless(text: str) -> str:
    """The text as a terminal may show it: a space for what breaks a line, U+FFFD for other control characters.

    Example:
        >>> harmless("hi\\x1b[2J")
        'hi\ufffd[2J'
    """
    return _CONTROL.sub(lambda found: " " if found[0] in "\r\u2028\u2029\x85" else "\ufffd", text)


def shown(text: str, stream: IO[Any] | None) -> str:
    """The text as it is to be written to a stream: harmless on a terminal, unchanged elsewhere."""
    return harmless(text) if stream is not None and stream.isatty() else text


def note(text: str) -> None:
    """Writes a line to stderr."""
    if sys.stderr is not None:  # programs without a console have none
        print(shown(text, sys.stderr), file=sys.stderr, flush=True)
