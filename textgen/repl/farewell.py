"""Telling a bare farewell from a sentence that has the word in it."""

import re

FAREWELL = "Goodbye!"
"""What a farewell is answered with."""

_FAREWELLS = frozenset(
    {
        "bye",
        "bye bye",
        "byebye",
        "exit",
        "farewell",
        "good bye",
        "goodbye",
        "quit",
        "see ya",
        "see you",
        "see you later",
    }
)
_OUTSIDE = re.compile(r"^[\W_]+|[\W_]+$")
_BETWEEN = re.compile(r"[\s,-]+")


def is_farewell(text: str) -> bool:
    """Whether a message says goodbye and nothing else, in any case and with any punctuation around it.

    A message that begins with a slash does not: on a pipe that is a text like any other.

    Example:
        >>> is_farewell("Good-bye!"), is_farewell("how do I exit vim?"), is_farewell("/quit")
        (True, False, False)
    """
    if text.lstrip().startswith("/"):
        return False
    return _BETWEEN.sub(" ", _OUTSIDE.sub("", text)).casefold() in _FAREWELLS
