"""Unicode's composed form of a text, in time that grows with its length alone."""

import re
import unicodedata
from itertools import groupby

_MAYBE_MARKS = re.compile(r"[^\w\s\x00-\x7f]{31,}")
"""More marks on one letter than any language has (Unicode's Stream-Safe Text Format allows 30)."""


def composed(text: str) -> str:
    """A text in Unicode's form NFC.

    `unicodedata.normalize` puts the marks of a letter in order by insertion: 40,000 of them take it five seconds. A
    long run is therefore sorted first. Marks of one class keep their order, so that the form is the same.

    Example:
        >>> composed("e\\u0301") == "\\u00e9"
        True
    """
    if text.isascii() or unicodedata.is_normalized("NFC", text):
        return text
    return unicodedata.normalize("NFC", _MAYBE_MARKS.sub(_in_order, text))


def _in_order(run: re.Match[str]) -> str:
    decomposed = "".join(unicodedata.normalize("NFD", character) for character in run[0])
    parts = groupby(decomposed, lambda character: unicodedata.combining(character) > 0)
    return "".join("".join(sorted(part, key=unicodedata.combining)) for _, part in parts)
