"""One reader a format: lines of a file in, elements of a script out, one by one."""

from collections.abc import Callable, Iterable, Iterator

from textgen.corpus.assembly import scenes
from textgen.corpus.readers import captions, colon, fountain, jsonl, plain, play, table
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import Element
from textgen.corpus.script import Script
from textgen.corpus.style import ScriptStyle

Reader = Callable[[Iterable[str], ScriptStyle, ReadReport], Iterator[Element]]
"""(lines without their ends, the style found in them, a report to fill) to elements, streaming."""

READERS: dict[str, Reader] = {
    "colon": colon.read,
    "play": play.read,
    "fountain": fountain.read,
    "csv": table.read_csv,
    "tsv": table.read_tsv,
    "jsonl": jsonl.read,
    "captions": captions.read,
    "plain": plain.read,
}


def read_script(text: str, style: ScriptStyle) -> Script:
    """The script in a text that is laid out in a known style.

    Args:
        text: lines end in `\\n`; whether the last one does makes no difference.
        style: its layout.
    """
    lines = text.removesuffix("\n").split("\n") if text else []
    return Script(scenes(READERS[style.format](lines, style, ReadReport())), style)
