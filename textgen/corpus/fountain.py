"""The elements of a Fountain screenplay (https://fountain.io/syntax): recognising them, and writing them.

Action, transitions, centred text, lyrics, sections and synopses are narration, kept as they are written.
What is normalised: white space at the ends of physical lines; empty lines at the ends of a speech; the
extension of a cue (`EVE (O.S.)`) becomes the first line of the speech, and goes back to the cue where it is one
of EXTENSIONS; dual dialogue's `^` is left out. A page break is a scene without heading.

Text that holds `[[` or `/*`, which open notes and boneyards, is written with a backslash between the two.
"""

import re
from collections.abc import Iterator, Sequence

from textgen.corpus.scene import Element, Line, SceneOpening

PAGE_BREAK = "==="
BLANK = "  "
"""An empty line inside a speech: two spaces, so that the speech goes on below."""

EXTENSIONS = ("(V.O.)", "(O.S.)", "(O.C.)", "(CONT'D)", "(cont'd)", "(CONT’D)")

_HEADING = re.compile(r"(?:INT\.?/EXT|EXT\.?/INT|INT|EXT|EST|I/E)(?P<mark>[. ])", re.IGNORECASE)
_TITLE_KEY = re.compile(
    r"(?:title|credit|authors?|source|draft date|date|contact|copyright|notes|revision|episode|series)\s*:",
    re.IGNORECASE,
)
_CUE = re.compile(r"(?P<name>.*?)\s*(?P<extension>(?:\([^()]*\)\s*)*)(?P<dual>\^?)")
_PAGE_BREAK = re.compile(r"={3,}")
_NOT_A_CUE = ("!", "~", ">", "#", "=", ".", "(", "[")
_ESCAPES = ((re.compile(r"\[(?=\\*\[)"), "[\\\\"), (re.compile(r"/(?=\\*\*)"), "/\\\\"))
_UNESCAPES = ((re.compile(r"\[\\(?=\\*\[)"), "["), (re.compile(r"/\\(?=\\*\*)"), "/"))


def is_title_page(line: str) -> bool:
    """Whether a file that begins with this line begins with a title page."""
    return _TITLE_KEY.match(line.strip()) is not None


def opens_speech(line: str) -> bool:
    """Whether a block that begins with this line may hold empty lines of two spaces."""
    return line.startswith("!") or parse_cue(line) is not None


def parse_heading(line: str, alone: bool) -> str | None:
    """The scene heading in a line, without a forcing dot; None where it is no heading.

    Args:
        line: the first line of a block.
        alone: whether it is the block's only line, as the syntax asks.
    """
    line = line.strip()
    if line.startswith(".") and not line.startswith(".."):
        return line[1:].strip() or None
    natural = _HEADING.match(line)
    return line if natural and (alone or natural["mark"] == ".") else None


def parse_cue(line: str) -> tuple[str, str] | None:
    """The speaker and the extension in a character cue, or None where it is none.

    Example:
        >>> parse_cue("EVE (O.S.)"), parse_cue("@McDUCK ^"), parse_cue("Not a cue")
        (('EVE', '(O.S.)'), ('McDUCK', ''), None)
    """
    line = line.strip()
    forced = line.startswith("@")
    match = _CUE.fullmatch(line.removeprefix("@").strip() if forced else line)
    if match is None or not match["name"]:
        return None
    name = match["name"]
    if not forced and (name != name.upper() or not any(map(str.isalpha, name)) or _is_other(name)):
        return None
    return name, match["extension"].strip()


def _is_other(name: str) -> bool:
    return name.startswith(_NOT_A_CUE) or name.endswith("TO:") or _HEADING.match(name) is not None


def block_elements(lines: Sequence[str]) -> Iterator[Element]:
    """The elements of a block of lines without an empty line between them.

    A page break is yielded as a `SceneOpening` without heading.
    """
    while lines:
        first = lines[0].strip()
        heading = parse_heading(first, alone=len(lines) == 1)
        if heading is not None:
            yield SceneOpening(_unescape(heading))
        elif _PAGE_BREAK.fullmatch(first):
            yield SceneOpening(None)
        elif first.startswith(("#", "=")):
            yield Line(None, _unescape(first))
        else:
            yield _speech_or_action(first, lines)
            return
        lines = lines[1:]


def _speech_or_action(first: str, lines: Sequence[str]) -> Line:
    parsed = parse_cue(first) if len(lines) > 1 else None
    if parsed is None:
        return Line(None, _text([first.removeprefix("!"), *lines[1:]]))
    speaker, extension = parsed
    return Line(_unescape(speaker), _text([extension, *lines[1:]] if extension else lines[1:]))


def _text(lines: Sequence[str]) -> str:
    return _unescape("\n".join(line.strip() for line in lines).strip("\n"))


def heading(text: str) -> str:
    """A scene heading as Fountain writes it, with a forcing dot where it needs one."""
    line = _escape(text.replace("\n", " "))
    return line if parse_heading(line, alone=True) == line else f".{' ' * line.startswith('.')}{line}"


def cue(speaker: str) -> str:
    """A character cue as Fountain writes it, with a forcing `@` where it needs one."""
    line = _escape(speaker.replace("\n", " "))
    bare = not line.startswith("@") and not is_title_page(line) and parse_cue(line) == (line, "")
    return line if bare else f"@{line}"


def speech(speaker: str, text: str) -> str:
    """A cue and the speech below it; a known extension on the speech's first line goes behind the name."""
    extension, _, below = text.partition("\n")
    if extension in EXTENSIONS:
        return f"{cue(speaker)} {extension}\n{body(below)}"
    return f"{cue(speaker)}\n{body(text)}"


def settled_speech(speaker: str, text: str) -> str:
    """As much of `speech(speaker, text)` as stays when the text grows."""
    first, line_end, below = text.partition("\n")
    if not line_end and any(extension.startswith(first) for extension in EXTENSIONS):
        return cue(speaker)
    if first in EXTENSIONS:
        return f"{cue(speaker)} {first}\n{settled_body(below)}"
    return f"{cue(speaker)}\n{settled_body(text)}"


def body(text: str) -> str:
    """The text of a speech below its cue; an empty line is two spaces."""
    return "\n".join(_escape(line) if line.strip() else BLANK for line in text.split("\n"))


def settled_body(text: str) -> str:
    """As much of `body(text)` as stays when the text grows.

    Only a last line without words waits: an escape adds backslashes behind what was there, never before it.
    """
    *done, last = text.split("\n")
    begun = _escape(last) if last.strip() else ""
    return "".join(body(line) + "\n" for line in done) + begun


def action(text: str) -> str:
    """Narration as Fountain writes it, with a forcing `!` where it would be read as something else."""
    raw = body(text)
    plain = bool(text) and "\n\n" not in text and not is_title_page(text)
    return raw if plain and list(block_elements(raw.split("\n"))) == [Line(None, text)] else f"!{raw.rstrip(' ')}"


def _escape(text: str) -> str:
    for pattern, replacement in _ESCAPES:
        text = pattern.sub(replacement, text)
    return text


def _unescape(text: str) -> str:
    for pattern, replacement in _UNESCAPES:
        text = pattern.sub(replacement, text)
    return text
