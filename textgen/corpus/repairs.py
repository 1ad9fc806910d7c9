"""Repairs of decoded text: control characters that were typographic ones, bytes that were not UTF-8."""

import re
import unicodedata
from collections import Counter

REPAIRS: dict[str, str] = {
    "bom": "byte order mark removed",
    "nul": "NUL characters removed",
    "c1": "control characters turned into the Windows characters they stand for",
    "crlf": "line ends turned into plain ones",
    "nfc": "lines brought into the Unicode form NFC",
    "undecodable": "bytes that do not fit the encoding read as Windows characters or U+FFFD",
}
"""The kinds of repair, and what each does, for people."""

_ESCAPED_BYTE = re.compile("[\udc80-\udcff]")
_C1 = re.compile("[\x80-\x9f]")


def repair(text: str, counts: Counter[str]) -> str:
    """Remove NULs, and turn escaped bytes and C1 controls into Windows characters.

    U+0085 is one of them (the ellipsis), so that it cannot split a line. Five controls stand for nothing in
    Windows either: they are invisible, and are removed.

    Args:
        text: decoded with the error handler "surrogateescape" if the encoding is UTF-8.
        counts: is added to, see REPAIRS.
    """
    if nuls := text.count("\x00"):
        counts["nul"] += nuls
        text = text.replace("\x00", "")
    if text.isascii():
        return text
    text, controls = _C1.subn(lambda found: _windows(ord(found[0])) or "", text)
    counts["c1"] += controls
    text, escaped = _ESCAPED_BYTE.subn(lambda found: _windows(ord(found[0]) - 0xDC00) or "\ufffd", text)
    counts["undecodable"] += escaped
    return text


def whole_pairs(text: str) -> str:
    """The text with U+FFFD for each half of a surrogate pair: nothing could write it as UTF-8."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def repair_escaped(text: str) -> str:
    """Repairs what escapes in JSON bring into a text that is repaired already: NULs, half pairs, forms other than NFC.

    Example:
        >>> repair_escaped("so cute \\ud83d")
        'so cute \ufffd'
    """
    text = text.replace("\x00", "")
    return text if text.isascii() else unicodedata.normalize("NFC", whole_pairs(text))


def _windows(value: int) -> str | None:
    """Give the character of a byte in cp1252; None for the five that have none."""
    try:
        return bytes([value]).decode("cp1252")
    except UnicodeDecodeError:
        return None
