"""Making one line of valid text from anything a person may type or paste."""

import re

from textgen.corpus.repairs import whole_pairs
from textgen.errors import require_text

_NO_TEXT = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_NO_TEXT_RUN = re.compile(f"{_NO_TEXT.pattern}+")


def clean(message: str) -> str:
    """A message as one line: what is no text in it becomes one space, halves of surrogate pairs become U+FFFD.

    Example:
        >>> clean(" hello\\r\\n\\tthere\\x1b ")
        'hello there'

    Raises:
        ConfigurationError: it is no text.
    """
    require_text("the message", message)
    return _NO_TEXT_RUN.sub(" ", whole_pairs(message)).strip()


def one_line(text: str) -> str:
    """A text of the same length with a space for each control character and line break."""
    return _NO_TEXT.sub(" ", text)
