"""Fountain screenplays (https://fountain.io/syntax): recognised, read and written.

Action, transitions, centred text, lyrics, sections and synopses are narration, kept as they are written, and so are the
spaces before action. What is normalised: white space at the ends of physical lines, and before the lines of a speech;
empty lines at the ends of a speech; the extension of a cue (`EVE (O.S.)`) becomes the first line of the speech and goes
back to the cue where it is one of EXTENSIONS; dual dialogue's `^` is left out. A page break is a scene without heading.
The numbers of scenes (`#12#`) are left out; the title page, notes and boneyards are left out and counted.

A screenplay that was printed looks nearly the same. So numbers beside a heading are left out, too, and so is what
stands where a page ends (`(MORE)`, `2.`). Where headings are indented, all is, and no space before action is kept.

Text that holds `[[` or `/*`, which open notes and boneyards, is written with a backslash between the two; so is
`(MORE)` before its end.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, first_filled
from textgen.corpus.reading_options import ReadingOptions

PAGE_BREAK = "==="
BLANK = "  "
"""An empty line inside a speech: two spaces, so that the speech goes on below."""

EXTENSIONS = ("(V.O.)", "(O.S.)", "(O.C.)", "(CONT'D)", "(cont'd)", "(CONT’D)")

_IN_OR_OUT = (
    r"INT\.?/EXT|EXT\.?/INT|INT|EXT|EST|I/E|(?-i:(?:INNEN|AU(?:SS|ß|ẞ)EN)(?:\s?/\s?(?:INNEN|AU(?:SS|ß|ẞ)EN))?)"
    r"|(?-i:ИНТ|НАТ|ЭКСТ)(?=\.)"
)
_NUMBER = r"[A-Z]?\d{1,4}[A-Z]{0,2}"
_HEADING = re.compile(rf"(?:(?P<number>{_NUMBER})[.)]?\s+)?(?P<word>{_IN_OR_OUT})(?P<mark>[. ])", re.IGNORECASE)
_TITLE_KEY = re.compile(
    r"(?:title|credit|authors?|source|draft date|date|contact|copyright|notes|revision|episode|series)\s*:",
    re.IGNORECASE,
)
_SCENE_NUMBER = re.compile(r"#[\w.-]+#\Z")
_PAGE_BREAK = re.compile(r"={3,}")
_PAGE_TOP = re.compile(rf"\d{{1,3}}\.|(?:{_NUMBER}\s+)?CONTINUED:(?:\s*\(\d+\))?(?:\s+{_NUMBER})?")
_PAGE_END = ("(MORE)", "(CONTINUED)")
_NOT_A_CUE = ("!", "~", ">", "#", "=", ".", "(", "[")
_ESCAPES = (
    (re.compile(r"\[(?=\\*\[)"), "[\\\\"),
    (re.compile(r"/(?=\\*\*)"), "/\\\\"),
    (re.compile(r"\((MORE|CONTINUED)(?=\\*\))"), r"(\1\\"),
)
_UNESCAPES = (
    (re.compile(r"\[\\(?=\\*\[)"), "["),
    (re.compile(r"/\\(?=\\*\*)"), "/"),
    (re.compile(r"\((MORE|CONTINUED)\\(?=\\*\))"), r"(\1"),
)
_NOTE_OPENS, _NOTE_CLOSES = "[[", "]]"
_BONEYARD_OPENS, _BONEYARD_CLOSES = "/*", "*/"


@dataclass(frozen=True)
class FountainLayout(ScriptLayout):
    """The Fountain screenplay syntax; narration and headings are held back until they are whole."""

    name: ClassVar[str] = "fountain"
    scene_break: ClassVar[str] = f"{PAGE_BREAK}\n\n"

    @property
    def suffix(self) -> str:
        """What closes a line."""
        return "\n\n"

    def line_prefix(self, speaker: str | None) -> str:
        """The character cue on its own line."""
        return "" if speaker is None else _written_cue(speaker) + "\n"

    def line(self, line: Line) -> str:
        """A speech under its cue, or an action."""
        return _action(line.text) if line.speaker is None else _speech(line.speaker, line.text)

    def partial_line(self, line: Line) -> str:
        """The cue and the settled part of the speech."""
        return "" if line.speaker is None else _settled_speech(line.speaker, line.text)

    def heading(self, heading: str) -> str:
        """A scene heading, forced with a dot where needed."""
        line = _escape(heading.replace("\n", " "))
        return line if parse_heading(line, alone=True) == line else f".{' ' * line.startswith('.')}{line}"

    def partial_heading(self, heading: str) -> str:
        """Nothing: whether the dot is needed depends on the whole heading."""
        return ""


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of a `.fountain` file, or of scene headings and speeches under cues in many paragraphs."""
    layout = FountainLayout()
    reader = _read_unindented if _is_indented(head) else read
    elements = list(reader(head, layout, ReadReport()))
    headings = sum(isinstance(element, SceneOpening) and element.heading is not None for element in elements)
    speeches = sum(isinstance(element, Line) and element.speaker is not None for element in elements)
    reason = f"scene headings: {headings:,}, speeches under a cue: {speeches:,}, of {len(elements):,} elements"
    misfit = None if headings or speeches else first_filled(head)
    named = path.suffix.lower() == ".fountain"
    convincing = named or (headings > 0 and speeches > 1 and headings + speeches >= 0.3 * len(elements))
    return Evidence(
        convincing, f"the name ends in .fountain; {reason}" if named else reason, misfit, layout, read=reader
    )


def _is_indented(head: Sequence[str]) -> bool:
    """Whether all headings are indented, as on a page that was printed."""
    headings = [line for line in head if _natural_heading(line.strip())]
    return bool(headings) and all(line[:1].isspace() for line in headings)


def _read_unindented(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """As `read`, without any white space before lines."""
    return read(map(str.strip, lines), layout, report)


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield speeches, narration and scene openings; a page break counts as one where lines follow."""
    break_waits = has_elements = False
    for element in _elements(lines, report):
        if element == SceneOpening():
            break_waits = has_elements
            continue
        if break_waits and not isinstance(element, SceneOpening):
            yield SceneOpening()
        yield element
        break_waits, has_elements = False, True


def _elements(lines: Iterable[str], report: ReadReport) -> Iterator[Element]:
    for number, block in enumerate(_blocks(without_boneyard(lines, report))):
        if number == 0 and is_title_page(block[0]):
            report.change("title page left out")
            continue
        text = _without_notes("\n".join(block), report)
        lines_left = zip(text.split("\n"), block, strict=True)
        kept = [line for line, old in lines_left if line.strip() or not old.strip()]
        yield from block_elements(_without_page_ends(kept, report))


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    """The stretches of lines without an empty one; in a speech, two spaces do not count as empty."""
    block: list[str] = []
    for line in lines:
        if line.strip() or (block and line.startswith(BLANK) and opens_speech(block[0])):
            block.append(line)
        elif block:
            yield block
            block = []
    if block:
        yield block


def without_boneyard(lines: Iterable[str], report: ReadReport) -> Iterator[str]:
    """The lines without `/* … */`; a line that held nothing else is left out."""
    inside = False
    for line in lines:
        if not inside and _BONEYARD_OPENS not in line:
            yield line
            continue
        kept, rest = "", line
        while rest:
            mark = _BONEYARD_CLOSES if inside else _BONEYARD_OPENS
            before, found, rest = rest.partition(mark)
            kept += "" if inside else before
            if found:
                inside = not inside
                report.change("boneyard left out", int(inside))
        if kept.strip():
            yield kept
    if inside:
        report.change("boneyard never closed: the rest of the file was left out")


def _without_notes(text: str, report: ReadReport) -> str:
    """A block without `[[ … ]]`; its lines stay as many. A note that is never closed is none."""
    kept, begin = [], 0
    while (opens := text.find(_NOTE_OPENS, begin)) >= 0 and (closes := text.find(_NOTE_CLOSES, opens + 2)) >= 0:
        kept += [text[begin:opens], "\n" * text.count("\n", opens, closes)]
        begin = closes + len(_NOTE_CLOSES)
        report.change("note left out")
    return "".join([*kept, text[begin:]])


def _without_page_ends(block: Sequence[str], report: ReadReport) -> Sequence[str]:
    """A block without what stands where a page ends, and where the next begins above the block's own lines."""
    kept = [line for line in block if line.strip() not in _PAGE_END]
    while kept and _PAGE_TOP.fullmatch(kept[0].strip()):
        kept = kept[1:]
    report.change("page number, (MORE) or (CONTINUED) left out", len(block) - len(kept))
    return kept


def is_title_page(line: str) -> bool:
    """Whether a file that begins with this line begins with a title page."""
    return _TITLE_KEY.match(line.strip()) is not None


def opens_speech(line: str) -> bool:
    """Whether a block that begins with this line may hold empty lines of two spaces."""
    return line.lstrip().startswith("!") or parse_cue(line) is not None


def parse_heading(line: str, alone: bool) -> str | None:
    """The scene heading in a line, without a forcing dot; None where it is no heading.

    Args:
        line: the first line of a block.
        alone: whether it is the block's only line, as the syntax asks.
    """
    line = line.strip()
    if line.startswith(".") and not line.startswith(".."):
        return without_scene_number(line[1:].strip()) or None
    natural = _natural_heading(line)
    if natural is None or not (alone or natural["mark"] == "."):
        return None
    line, number = line[natural.start("word") :], natural["number"]
    if number and line.endswith(number) and line.removesuffix(number)[-1:].isspace():
        line = line.removesuffix(number).rstrip()
    return without_scene_number(line)


def _natural_heading(line: str) -> re.Match[str] | None:
    """The beginning of a line that is a heading without being forced to; a sentence that is counted is none."""
    found = _HEADING.match(line)
    return None if found and found["number"] and not found["word"].isupper() else found


def without_scene_number(heading: str) -> str:
    """A heading without the number at its end; one that is nothing else is kept.

    Example:
        >>> without_scene_number("INT. BARN - DAY #12-A#"), without_scene_number("#1#")
        ('INT. BARN - DAY', '#1#')
    """
    end = len(heading)
    while end and (number := _SCENE_NUMBER.match(heading, heading.rfind(" ", 0, end) + 1, end)) and number.start():
        end = number.start() - 1
        while end and heading[end - 1].isspace():
            end -= 1
    return heading[:end] if end else heading


def parse_cue(line: str) -> tuple[str, str] | None:
    """The speaker and the extension in a character cue, or None where it is none.

    Example:
        >>> parse_cue("EVE (O.S.)"), parse_cue("@McDUCK ^"), parse_cue("Not a cue")
        (('EVE', '(O.S.)'), ('McDUCK', ''), None)
    """
    line = line.strip()
    forced = line.startswith("@")
    name, extension = _name_and_extension(line.removeprefix("@").strip())
    if not name:
        return None
    if not forced and (name != name.upper() or not any(map(str.isalpha, name)) or _is_other(name)):
        return None
    return name, extension


def _name_and_extension(cue: str) -> tuple[str, str]:
    """A cue cut before the brackets at its end, without the mark of dual dialogue."""
    cue = cue.removesuffix("^").rstrip()
    end = len(cue)
    while end and cue[end - 1] == ")":
        opens = cue.rfind("(", 0, end)
        if opens < 0 or ")" in cue[opens : end - 1]:
            break
        end = opens
        while end and cue[end - 1].isspace():
            end -= 1
    return cue[:end], cue[end:].strip()


def _is_other(name: str) -> bool:
    is_other = name.startswith(_NOT_A_CUE) or name.endswith("TO:") or _natural_heading(name) is not None
    return is_other or _PAGE_TOP.fullmatch(name) is not None


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
        return Line(None, _text(map(str.rstrip, [action_start(lines[0]), *lines[1:]])))
    speaker, extension = parsed
    return Line(_unescape(speaker), _text(map(str.strip, [extension, *lines[1:]] if extension else lines[1:])))


def action_start(line: str) -> str:
    """The first line of an action: without a forcing `!`; with the spaces before it, unless it is a transition."""
    bare = line.lstrip()
    if bare.startswith("!"):
        return bare[1:]
    is_transition = bare.startswith(">") or (bare.rstrip().endswith("TO:") and bare == bare.upper())
    return bare if is_transition else line


def _text(lines: Iterable[str]) -> str:
    return _unescape("\n".join(lines).strip("\n"))


def _written_cue(speaker: str) -> str:
    """A character cue as Fountain writes it, with a forcing `@` where it needs one."""
    line = _escape(speaker.replace("\n", " "))
    bare = not line.startswith("@") and not is_title_page(line) and parse_cue(line) == (line, "")
    return line if bare else f"@{line}"


def _speech(speaker: str, text: str) -> str:
    """A cue and the speech below it; a known extension on the speech's first line goes behind the name."""
    extension, _, below = text.partition("\n")
    if extension in EXTENSIONS:
        return f"{_written_cue(speaker)} {extension}\n{_body(below)}"
    return f"{_written_cue(speaker)}\n{_body(text)}"


def _settled_speech(speaker: str, text: str) -> str:
    """As much of `_speech(speaker, text)` as stays when the text grows."""
    first, line_end, below = text.partition("\n")
    if not line_end and any(extension.startswith(first) for extension in EXTENSIONS):
        return _written_cue(speaker)
    if first in EXTENSIONS:
        return f"{_written_cue(speaker)} {first}\n{_settled_body(below)}"
    return f"{_written_cue(speaker)}\n{_settled_body(text)}"


def _body(text: str) -> str:
    """The text of a speech below its cue; an empty line is two spaces."""
    return "\n".join(_escape(line) if line.strip() else BLANK for line in text.split("\n"))


def _settled_body(text: str) -> str:
    """As much of `_body(text)` as stays when the text grows.

    Only a last line without words is held back: an escape adds backslashes after earlier text, never before it.
    """
    *done, last = text.split("\n")
    begun = _escape(last) if last.strip() else ""
    return "".join(_body(line) + "\n" for line in done) + begun


def _action(text: str) -> str:
    """Narration as Fountain writes it, with a forcing `!` where it would be read as something else."""
    raw = _body(text)
    plain = bool(text) and "\n\n" not in text and not is_title_page(text)
    read_again = list(block_elements(_without_page_ends(raw.split("\n"), ReadReport())))
    return raw if plain and read_again == [Line(None, text)] else f"!{raw.rstrip(' ')}"


def _escape(text: str) -> str:
    for pattern, replacement in _ESCAPES:
        text = pattern.sub(replacement, text)
    return text


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    for pattern, replacement in _UNESCAPES:
        text = pattern.sub(replacement, text)
    return text


FORMATS = (Format("fountain", 290, weigh, read, layout=FountainLayout, suffixes=(".fountain",)),)
