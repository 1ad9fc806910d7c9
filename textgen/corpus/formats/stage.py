"""Plays as they are printed: `NAME.` or `NAME --` before the speech, or the name alone above it.

How the names are marked is found from the beginning of the file. Names in capitals are taken wherever they stand at
the beginning of a line; others only where they came again there, since `Yes. I know.` looks the same.

Scripts are written back as the formats colon and play write them: as plays where a speech has line breaks.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import NamedTuple

from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.formats.base import HEAD_LINES, Evidence, Format, ReadReport, ScriptLayout, first_filled, share
from textgen.corpus.formats.colon import (
    Cue,
    heading,
    is_heading,
    is_name,
    narration,
    usual_blank_lines,
    with_better_names,
)
from textgen.corpus.formats.naming import are_people, are_records, is_list, is_nobody
from textgen.corpus.formats.play import PlayLayout, blocks
from textgen.corpus.reading_options import ReadingOptions

_ABBREVIATIONS = "MRS?|MS|DR|ST|SR|JR|CAPT|COL|GEN|LT|SGT|REV|PROF|HON|MM?|MME|MLLE|HR|FR|SIG"
_ABBREVIATED = rf"(?i:(?:{_ABBREVIATIONS})\.\s+)*+"
_BROKEN_OFF = re.compile(rf"(?:.*\s)?(?:{_ABBREVIATIONS})", re.IGNORECASE)
_NAME = rf"(?P<name>{_ABBREVIATED}[^\W_][^.:;!?()\[\]—–]{{0,40}}?)(?![^\s,.(\[—–-])"  # what follows is not all tried
_DIRECTIONS = r"(?P<directions>(?:,\s[^.()\[\]—–]{1,60})?(?:\s*(?:\([^()]*\)|\[[^\[\]]*\]))*)"
_DOT = re.compile(rf"{_NAME}{_DIRECTIONS}(?:\.|(?<=[\])]))(?P<text>\s(?!\s?[-–—]).*|)")
_DASH = re.compile(rf"{_NAME}{_DIRECTIONS}\s*(?:\.\s*(?:--?|[—–])|\s(?:--?|[—–])|(?:--|[—–]))(?P<text>\s.*|)")
_ABOVE = re.compile(rf"{_NAME}{_DIRECTIONS}\.?")
_EMPHASIS = re.compile(r"(\*\*|__|_|\*)(?=\S)(.+?)\1")
_TITLED = re.compile(r"(?:[^\W\d_]|\d+(?:st|nd|rd|th)?\b)")
_SCENE = re.compile(
    r"(?:act|scene|prologue|epilogue|interlude|acte|scène|akt|aufzug|auftritt|szene|bild|atto|scena|acto|escena|jornada|"
    r"bedrijf|tooneel|действие|явление|картина|акт|сцена)\b\s*(?:[ivxlc]+\b|\d+|\w+\b)?|"
    r"\w+\s+(?:act|akt|aufzug|auftritt|szene|scene|acte|действие|явление|картина)\b\W*$|第.{1,3}[幕场場]",
    re.IGNORECASE,
)
_LONGEST_HEADING = 80
_NAME_CHARACTERS = 160
_MOST_TITLED_WORDS = 4
_FEWEST = 3
_FEWEST_LINES = 0.08
_SPOKEN, _SPOKEN_IN_SMALL_LETTERS = 0.4, 0.6
_LISTS_ALLOWED = 0.3


def _in_capitals(name: str) -> bool:
    return name == name.upper() and name != name.lower()


def _is_titled(name: str) -> bool:
    """Whether a name has a few words of which the first begins with a capital or is a number."""
    return len(name.split()) <= _MOST_TITLED_WORDS and _TITLED.match(name) is not None and not name[0].islower()


class _Named(NamedTuple):
    """What a line has in front, if it has a name there."""

    name: str
    directions: str
    text: str


class _Mark(NamedTuple):
    """How the names of a play are marked.

    Args:
        pattern: a line with a name; the speech follows on it, or below.
        signs: what is between name and speech, of which one is near the beginning of a line with a name.
        shown: how it looks, for a person.
        alone: whether the name is the whole first line of a paragraph.
        accepts: whether a name is one of a speaker; where it is not told by its capitals, it must open a paragraph.
        indented: whether all lines with a name are indented, and may stand within a paragraph.
        parsed: what some lines have in front; others are parsed when it is asked for.
    """

    pattern: re.Pattern[str]
    signs: re.Pattern[str]
    shown: str
    alone: bool = False
    accepts: Callable[[str], bool] = _in_capitals
    indented: bool = False
    parsed: Mapping[str, _Named | None] = MappingProxyType({})

    @property
    def in_capitals(self) -> bool:
        """Whether the names are those in capitals."""
        return self.accepts is _in_capitals

    def cue(self, line: str, first: bool, last: bool) -> Cue | None:
        """The name at the beginning of a line, where it is one of a speaker.

        Args:
            line: as in the file, maybe indented.
            first, last: whether it is the first, and the last line of its paragraph.
        """
        if self.alone and (last or not first):
            return None
        named = self.parsed[line] if line in self.parsed else self.parse(line)
        if named is None:
            return None
        if self.indented:
            first = line[:1].isspace()
        name, directions, text = named
        if not (first or self.in_capitals) or (last and not text):
            return None
        if not (self.accepts(name) or (directions.endswith((")", "]")) and _is_titled(name) and not self.alone)):
            return None
        if directions.startswith(","):
            directions = f"({directions[1:].strip()})"
        return Cue(name, directions, text)

    def parse(self, line: str) -> _Named | None:
        """What a line has in front, whoever it is; None where it has no name there.

        Args:
            line: as in the file, maybe indented.
        """
        line = line.strip()
        if self.signs.search(line, 0, _NAME_CHARACTERS) is None:
            return None
        if emphasis := _EMPHASIS.match(line):
            line = emphasis[2] + line[emphasis.end() :]
        found = self.pattern.fullmatch(line)
        if found is None or _is_scene(line):
            return None
        name = " ".join(found["name"].split())
        if not is_name(name) or _BROKEN_OFF.fullmatch(name):
            return None
        return _Named(name, found["directions"].strip(), "" if self.alone else found["text"].strip())


_MARKS = (
    _Mark(_DOT, re.compile(r"[.\])]"), "`NAME.` before the speech"),
    _Mark(_DASH, re.compile("[-–—]"), "`NAME --` before the speech"),
    _Mark(_ABOVE, re.compile(""), "the name alone above the speech", alone=True),
)


def _is_scene(line: str) -> bool:
    return len(line) <= _LONGEST_HEADING and _SCENE.match(line) is not None


class _Beginning(NamedTuple):
    """The paragraphs at the beginning of a file.

    Args:
        paragraphs: the lines of each.
        named: which lines of a paragraph have a name in front, whoever it is; without the paragraphs that have none.
    """

    paragraphs: Sequence[Sequence[str]]
    named: Mapping[int, Sequence[int]]

    def cues(self, mark: _Mark) -> dict[int, dict[int, Cue]]:
        """The cues by paragraph and line."""
        return {
            number: {
                place: cue
                for place in places
                if (cue := mark.cue(block[place], place == 0, place == len(block) - 1)) is not None
            }
            for number, places in self.named.items()
            for block in (self.paragraphs[number],)
        }


class _Found(NamedTuple):
    """The mark of a play, and how it fits.

    Args:
        mark: how the names are marked.
        speeches, paragraphs: how many there are.
        below: whether any speech stands below its name, or goes on there.
        convincing: whether the names are those of speakers.
    """

    mark: _Mark
    speeches: int
    paragraphs: int
    below: bool
    convincing: bool


def _find(head: Sequence[str]) -> _Found:
    """The first mark that fits the beginning of a file, or the one with most speeches where none does."""
    found = [block for _, block in blocks(head)]
    fits: list[_Found] = []
    for usual in _MARKS:
        lines = (line for block in found for line in (block[:1] if usual.alone else block))
        mark = usual._replace(parsed={line: usual.parse(line) for line in lines})
        beginning = _beginning(mark, found)
        for tried in chain([mark], _with_known_names(mark, beginning)):
            fits.append(_fit(tried, beginning))
            if fits[-1].convincing:
                return fits[-1]
    return max(fits, key=lambda fit: fit.speeches)


def _beginning(mark: _Mark, paragraphs: Sequence[Sequence[str]]) -> _Beginning:
    """Some paragraphs, in which a mark has parsed the lines."""
    names = {line for line, named in mark.parsed.items() if named is not None}
    return _Beginning(
        paragraphs,
        {
            number: [place for place, line in enumerate(block) if line in names]
            for number, block in enumerate(paragraphs)
            if not names.isdisjoint(block)
        },
    )


def _with_known_names(mark: _Mark, beginning: _Beginning) -> Iterator[_Mark]:
    """The mark, as it is and indented, for names not in capitals: those that stand where names may more than once."""
    for anyone in (mark._replace(accepts=_is_titled), mark._replace(accepts=_is_titled, indented=True)):
        cues = beginning.cues(anyone)
        counts = Counter(cue.speaker for found in cues.values() for cue in found.values())
        if known := frozenset(name for name, times in counts.items() if times > 1):
            yield anyone._replace(accepts=known.__contains__)


def _fit(mark: _Mark, beginning: _Beginning) -> _Found:
    """How a mark fits the beginning of a file."""
    paragraphs, cues = beginning.paragraphs, beginning.cues(mark)
    blocks = [[cue.speaker for cue in found.values()] for found in cues.values()]
    names = list(chain.from_iterable(blocks))
    convincing = (
        len(names) >= max(_FEWEST, _FEWEST_LINES * sum(map(len, paragraphs)))
        and len(names)
        >= (_SPOKEN if mark.in_capitals else _SPOKEN_IN_SMALL_LETTERS) * (len(names) + _others(mark, beginning, cues))
        and len(set(names)) > 1
        and _lists(mark, beginning, cues) <= _LISTS_ALLOWED * len(names)
        and are_people(names)
        and not are_records(blocks)
    )
    below = any(
        not cue.text or (place + 1 < len(paragraphs[number]) and place + 1 not in found)
        for number, found in cues.items()
        for place, cue in found.items()
    )
    return _Found(mark, len(names), len(paragraphs), below, convincing)


def _others(mark: _Mark, beginning: _Beginning, cues: Mapping[int, Mapping[int, Cue]]) -> int:
    """How many paragraphs begin without a cue and are no heading; where names are indented, such lines count too."""
    others = sum(
        0 not in cues.get(number, ()) and not _is_scene(block[0]) for number, block in enumerate(beginning.paragraphs)
    )
    if mark.indented:
        others += sum(line[:1].isspace() for block in beginning.paragraphs for line in block)
        others -= sum(map(len, cues.values()))
    return others


def _lists(mark: _Mark, beginning: _Beginning, cues: Iterable[int]) -> int:
    """How many speeches in some paragraphs are lists."""
    speeches = (speech for number in cues for speech in _speeches(mark, beginning.paragraphs[number]))
    return sum(cue is not None and is_list(lines) for cue, lines in speeches)


def _speeches(mark: _Mark, block: Sequence[str]) -> list[tuple[Cue | None, list[str]]]:
    """The speeches in a paragraph, each with its lines; narration has no cue."""
    found: list[tuple[Cue | None, list[str]]] = []
    for number, line in enumerate(block):
        cue = mark.cue(line, number == 0, number == len(block) - 1)
        if cue is not None:
            found.append((cue, [cue.text] if cue.text else []))
        elif found:
            found[-1][1].append(line)
        else:
            found.append((None, [line.strip()]))
    return found


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that many paragraphs begin with names, marked in one way, and that the names are people's."""
    found = _find(head)
    reason = f"{share(found.speeches, found.paragraphs)} paragraphs have {found.mark.shown}"
    if found.speeches > found.paragraphs:
        reason = f"{found.speeches:,} speeches have {found.mark.shown}"
    layout = (
        PlayLayout(usual_blank_lines(head, least=1)) if found.below else ScriptLayout(usual_blank_lines(head, least=0))
    )
    better = with_better_names(read, head, layout, "\n" if found.below else ": ") if found.convincing else None
    return Evidence(found.convincing, reason, None if found.speeches else first_filled(head), layout, read=better)


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield speeches, narration and scene openings."""
    source = iter(lines)
    head = list(islice(source, HEAD_LINES))
    mark = _find(head).mark._replace(parsed={})  # the rest of the file may be long
    join = _broken if layout.name == PlayLayout.name else _joined
    for _, block in blocks(chain(head, source)):
        if len(block) == 1 and (_is_scene(block[0].strip()) or is_heading(block[0].strip())):
            yield SceneOpening(heading(block[0].strip()))
            continue
        for cue, below in _speeches(mark, block):
            if cue is None:
                yield narration(join(below), report)
                continue
            report.change("direction moved behind the name", int(bool(cue.directions)))
            yield Line(
                None if is_nobody(cue.speaker) else cue.speaker,
                join([cue.directions, *below] if cue.directions else below),
            )


def _broken(lines: Sequence[str]) -> str:
    """Lines below each other, without the indentation that all below the first have."""
    first = "".join(lines[:1]).strip()
    return "\n".join([first, *dedent("\n".join(lines[1:])).split("\n")]).strip("\n")


def _joined(lines: Sequence[str]) -> str:
    return " ".join(line.strip() for line in lines)


FORMATS = (Format("stage", 320, weigh, read),)
"""After colon and play: a name with a colon is the surer sign."""
