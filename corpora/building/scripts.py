"""The documents that the English starter learns from: plays, conversations, prose and sentences, in several layouts.

Each is a text in the format `colon`: `[headings]`, `NAME: speech`, lines without a speaker.
"""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from building.filters import FILTERS
from textgen.corpus.document import Line
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.colon import parse_line

_OFFENSIVE = ("swearing or slur", "sexual", "hatred")
_PROSE_PARAGRAPHS, _SENTENCES = 60, 24
_LOWER = 0.3
"""Share of the modern documents that are in lower case: many people's scripts are."""

_LISTS = Path(__file__).parents[1] / "english"


def _list(name: str) -> list[str]:
    return (_LISTS / name).read_text(encoding="utf-8").splitlines()


_TOM = re.compile(r"\b(?:Tom|Mary)\b")
"""Every tenth sentence of Tatoeba is about one of them."""

_DIRECTION = re.compile(r"\(([^()]{3,80})\)")

NAMES = _list("names.txt")
"""Who speaks in the conversations of people whose names are not known."""

_PLACES = _list("places.txt")
_TIMES = ("", "", "", " Morning.", " Evening.", " Night.", " Later.", " The next day.", " Lunchtime.", " Continuous.")


def act_documents(play: str, draw: random.Random) -> Iterator[str]:
    """The acts of a play, each laid out in one of the ways of scripts.

    Args:
        play: in the form of the prepared plays: `[Act I]`, `NAME: (direction) speech`.
        draw: gives the layouts.
    """
    for act in re.split(r"(?m)^(?=\[(?:ACT|Act)\b)", play):
        lines = [line for line in act.splitlines() if line.strip() and not _offends(line)]
        if len(lines) > 1:
            yield _laid_out("\n".join(lines), draw)


def _laid_out(text: str, draw: random.Random) -> str:
    style = draw.choice(("as printed", "as printed", "names", "loud directions", "lower"))
    if style == "names":
        return re.sub(r"(?m)^([A-Z][A-Z .'-]+):", lambda found: found[0].title(), text)
    if style == "loud directions":
        return _DIRECTION.sub(lambda found: f"({found[1].upper()})", text)
    return text.lower() if style == "lower" else text


def conversation_document(talks: Sequence[Sequence[str]], draw: random.Random) -> str:
    """A few conversations as scenes of one document, between two people with invented names.

    Args:
        talks: the turns of each.
        draw: gives names, headings and case.
    """
    scenes = [_scene(turns, draw) for turns in talks]
    text = "\n\n".join(scenes)
    return text.lower() if draw.random() < _LOWER else text


def _scene(turns: Sequence[str], draw: random.Random) -> str:
    pair = draw.sample(NAMES, 2)
    if draw.random() < 0.3:
        pair = [name.upper() for name in pair]
    lines = [f"{pair[number % 2]}: {' '.join(turn.split())}" for number, turn in enumerate(turns)]
    return "\n".join([f"[{draw.choice(_PLACES)}{draw.choice(_TIMES)}]", *lines])


def prose_documents(book: str, draw: random.Random, share: float) -> Iterator[str]:
    """Stretches of a book, without lines that would be read as somebody's speech.

    Args:
        book: a paragraph a line.
        draw: says which stretches are taken.
        share: of the book that is taken.
    """
    paragraphs = [line for line in map(str.strip, book.splitlines()) if line and _is_narration(line)]
    for begin in range(0, len(paragraphs), _PROSE_PARAGRAPHS):
        if draw.random() < share:
            yield "\n".join(paragraphs[begin : begin + _PROSE_PARAGRAPHS])


def sentence_documents(sentences: Iterable[str], draw: random.Random, share: float) -> Iterator[str]:
    """Sentences in loose order, some as narration, some as speech of a few people.

    Args:
        sentences: one a line.
        draw: says which are taken, and who says them.
        share: of the sentences that is taken.
    """
    kept = [line for line in map(str.strip, sentences) if line and _is_narration(line) and draw.random() < share]
    kept = [_TOM.sub(lambda found: draw.choice(NAMES), line) for line in kept]
    draw.shuffle(kept)
    for begin in range(0, len(kept), _SENTENCES):
        block = kept[begin : begin + _SENTENCES]
        if draw.random() < 0.5:
            cast = draw.sample(NAMES, 4)
            block = [f"{draw.choice(cast)}: {line}" for line in block]
        text = "\n".join(block)
        yield text.lower() if draw.random() < _LOWER else text


def _is_narration(line: str) -> bool:
    """Whether a line is text without a speaker and without offence."""
    element = parse_line(line, ReadReport())
    return isinstance(element, Line) and element.speaker is None and not _offends(line)


def _offends(line: str) -> bool:
    text = line.lower()
    return any(FILTERS[name].search(text) for name in _OFFENSIVE)
