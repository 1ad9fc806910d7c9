"""Telling `NAME: text` from a sentence that happens to hold a colon."""

import re
from functools import lru_cache
from typing import NamedTuple

_BRACKETED = re.compile(r"\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\]")
_COLON = re.compile("[:：]")
_WORD = re.compile(r"\w\S*")
_SENTENCE = re.compile(r"[?!;…()\[\]]|\w{6,}\. |\.{3}")
_UNKNOWN_SPEAKER = re.compile(r"\?+")
_TIME = re.compile(r"\s*[0-5]\d(?!\d)")
_HOUR = re.compile(r"(?:^|\s)\d{1,2}$")
_NO_NAME_BEFORE = ("(", "[", "%", "*", "{", "<", "-", "=", "# ", "##", ">", "•", "–", "—", "/", "~", ".")
MAX_WORDS = 6
MAX_CHARACTERS = 60


class Cue(NamedTuple):
    """A speaker in front of a colon."""

    speaker: str
    directions: str
    """The stage directions that stood between name and colon, brackets included, joined by a space."""
    text: str
    """What follows the colon, as it stands."""


def parse_cue(line: str) -> Cue | None:
    """Split `NAME (directions): text`; None where the line is not one.

    Args:
        line: a line without white space at its ends.

    Example:
        >>> parse_cue("jerry (on the phone): hello")
        Cue(speaker='jerry', directions='(on the phone)', text=' hello')
        >>> parse_cue("we gotta go! it's 8: 15") is None
        True
    """
    if line.startswith(_NO_NAME_BEFORE):
        return None
    colon = _first_colon(line)
    if colon < 0:
        return None
    named, text = _named(line[:colon]), line[colon + 1 :]
    if named is None or text.startswith("//") or (_TIME.match(text) and _HOUR.search(named[0])):
        return None
    return Cue(*named, text)


def is_name(text: str) -> bool:
    """Whether a text could be a speaker's name: short, with a letter or digit, no sentence; or `???`."""
    if _UNKNOWN_SPEAKER.fullmatch(text):
        return True
    if not text or len(text) > MAX_CHARACTERS or text.startswith(_NO_NAME_BEFORE):
        return False
    words = _WORD.findall(text)
    return 0 < len(words) <= MAX_WORDS and not _SENTENCE.search(text)


@lru_cache(maxsize=4096)  # the same people speak again and again
def _named(before: str) -> tuple[str, str] | None:
    """The speaker and the directions in front of a colon; None where there is no name."""
    speaker = " ".join(_BRACKETED.sub(" ", before).split())
    return (speaker, " ".join(_BRACKETED.findall(before))) if is_name(speaker) else None


def _first_colon(line: str) -> int:
    """The place of the first colon (also the full-width one) outside brackets, or -1."""
    head = line[:400]
    if "(" in head or "[" in head:
        head = _BRACKETED.sub(lambda match: " " * len(match[0]), head)
    found = _COLON.search(head)
    return found.start() if found else -1
