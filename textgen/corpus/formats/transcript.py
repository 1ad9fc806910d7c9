"""Transcripts of speech: times beside, above or below the names, names in brackets, in bold type or as headings.

What marks a cue differs from tool to tool and is the same within a file, so it is found from the file's beginning.
Times and the numbers of cues are never learnt. The lines of a speech become one line, and scripts are written back as
`NAME: text`. A transcript without names is plain text without its times.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import NamedTuple

from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.formats.base import (
    HEAD_LINES,
    Evidence,
    Format,
    ReadReport,
    ScriptLayout,
    filled,
    first_filled,
    share,
)
from textgen.corpus.formats.colon import heading, is_heading, is_name, narration, parse_cue
from textgen.corpus.formats.columns import is_header
from textgen.corpus.formats.messages import MEDIA
from textgen.corpus.formats.naming import (
    NUMBERED_SPEAKER,
    are_people,
    are_records,
    is_list,
    is_nobody,
    is_numbered_speaker,
)
from textgen.corpus.formats.plain import PlainLayout
from textgen.corpus.formats.stamps import (
    BRACKETS,
    DAY,
    STAMP,
    are_numbered,
    are_timed,
    has_time,
    unstamped,
    without_end,
    without_times,
)
from textgen.corpus.formats.timestamps import has_moment, is_date, is_moment, visible
from textgen.corpus.reading_options import ReadingOptions

_BEGINS_MARKED = re.compile(r"[\[({#>]|\*\*|__|\d+[.)]?\s|[-*] (?:\*\*|__)|(?:speaker|spk)[_ ]\d", re.IGNORECASE)
_CREDIT = re.compile(
    r"\W*transcribed by https?://\S++\W*|[^.!?]{1,60} (?:(?:started|stopped) transcription|"
    r"hat die Transkription (?:gestartet|beendet)|a (?:démarré|arrêté) la transcription)",
    re.IGNORECASE,
)

_NAMED = r"(?P<name>[^\s:\[\]()<>][^:\[\]()<>\t]{0,58}?)"
_KINDS = {
    "square": re.compile(rf"\[(?P<name>[^\[\]]{{1,60}})\]\s?(?P<sure>{STAMP}\s?:?|:|)\s*(?P<text>.*)", re.IGNORECASE),
    "round": re.compile(rf"\((?P<name>{NUMBERED_SPEAKER})\):?\s*(?P<text>.*)", re.IGNORECASE),
    "bold": re.compile(
        rf"(?:[-*>]\s)?(?P<mark>\*\*|__)(?P<name>[^*_:\[\](){{}}]{{1,60}}?)(?:\s?{STAMP})?(?P<inside>[:.：]?)(?P=mark)"
        rf"\s{{0,9}}(?:{STAMP})?(?P<outside>[:：]?)\s*\\?(?P<text>.*)",
        re.IGNORECASE,
    ),
    "emphasis": None,
    "heading": re.compile(rf"(?P<level>#{{1,6}})\s+(?P<name>[^#:]{{1,60}}?)(?:\s?{STAMP})?:?\s?#*(?P<text>)", re.I),
    "stamped": re.compile(
        rf"{_NAMED}(?P<gap>[\s,:–—-]{{0,9}})(?P<sure>{DAY}{STAMP})(?P<colon>\s?:?)\s*(?P<text>.*)", re.I
    ),
    "colon": None,
    "id": re.compile(rf"(?P<name>{NUMBERED_SPEAKER})\s+(?P<text>.+)", re.IGNORECASE),
    "tab": re.compile(r"(?P<name>[^\t:]{1,60})\t+(?P<text>.+)"),
    "bare": re.compile(r"(?P<name>[^\t:]{1,60})(?P<text>)"),
}
"""How a name may be marked. Those in `_TIMED` mark one only beside, or below, a time."""

_TIMED = ("colon", "id", "tab", "bare")
_BEGIN = {"square": "[", "round": "(", "bold": "*_->", "emphasis": "*_->", "heading": "#"}
"""What lines with such a name begin with; the others have a time."""
_SHOWN = {
    "square": "a name in []",
    "round": "a speaker in ()",
    "bold": "a name in bold type",
    "emphasis": "a name, some in bold type",
    "heading": "a name as heading",
    "stamped": "a time behind the name",
}
_EMPHASISED_LINE = re.compile(r"\s*(?:[-*>]\s)?(?:\*\*|__)")
_EMPHASIS = re.compile(r"\*\*|__")
_NO_NAME = re.compile(r"\d[:/.-]\d|\d-[A-Za-z]{3}-\d|[=\"]")
_SENDERS = tuple(
    re.compile(rf"{sender} (?P<name>.+?)(?P<to> (?:{to}) .+)?", re.IGNORECASE)
    for sender, to in (
        ("from", "to"), ("von", "an"), ("de", "à|a|para"), ("da", "a"), ("van", "naar|aan"), ("från", "till"),
        ("fra", "til"), ("od", "do"), ("от", "для|кому"), ("从", "到"),
    )
)  # fmt: skip
"""How Zoom writes who sent a message of a chat, and to whom; it did not always say to whom."""
_FEWEST = 3
_NEAR = 200  # characters of a line that are searched for a time
_MARKED_SHARE = 0.1
_TIMED_AT_END = 1 / 3
_FEWEST_LINES = 0.1
_DATED = 0.5
_SPOKEN = 0.7
_LISTS_ALLOWED = 0.3
_EMPHASISED = 0.3
_MOST_LINES = 200


@dataclass(frozen=True)
class _Cue:
    name: str
    text: str
    sure: bool = True
    """Whether it is one even where the name has not been seen before."""


def _anybody(name: str) -> bool:
    return True


@dataclass(frozen=True)
class _Mark:
    """How a file marks its cues.

    Args:
        kind: one of `_KINDS`.
        numbered: whether each cue has a number in front.
        name_first: whether the name stands above the time.
        level: of the headings that are names.
        dated: whether dates stand beside the times, as in chats: a line in square brackets is a picture or a sticker.
        at_end: whether times stand at the ends of speeches, so that a name may have none beside it.
        sender: what all names stand in, as in `From Nora to Everyone`; None where they stand alone.
        accepts: whether a name is taken even where it is not sure to be one: those that recur in the beginning.
    """

    kind: str
    numbered: bool = False
    name_first: bool = False
    level: str = ""
    at_end: bool = False
    dated: bool = False
    sender: re.Pattern[str] | None = None
    accepts: Callable[[str], bool] = _anybody

    def cue(self, rest: str, timed: bool) -> _Cue | None:
        """The cue in a line.

        Args:
            rest: the line without the time in front.
            timed: whether there was one, or one stands next to it.
        """
        if self.kind in _TIMED and not (timed or self.at_end):
            return None
        if self.sender is not None:
            return _sent(rest, self.sender)
        pattern = _KINDS[self.kind]
        if pattern is None:
            emphasised = self.kind == "emphasis"
            parsed = parse_cue(_EMPHASIS.sub("", rest) if emphasised else rest)
            text = f"{parsed.directions} {parsed.text.strip()}".strip() if parsed else ""
            return parsed and _checked(parsed.speaker, text, timed or emphasised)
        found = pattern.fullmatch(rest)
        if found is None or (self.level and found["level"] != self.level):
            return None
        return _checked(found["name"], found["text"], self._is_sure(found) or (timed and self.kind in _TIMED))

    def may_be_known(self, cue: _Cue) -> bool:
        """Whether a cue that is not sure is one where its name recurs."""
        return self.kind == "stamped" or self.at_end or (self.kind == "square" and not cue.text)

    def _is_sure(self, found: re.Match[str]) -> bool:
        parts = found.groupdict()
        if self.kind == "stamped":
            gap, is_header = parts["gap"], not parts["text"]
            return ":" in gap or "\t" in gap or len(gap) > 1 or (is_header and parts["sure"][0] in BRACKETS)
        if self.kind == "bold":
            return bool(parts["inside"] or parts["outside"] or not parts["text"])
        return self.kind != "square" or bool(parts["sure"]) or is_numbered_speaker(parts["name"])


def _sent(rest: str, sender: re.Pattern[str]) -> _Cue | None:
    """The cue in a line that says who sent a message; that it is for one person alone is left out."""
    found = sender.fullmatch(_before_colon(rest)) if ":" in rest else None
    return _checked(found["name"].partition("(")[0].strip(), rest.partition(":")[2], True) if found else None


def _checked(name: str, text: str, sure: bool) -> _Cue | None:
    name = " ".join(name.split())
    if not is_name(name) or _NO_NAME.search(name) or is_date(name) or not any(map(str.isalpha, name)):
        return None
    return _Cue(name, unstamped(text.strip())[0], sure)


@dataclass
class _Said:
    """Lines under one name, or under none."""

    name: str | None
    lines: list[str] = field(default_factory=list)
    heading: bool = False
    pictures: int = 0
    """Lines of a chat that were left out, since they stand for a picture, a sticker, ..."""


def _speeches(lines: Iterable[str], mark: _Mark, report: ReadReport) -> Iterator[_Said]:
    """The speeches of a transcript; what stands between them without a name is narration."""
    said, timed, after_blank, inline = _Said(None), False, False, False
    for line, following in pairwise(chain(lines, [""])):
        line = line.strip()
        if not line or _CREDIT.fullmatch(line):
            after_blank = True
            report.change("the tool's own line left out", int(bool(line)))
            continue
        line, ended = without_end(line) if mark.at_end else (line, False)
        rest, stamped = _unstamped(line, mark.numbered)
        report.change("time or number left out", stamped + ended)
        stamped = stamped or ended
        timed = timed or stamped
        if rest.strip():
            below = mark.name_first and _unstamped(following.strip()) == ("", True)
            cue = mark.cue(rest, below if mark.name_first else timed)
            if cue is not None and (cue.sure or (mark.may_be_known(cue) and mark.accepts(cue.name))):
                yield said
                said, inline = _Said(None if is_nobody(cue.name) else cue.name), bool(cue.text)
                if mark.dated and _is_bracketed(cue.text):
                    said.pictures += 1
                elif cue.text:
                    said.lines.append(cue.text)
            elif mark.dated and said.name is not None and _is_bracketed(rest):
                said.pictures += 1
            elif title := _title(rest):
                yield said
                said = _Said(None, [title], heading=True)
            elif said.heading or (after_blank and not stamped and (inline or said.name is None)):
                yield said
                said = _Said(None, [rest])
            elif len(said.lines) >= _MOST_LINES:
                yield said
                said = _Said(said.name, [rest])
            else:
                said.lines.append(rest)
            timed = after_blank = False
    yield said


def _unstamped(line: str, numbered: bool = False) -> tuple[str, bool]:
    """As `unstamped`; nothing is left of a date and a time that stand alone."""
    is_alone = has_time(line) and is_moment(visible(line))
    return ("", True) if is_alone else unstamped(line, numbered)


def _is_bracketed(line: str) -> bool:
    return line.startswith("[") and is_heading(line)


def _title(line: str) -> str | None:
    """What a Markdown heading, or a line in square brackets, says; None for other lines."""
    if is_heading(line):
        return line
    return line.lstrip("#").strip() if line.startswith("#") and line.lstrip("#").startswith(" ") else None


class _Found(NamedTuple):
    """How a file marks its cues, how many it has, and whether they are people's."""

    convincing: bool
    speeches: int
    mark: _Mark


def _find(head: Sequence[str]) -> _Found | None:
    """The mark with most cues in the beginning of a file, a convincing one before others; None where there is none."""
    numbered, fewest = are_numbered(head), _FEWEST_LINES * len(filled(head))
    bold = sum(_EMPHASISED_LINE.match(line) is not None for line in head)
    at_end = sum(without_end(line.rstrip())[1] for line in head) >= max(_FEWEST, _TIMED_AT_END * len(filled(head)))
    any_mark = _Mark("", numbered, dated=_are_dated(head))
    found: list[_Found] = []
    for kind in _possible(head, numbered):
        for name_first in (False, True) if kind == "bare" else (False,):
            mark = replace(any_mark, kind=kind, name_first=name_first, at_end=at_end and kind == "colon")
            if kind == "heading":
                mark = replace(mark, level=_level(head))
            elif kind == "colon":
                mark = replace(mark, sender=_sender(head))
            counts = Counter(said.name for said in _speeches(head, mark, ReadReport()))
            mark = replace(mark, accepts=frozenset(name for name, n in counts.items() if name and n > 1).__contains__)
            said = list(_speeches(head, mark, ReadReport()))
            speeches = sum(part.name is not None for part in said)
            if speeches and (kind != "emphasis" or bold >= _EMPHASISED * speeches):
                found.append(_Found(speeches >= fewest and _are_peoples(said), speeches, mark))
    return max(found, key=lambda fit: fit[:2], default=None)


def _sender(head: Sequence[str]) -> re.Pattern[str] | None:
    """What all names stand in; in languages where `De Vries` is a name, one must say to whom the message went."""
    lines = (rest for line in head for rest, stamped in (unstamped(line.strip()),) if stamped)
    names = [_before_colon(rest) for rest in lines if ":" in rest]
    for sender in _SENDERS:
        found = [sender.fullmatch(name) for name in names]
        if names and all(found) and (sender is _SENDERS[0] or any(sent and sent["to"] for sent in found)):
            return sender
    return None


def _before_colon(line: str) -> str:
    return " ".join(line.partition(":")[0].split())


def _are_dated(head: Sequence[str]) -> bool:
    """Whether dates stand beside most times."""
    timed = [line[:_NEAR] for line in head if has_time(line[:_NEAR])]
    return sum(has_moment(visible(line)) for line in timed) >= max(_FEWEST, _DATED * len(timed))


def _level(head: Sequence[str]) -> str:
    """The signs of most Markdown headings."""
    levels = Counter(line.split(" ")[0] for line in head if line.startswith("#"))
    return max(levels, key=lambda level: levels[level], default="#")


def _possible(head: Sequence[str], numbered: bool) -> list[str]:
    """The kinds that are worth a try: enough lines begin as theirs do, or hold a time."""
    begin = Counter(unstamped(line.strip(), numbered)[0][:1] for line in head)
    timed = numbered or sum(has_time(line[:_NEAR]) for line in head) >= _FEWEST
    marked = {kind for kind, signs in _BEGIN.items() if sum(begin[sign] for sign in signs) >= _FEWEST}
    return [kind for kind in _KINDS if kind in marked or (timed and kind not in _BEGIN)]


def _are_peoples(said: Sequence[_Said]) -> bool:
    """Whether speeches are people's, and not most of them marked by colons instead."""
    speeches = [speech for speech in said if speech.name is not None]
    names = [speech.name for speech in speeches if speech.name is not None]
    blocks: list[list[str]] = [[]]
    for part in said:
        if part.heading:
            blocks.append([])
        elif part.name is not None:
            blocks[-1].append(part.name)
    lists = sum(is_list(speech.lines) for speech in speeches)
    spoken = sum(bool(speech.lines or speech.pictures) for speech in speeches)
    colons = sum(parse_cue(line.strip()) is not None for part in said for line in part.lines[part.name is not None :])
    return (
        len(names) >= max(_FEWEST, colons)
        and len(set(names)) > 1
        and are_people(names)
        and not are_records(blocks)
        and lists <= _LISTS_ALLOWED * len(names)
        and spoken >= _SPOKEN * len(names)
    )


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that speakers are marked as tools mark them, or that times stand before the lines of a text."""
    lines = len(filled(head))
    marked = sum(has_time(line[:_NEAR]) or _BEGINS_MARKED.match(line.strip()) is not None for line in head)
    if marked < max(_FEWEST, _MARKED_SHARE * lines) or is_header(head[first_filled(head) - 1]):
        return Evidence(False, "no times or marked names", first_filled(head))
    found = _find(head)
    if (found is None or not found.convincing) and are_timed(head):
        return Evidence(True, f"{share(marked, lines)} lines have a time", layout=PlainLayout())
    if found is None:
        return Evidence(False, "no marked names", first_filled(head))
    reason = f"{found.speeches:,} speeches have {_SHOWN.get(found.mark.kind, 'a time and a name')}"
    return Evidence(found.convincing, reason, layout=ScriptLayout(_blank_lines(head, found.speeches)))


def _blank_lines(head: Sequence[str], speeches: int) -> int:
    """An empty line after each line, where the file has about as many as speeches."""
    return int(2 * sum(not line.strip() for line in head) >= speeches)


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield speeches, narration and scene openings; or lines without their times."""
    source = iter(lines)
    head = list(islice(source, HEAD_LINES))
    found = None if layout.name == PlainLayout.name else _find(head)
    if found is None:
        yield from _untimed(chain(head, source), report)
        return
    for said in _speeches(chain(head, source), found.mark, report):
        report.change(MEDIA, said.pictures)
        text, times = without_times(" ".join(line.strip() for line in said.lines))
        report.change("time or number left out", times)
        if said.heading:
            yield SceneOpening(heading(text))
        elif text:
            yield narration(text, report) if said.name is None else Line(said.name, text)


def _untimed(lines: Iterable[str], report: ReadReport) -> Iterator[Element]:
    """Yield each line without its times; a line with nothing else is left out."""
    for line in lines:
        rest, stamped = unstamped(line.strip())
        text, times = without_times(rest if stamped else line)
        report.change("time or number left out", stamped + times)
        if text or not stamped:
            yield Line(None, text)


FORMATS = (Format("transcript", 260, weigh, read),)
