"""Scripts with `NAME: text` on each line; telling names from sentences that happen to hold a colon.

More empty lines than usual after a line open a scene without heading.
"""

import re
from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.formats.base import (
    MOST_BLANK_LINES,
    Evidence,
    Format,
    ReadReport,
    ScriptLayout,
    ScriptReader,
    filled,
    first_filled,
    share,
)
from textgen.corpus.formats.naming import (
    are_people,
    are_records,
    ends_like_a_sentence,
    is_nobody,
    is_numbered_speaker,
    recur,
    shared_ending,
)
from textgen.corpus.formats.timestamps import STAMP, visible
from textgen.corpus.reading_options import ReadingOptions

_BRACKETED = re.compile(r"\((?:[^()]|\([^()]*\))*\)|\[[^\[\]]*\]")
_COLON = re.compile("[:：]")
_WORD = re.compile(r"\w\S*")
_SENTENCE = re.compile(r"[?!;…()\[\]]|\w{6,}\. |\.{3}")
_UNKNOWN_SPEAKER = re.compile(r"\?+")
_TIME = re.compile(r"\s*[0-5]\d(?!\d)|\d")
_CLOCK = re.compile(r"\d{1,2}:\d\d:\d\d")
_HOUR = re.compile(r"(?:^|\s)\d{1,2}$")
_DATED = re.compile(rf"[(\[]{STAMP}[)\]]")
_NO_NAME_BEFORE = ("(", "[", "%", "*", "{", "<", "-", "=", "# ", "##", ">", "•", "–", "—", "/", "~", ".")
_FEWEST = 3
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
    if (":" not in line and "：" not in line) or line.startswith(_NO_NAME_BEFORE):
        return None
    colon = _first_colon(line)
    if colon < 0:
        return None
    named, text = _named(line[:colon]), line[colon + 1 :]
    if named is None or text.startswith("//") or (_TIME.match(text) and _is_time(named[0], text)):
        return None
    return Cue(*named, text)


def _is_time(before: str, behind: str) -> bool:
    """Whether a colon, behind which digits stand, parts the hour from the minutes."""
    if not _HOUR.search(before):
        return False
    return behind[0].isdigit() or not is_numbered_speaker(before)


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
    directions = _BRACKETED.findall(before)
    is_said = is_name(speaker) and not any(map(_is_dated, directions))
    return (speaker, " ".join(directions)) if is_said else None


def _is_dated(direction: str) -> bool:
    """Whether brackets hold a date and a time, as in messages copied from a chat: no direction has them."""
    return len(direction) <= MAX_CHARACTERS and _DATED.fullmatch(visible(direction)) is not None


def _first_colon(line: str) -> int:
    """The place of the first colon (also the full-width one) outside brackets, or -1."""
    head = line[:400]
    if "(" in head or "[" in head:
        head = _BRACKETED.sub(lambda match: " " * len(match[0]), head)
    if head.isascii():
        return head.find(":")
    found = _COLON.search(head)
    return found.start() if found else -1


_HEADING_WORD = re.compile(
    r"(?i:(?:scene|setting|location)\s*:|(?:int|ext|est|int\.?/ext|i/e)\.)|(?:INT|EXT|EST|INT/EXT|I/E) "
)
_HEADING_SIGNS = frozenset("[SsLlIiEe")
"""What a heading begins with."""


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that at least half of the lines are `NAME: text` or a heading, and that the names are people's.

    Of fewer, there must be as many as paragraphs of narration, whose lines may be many.
    """
    report = ReadReport()
    elements = [(number, parse_line(line, report)) for number, line in filled(head)]
    spoken = [
        (number, line.speaker) for number, line in elements if isinstance(line, Line) and line.speaker and line.text
    ]
    speakers = [name for _, name in spoken]
    headings = sum(isinstance(element, SceneOpening) for _, element in elements)
    told = [number for number, line in elements if isinstance(line, Line) and not (line.speaker and line.text)]
    paragraphs = len(told) - sum(after == before + 1 for before, after in pairwise(told))
    layout = ScriptLayout(usual_blank_lines(head, least=0, before={number for number, _ in spoken}))
    convincing = (
        (
            len(speakers) + headings >= 0.5 * len(elements)
            or len(speakers) >= max(paragraphs, 0.25 * len(elements), _FEWEST)
        )
        and are_people(speakers)
        and not are_records(_blocks(spoken, layout.blank_lines))
    )
    reason = f"{share(len(speakers), len(elements))} lines look like `NAME: text`"
    first, second = ([number for number, _ in elements[:2]] + [0, 0])[:2]
    may_be_titled = second - first > layout.blank_lines + 1
    better = with_better_names(read, head, layout, ": " if may_be_titled else None) if convincing else None
    return Evidence(convincing, reason, None if speakers else first_filled(head), layout, read=better)


def with_better_names(
    read: ScriptReader, head: Sequence[str], layout: ScriptLayout, between: str | None
) -> ScriptReader | None:
    """A reader that takes no title for a speaker, and no `wrote` behind each name for a part of it.

    A title stands first; its name does not come again as others do, and nothing in it ends like a sentence.

    Args:
        read: the reader of the format.
        head: the first lines of the file.
        layout: found in them.
        between: what a title has where a speech has a name and a text; None where there is no title.

    Returns:
        None where the reader of the format is right.
    """
    elements = list(read(head, layout, ReadReport()))
    names = [line.speaker for line in elements if isinstance(line, Line) and line.speaker is not None]
    ending, first = shared_ending(names), elements[0]
    told = None
    if between is not None and isinstance(first, Line) and _is_title(first, names):
        told = f"{first.speaker}{between}{first.text}"
    return partial(_better_names, read, ending, first, told) if ending or told else None


def _is_title(line: Line, names: Sequence[str]) -> bool:
    return (
        line.speaker is not None
        and names.count(line.speaker) == 1
        and recur(names[1:])
        and not any(map(ends_like_a_sentence, line.text.split("\n")))
    )


def _better_names(
    read: ScriptReader,
    ending: str,
    first: Element,
    told: str | None,
    lines: Iterable[str],
    layout: ScriptLayout,
    report: ReadReport,
) -> Iterator[Element]:
    """Without an ending of all names; what the first element is told as, where it is a title."""
    for number, element in enumerate(read(lines, layout, report)):
        if number == 0 and told is not None and element == first:
            yield narration(told, report)
        elif ending and isinstance(element, Line) and element.speaker is not None:
            yield Line(element.speaker.removesuffix(f" {ending}"), element.text)
        else:
            yield element


def _blocks(spoken: Iterable[tuple[int, str]], blank_lines: int) -> list[list[str]]:
    """The names of numbered lines, parted where more than the usual empty lines (or other lines) stand between."""
    found: list[list[str]] = []
    before: int | None = None
    for number, name in spoken:
        if before is None or number - before - 1 > blank_lines:
            found.append([])
        found[-1].append(name)
        before = number
    return found


def usual_blank_lines(head: Sequence[str], least: int, before: Container[int] | None = None) -> int:
    """How many empty lines most often stand between two filled ones.

    Args:
        head: the first lines of the file.
        least: fewer empty lines do not count.
        before: the numbers (from 1) of the lines before which they are counted; None for all.
    """
    numbers = [number for number, _ in filled(head)]
    gaps = (after - one - 1 for one, after in pairwise(numbers) if before is None or after in before)
    counts = Counter(gap for gap in gaps if gap >= least)
    return min(MOST_BLANK_LINES, min(counts, key=lambda gap: (-counts[gap], gap), default=least))


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield speeches, narration and scene openings."""
    blank_lines, has_lines = 0, False
    for line in lines:
        text = line.strip()
        if not text:
            blank_lines += 1
            continue
        if text[0].isdigit() and _CLOCK.fullmatch(text):
            report.change("line with nothing but a time left out")
            continue
        element = parse_line(text, report)
        if isinstance(element, SceneOpening):
            has_lines = False
        else:
            if has_lines and blank_lines > layout.blank_lines:
                yield SceneOpening()
            has_lines = True
        yield element
        blank_lines = 0


def parse_line(text: str, report: ReadReport) -> Line | SceneOpening:
    """One line of the file.

    Args:
        text: the line, neither empty nor with white space at its ends.
        report: counts the directions that are moved behind the colon.
    """
    if is_heading(text):
        return SceneOpening(text)
    cue = parse_cue(text)
    if cue is None or _is_heading_word(cue.speaker):
        return Line(None, text)
    spoken = cue.text.strip()
    if spoken and is_nobody(cue.speaker):
        report.change("name of nobody left out")
        return narration(spoken, report)
    if cue.directions:
        report.change("direction moved behind the colon")
        spoken = f"{cue.directions} {spoken}".strip()
    return Line(cue.speaker, spoken)


def narration(text: str, report: ReadReport) -> Line:
    """Narration that is read as narration again: in parentheses where it would be a speech or a heading.

    Args:
        text: neither empty nor with white space at its ends.
        report: counts the parentheses.
    """
    element = parse_line(text.partition("\n")[0], ReadReport())
    if isinstance(element, Line) and element.speaker is None:
        return Line(None, text)
    report.change("narration with a colon put in parentheses")
    return Line(None, f"({text})")


def heading(text: str) -> str:
    """A heading that is read as one again: in square brackets, unless it is one already."""
    return text if is_heading(text) else "[" + text.replace("[", "(").replace("]", ")") + "]"


def is_heading(text: str) -> bool:
    """Whether a line is a scene heading: all of it in one pair of square brackets, or by its first word."""
    if text[:1] not in _HEADING_SIGNS:
        return False  # as nearly always
    if text.startswith("[") and text.endswith("]"):
        return "]" not in text[1:-1] and len(text) > 2
    return _HEADING_WORD.match(text) is not None


@lru_cache(maxsize=4096)
def _is_heading_word(speaker: str) -> bool:
    """Whether what stands before a colon, directions left out, announces a scene and no speech."""
    return is_heading(f"{speaker}:")


FORMATS = (Format("colon", 310, weigh, read, layout=ScriptLayout),)
