"""Encodings whose bytes are all ASCII: ISO-2022 of mail in Japanese and Korean, HZ of old Chinese mail, and UTF-7."""

import codecs
import re
import unicodedata

_ESCAPES = re.compile(rb"\x1b(?:\$[@AB]|\$\([A-DOPQ]|\([JI]|\$\)C|\.[AF])")
_KOREAN = b"\x1b$)C"
_ISO_2022_JP = ("iso2022_jp", "iso2022_jp_1", "iso2022_jp_2", "iso2022_jp_2004", "iso2022_jp_ext")
_HZ = re.compile(rb"~\{(?:[\x21-\x77][\x21-\x7e])+~\}")
_UTF_7 = re.compile(rb"\+[A-Za-z0-9+/]{3,}")
_FEWEST = 3
"""Fewest stretches of UTF-7 that are no chance."""


def find_seven_bit(head: bytes, is_whole: bool) -> str | None:
    """The encoding of a text beyond ASCII that is written in ASCII bytes; None where it says what it shows.

    Args:
        head: the first megabytes.
        is_whole: whether this is the whole text; otherwise a character may be cut at the end.
    """
    if _ESCAPES.search(head):
        names = ("iso2022_kr",) if _KOREAN in head else _ISO_2022_JP
        return next((name for name in names if _decoded(head, name, is_whole) is not None), None)
    if b"~{" in head and _HZ.search(head) and _is_one_script(_decoded(head, "hz", is_whole)):
        return "hz"
    if b"+" in head and len(_UTF_7.findall(head)) >= _FEWEST and _is_one_script(_decoded(head, "utf_7", is_whole)):
        return "utf_7"
    return None


def _decoded(head: bytes, name: str, is_whole: bool) -> str | None:
    try:
        return codecs.getincrementaldecoder(name)("strict").decode(head, is_whole)
    except UnicodeDecodeError:
        return None


def _is_one_script(text: str | None) -> bool:
    """Whether what is not ASCII in a text is in one script, or in those of Japanese; chance gives letters from many."""
    letters = [letter for letter in text or "" if not letter.isascii() and letter.isalpha()]
    scripts = {unicodedata.name(letter, "?").split(" ")[0] for letter in letters}
    return bool(letters) and (len(scripts) == 1 or scripts <= {"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
