"""Paragraphs of a screenplay on pages: lines are broken, and pages where the industry allows it.

A page has 54 rows. A scene heading stays with what follows it. Two lines of an action or a speech stay together at
the end of a page and at the beginning of the next one; a speech that goes on there says `(MORE)` and has its name
again, with `(CONT'D)`.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from textgen.corpus.formats.screenplay import (
    ACTION,
    CHARACTER,
    DIALOGUE,
    HEADING,
    PARENTHETICAL,
    SETTINGS,
    Paragraph,
    Setting,
)

ROWS = 54
_MORE, _CONTINUED = "(MORE)", "(CONT'D)"
_KEPT_TOGETHER = 2
_MOST_HEAD_ROWS = 12
_PIECES = re.compile(r" +|[^ ]+")

TextWidth = Callable[[str], float]
"""The width of a text in inches."""


class Row(NamedTuple):
    """A line of text on a page.

    Args:
        left: where it begins, in inches from the left edge of the paper.
        text: what stands there.
        is_direction: whether it belongs to a parenthetical, which no page ends with.
    """

    left: float
    text: str
    is_direction: bool = False


Page = list[tuple[int, Row]]
"""Rows with their number from the top of the text, from 0."""


class _Block(NamedTuple):
    """Rows that belong together.

    Args:
        head: a scene heading and the name of who speaks, which stay with what follows.
        body: what may be cut.
        name: of who speaks; None for anything else.
        lines_before: empty lines above it, except at the top of a page.
        new_page: whether it begins a new page.
    """

    head: list[Row]
    body: list[Row]
    name: str | None
    lines_before: int
    new_page: bool


def lay_out(paragraphs: Iterable[Paragraph], measure: TextWidth) -> Iterator[Page]:
    """Yield the pages that paragraphs fill.

    Args:
        paragraphs: in order; their texts hold printable characters and line breaks only.
        measure: of the font.
    """
    page: Page = []
    for block in _blocks(paragraphs, measure):
        if block.new_page and page:
            yield page
            page = []
        for is_last, rows in _parts(block, page):
            used = page[-1][0] + 1 + block.lines_before if page else 0
            page.extend(enumerate(rows, start=used))
            if not is_last:
                yield page
                page = []
    if page:
        yield page


def printed(paragraph: Paragraph) -> str:
    """The text of a paragraph as it is printed."""
    return paragraph.text.upper() if _setting(paragraph).capitals else paragraph.text


def _parts(block: _Block, page: Page) -> Iterator[tuple[bool, list[Row]]]:
    """Cut a block: the rows for the page that is begun and for further ones, and whether they are the last.

    No rows are given for the page that is begun where the block does not fit and cannot be cut.
    """
    used = page[-1][0] + 1 + block.lines_before if page else 0
    head, begin = block.head, 0
    while len(head) + len(block.body) - begin > ROWS - used:
        room = ROWS - used - len(head) - (block.name is not None)
        end = _cut(block.body, begin, begin + room)
        if end is None and used > 0:
            yield False, []
        else:
            end = end or begin + max(room, 1)
            more = [] if block.name is None else [_row(CHARACTER, _MORE)]
            yield False, [*head, *block.body[begin:end], *more]
            head, begin = [] if block.name is None else [_row(CHARACTER, _continued(block.name))], end
        used = 0
    yield True, [*head, *block.body[begin:]]


def _cut(body: Sequence[Row], begin: int, most: int) -> int | None:
    """The last place, up to `most`, before which a page may end; None where there is none."""
    last = min(most, len(body) - _KEPT_TOGETHER)
    return next((end for end in range(last, begin + _KEPT_TOGETHER - 1, -1) if not body[end - 1].is_direction), None)


def _continued(name: str) -> str:
    return name if name.endswith(_CONTINUED) else f"{name} {_CONTINUED}"


def _name_again(paragraph: Paragraph, measure: TextWidth) -> str:
    """A name as it stands above a speech that goes on: one line of it, with room for `(CONT'D)`."""
    setting = _setting(paragraph)
    room = setting.right - setting.left - measure(f" {_CONTINUED}")
    return next(_wrapped(printed(paragraph), room, measure))


def _blocks(paragraphs: Iterable[Paragraph], measure: TextWidth) -> Iterator[_Block]:
    waiting: _Block | None = None  # a heading, or a speech that is not whole
    for paragraph in paragraphs:
        rows = list(_rows(paragraph, measure))
        if waiting and waiting.name is not None and paragraph.kind in (PARENTHETICAL, DIALOGUE):
            waiting.body.extend(rows)
            continue
        block = _Block([], rows, None, _setting(paragraph).lines_before, paragraph.new_page)
        if paragraph.kind in (HEADING, CHARACTER) and len(rows) <= _MOST_HEAD_ROWS:
            name = _name_again(paragraph, measure) if paragraph.kind == CHARACTER else None
            block = block._replace(head=rows, body=[], name=name)
        if waiting and waiting.name is None and paragraph.kind != HEADING and not paragraph.new_page:
            gap = [Row(0, "")] * block.lines_before
            block = waiting._replace(head=[*waiting.head, *gap, *block.head], body=block.body, name=block.name)
        elif waiting:
            yield waiting
        waiting = block if block.name is not None or not block.body else None
        if waiting is None:
            yield block
    if waiting:
        yield waiting


def _rows(paragraph: Paragraph, measure: TextWidth) -> Iterator[Row]:
    setting = _setting(paragraph)
    for text in _wrapped(printed(paragraph), setting.right - setting.left, measure):
        space = setting.right - setting.left - measure(text)
        shift = space if setting.ranged_right else space / 2 if paragraph.centred else 0.0
        yield Row(setting.left + shift, text, paragraph.kind == PARENTHETICAL)


def _row(kind: str, text: str) -> Row:
    return Row(SETTINGS[kind].left, text)


def _setting(paragraph: Paragraph) -> Setting:
    return SETTINGS.get(paragraph.kind, SETTINGS[ACTION])


def _wrapped(text: str, width: float, measure: TextWidth) -> Iterator[str]:
    """The lines of a text; a word that is wider than a line is cut."""
    for line in text.split("\n"):
        begun: list[str] = []
        used = 0.0
        for piece in _PIECES.findall(line):
            for part in _cut_word(piece, width, measure):
                wide = measure(part)
                if begun and used + wide > width + 1e-6:
                    yield "".join(begun).rstrip()
                    begun, used = [], 0.0
                    if part.isspace():
                        continue
                begun.append(part)
                used += wide
        yield "".join(begun).rstrip()


def _cut_word(word: str, width: float, measure: TextWidth) -> Iterator[str]:
    if measure(word) <= width + 1e-6:
        yield word
        return
    places, used = [0], 0.0
    for place, character in enumerate(word):
        wide = measure(character)
        if used + wide > width + 1e-6 and place:
            places.append(place)
            used = 0.0
        used += wide
    yield from (word[begin:end] for begin, end in pairwise([*places, len(word)]))
