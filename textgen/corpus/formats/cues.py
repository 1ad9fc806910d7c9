"""Subtitles of any kind as lines of a script: cues with times become speeches, and long gaps open scenes.

The formats (`srt`, `vtt`, `ass`, `ttml`, `microdvd`) read cues from their files; what a cue's text means is the same in
all of them and is here. Physical lines of a cue are one line of the script, since where they break is a matter of the
screen's width; `- ` or `>>` at the beginning of a physical line is another speaker. A sentence that goes on in the next
cue is joined. Who speaks is known from a voice (`<v Nora>`, the Name field) or from a name and a colon.

The readers are our own, which stream and skip what is broken. The libraries do not: webvtt-py gives one voice to a cue
that has two and refuses a file without its first line; pysubs2 drops the voices of WebVTT and ends at the first time
of a SubStation file that is broken, or at a paragraph of TTML without an end; both hold the whole file in memory.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from math import inf
from typing import NamedTuple

from textgen.corpus.document import Element, Line, Scene, SceneOpening, assemble, spoken, turn_of
from textgen.corpus.formats.base import Evidence, ReadReport, ScriptLayout, first_filled
from textgen.corpus.formats.colon import parse_cue
from textgen.wording import count

SCENE_GAP = 8.0
"""Seconds without a cue that end a scene. Pauses inside a scene of a film are rarely as long."""

_LOOKED_AT = 1000
"""How many cues decide whether `Name:` in them is a speaker."""
_COMES_AGAIN = 3
_SENTENCE_GAP = 1.0
_MOST_JOINED = 4
_ROLLED = 0.1
_LONGEST = 10.0

_LINE_BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>]*)>|</v>")
_TAG = re.compile(r"</?(?:[biusvcp]|em|strong|font|span|lang|ruby|rt)\b[^<>]*>|<\d[\d:.]*>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{(?:\\|[A-Za-z]:)[^{}]*\}")
_MUSIC = re.compile(r"[♩♪♫♬]+")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_OTHER_SPEAKER = re.compile(r"(?:[-‐‑–]\s*(?=[^\W\d]|[\"“«¿¡'(\[.…♪])|[-‐‑–—]\s+|>>+\s*)(?![-‐‑–—])")
_INSIDE = re.compile(r"(?<=[.?!…\"”])\s+[-‐‑–—]\s*(?=[^\W\d])")
_OPEN_END = re.compile(r"[^.?!…:;\"”’»)\]]$|\.\.\.$|…$")
_GOES_ON = re.compile(r"(?:\.\.\.|…)?\s*(?P<first>\w)")


class TimedCue(NamedTuple):
    """A text on the screen.

    Args:
        start, end: in seconds.
        lines: its physical lines without markup, each with the voice that speaks it, where the file says so.
    """

    start: float
    end: float
    lines: tuple[Line, ...]


def weigh(cues: Iterable[TimedCue], head: Sequence[str], convincing: bool, kind: str) -> Evidence:
    """Evidence for a kind of subtitles.

    Args:
        cues: those in the first lines of the file.
        head: these lines.
        convincing: whether the file can be nothing else, once it has a cue.
        kind: what they are called, for a person.
    """
    if not convincing:  # a name that a person gives still needs to know whether there is a cue
        has_cue = next(iter(cues), None) is not None
        return Evidence(
            False, f"{kind} begin otherwise", None if has_cue else first_filled(head), ScriptLayout(), False
        )
    found = list(cues)
    voices = {line.speaker for cue in found for line in cue.lines if line.speaker}
    reason = f"{kind}: {count(len(found), 'cue')} with a time in the first lines"
    if voices:
        reason += f", {count(len(voices), 'voice')}"
    return Evidence(bool(found), reason, None if found else first_filled(head), ScriptLayout(), sure=False)


def plain(text: str) -> str:
    """The text of a physical line without tags, override codes, entities and invisible marks.

    Example:
        >>> plain("{\\\\an8}<i>Tea &amp; cake?</i>")
        'Tea & cake?'
    """
    text = _OVERRIDE.sub("", _TAG.sub("", _LINE_BREAK.sub(" ", text)))
    if "&" in text:
        from html import unescape  # its table takes a millisecond to load, and the chat loads this module

        text = unescape(text)
    return " ".join(_INVISIBLE.sub("", text).split())


def voiced(text: Iterable[str]) -> Iterator[Line]:
    """The physical lines of a cue without markup, cut where a voice (`<v Nora>`) begins; it lasts until it is closed.

    Args:
        text: the physical lines as they stand in the file.
    """
    voice: str | None = None
    for line in text:
        begin = 0
        for mark in [*_VOICE.finditer(line), None]:
            said = plain(line[begin : mark.start() if mark else None])
            if said:
                yield Line(voice, said)
            if mark:
                begin, voice = mark.end(), plain(mark[1] or "") or None


def elements(cues: Iterable[TimedCue], report: ReadReport) -> Iterator[Element]:
    """Yield the speeches of subtitles, and an opening of a scene after each long gap.

    Args:
        cues: in the order of the file.
        report: counts what is left out and joined.
    """
    cues = _unrolled(cues, report)
    first = list(islice(cues, _LOOKED_AT))
    names = _Names(first)
    before: Line | None = None
    joined, opens = 0, False
    clock = _Clock()
    for cue in chain(first, cues):
        gap = clock.gap(cue)
        opens = opens or gap > SCENE_GAP
        may_go_on = not opens and gap < _SENTENCE_GAP and not _OTHER_SPEAKER.match(cue.lines[0].text)
        for place, line in enumerate(_speeches(cue, names, report)):
            if before is not None and place == 0 and may_go_on and joined < _MOST_JOINED and _goes_on(before, line):
                before = Line(before.speaker, f"{before.text} {line.text}")
                joined += 1
                report.change("sentence joined from two cues")
                continue
            if before is not None:
                yield before
                if opens:
                    yield SceneOpening()
            before, joined, opens = line, 1, False
    if before is not None:
        yield before


def dialogues(cues: Iterable[TimedCue], report: ReadReport) -> Iterator[Scene]:
    """Yield the scenes of subtitles as dialogues in which each line answers the one before.

    Subtitles seldom say who speaks, so that every line is a turn; only what one named speaker says in a row is one
    turn. Directions and sounds in brackets are not spoken.

    Args:
        cues: in the order of the file.
        report: counts what is left out and joined.
    """
    for _, scene in assemble(elements(cues, report)):
        turns: list[Line] = []
        for line in scene.lines:
            report.change("stage direction left out of a turn", len(line.directions))
            turn = turn_of(spoken(line), line.speaker)
            if not turn.text:
                continue
            if turns and turn.speaker is not None and turn.speaker == turns[-1].speaker:
                turn = Line(turn.speaker, f"{turns.pop().text} {turn.text}")
            turns.append(turn)
        if turns:
            yield Scene(None, tuple(turns))


class _Clock:
    """Measures the silence before each cue.

    Signs may stand on the screen for a minute while people talk, so that a cue counts for a few seconds only.
    """

    def __init__(self) -> None:
        self._start = self._end = 0.0

    def gap(self, cue: TimedCue) -> float:
        """The seconds since the cues before ended; endless where the time begins anew, as in another film."""
        begins_anew = cue.start < self._start - SCENE_GAP
        gap = inf if begins_anew else cue.start - self._end
        end = min(cue.end, cue.start + _LONGEST)
        self._start, self._end = cue.start, end if begins_anew else max(self._end, end)
        return gap


class _Names:
    """Tells `NORA: Hello` from `Remember: never open it`.

    Args:
        cues: the first ones of a file. Where half of them or more begin with a name, as in the transcript of a
            meeting, every name is a speaker; else those that come again, and those in capitals.
    """

    def __init__(self, cues: Sequence[TimedCue]) -> None:
        texts = (_OTHER_SPEAKER.sub("", line.text, count=1) for cue in cues for line in cue.lines[:1])
        found = Counter(named.speaker for text in texts if (named := parse_cue(text)))
        self._all = found.total() >= 0.5 * len(cues)
        self._known = {name for name, times in found.items() if times >= _COMES_AGAIN}

    def split(self, text: str) -> Line:
        """The line with its speaker, if a name stands before it."""
        named = parse_cue(text)
        if named is None:
            return Line(None, text)
        shouted = named.speaker.isupper() and not named.text.isupper()
        if not (self._all or shouted or named.speaker in self._known):
            return Line(None, text)
        return Line(named.speaker, f"{named.directions} {named.text.strip()}".strip())


def _unrolled(cues: Iterable[TimedCue], report: ReadReport) -> Iterator[TimedCue]:
    """The cues without lines that only roll up the screen, as live captions and YouTube's have them."""
    end, last = -1.0, Line(None, "")
    for cue in cues:
        lines = cue.lines
        touches = cue.start - end < _ROLLED
        if lines and touches and lines[0] == last and (len(lines) > 1 or cue.end - cue.start < _ROLLED):
            lines = lines[1:]
            report.change("line that rolls up the screen left out")
        end, last = cue.end, (cue.lines or (last,))[-1]
        if lines:
            yield cue._replace(lines=lines)


def _speeches(cue: TimedCue, names: _Names, report: ReadReport) -> Iterator[Line]:
    """The speeches of a cue: a new one at each change of voice, dash or name."""
    speaker: str | None = None
    said: list[str] = []
    for voice, text, is_other in _pieces(cue):
        named = Line(voice, text) if voice else names.split(text)
        if said and (is_other or named.speaker not in (None, speaker)):
            yield from _without_music(speaker, said, report)
            speaker, said = None, []
        speaker = named.speaker or speaker
        said.append(named.text)
    yield from _without_music(speaker, said, report)


def _without_music(speaker: str | None, said: Sequence[str], report: ReadReport) -> Iterator[Line]:
    """The line that somebody says; none where it was only music."""
    text, signs = _MUSIC.subn(" ", " ".join(said))
    report.change("music sign left out", signs)
    if text := " ".join(text.split()):
        yield Line(speaker, text)


def _pieces(cue: TimedCue) -> Iterator[tuple[str | None, str, bool]]:
    """The voice and the text of each physical line, cut where a dash changes the speaker, and whether one does."""
    has_dashes = False
    for line in cue.lines:
        mark = _OTHER_SPEAKER.match(line.text)
        has_dashes = has_dashes or mark is not None
        text = line.text[mark.end() :] if mark else line.text
        first, *others = _INSIDE.split(text) if has_dashes else [text]
        yield line.speaker, first, mark is not None
        yield from ((line.speaker, other, True) for other in others)


def _goes_on(before: Line, line: Line) -> bool:
    """Whether a line goes on with the sentence before it: that has no end, and this begins in lower case."""
    begins = _GOES_ON.match(line.text)
    same = line.speaker in (None, before.speaker)
    return same and begins is not None and begins["first"].islower() and _OPEN_END.search(before.text) is not None
