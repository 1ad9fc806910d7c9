"""Lines of a model to be judged, written side by side."""

from collections.abc import Callable
from typing import Any

from textgen.corpus.document import Line
from textgen.decoding.options import LARGEST_SEED
from textgen.writer import ScriptWriter

_PAGE = 50
"""Lines of a script that are written one after the other: long pages, since every page begins like a document."""

_TOGETHER = 128
"""Texts that are written side by side."""


def write_lines(
    writer: ScriptWriter, count: int, seed: int, watch: Callable[[int], None] = lambda lines: None, **options: Any
) -> list[Line]:
    """Writes lines without a prompt: captions each by itself, scripts in pages of fifty lines.

    Args:
        writer: with the model.
        count: how many lines.
        seed: of the first text; each further one has the next.
        watch: is told, again and again, how many lines are written.
        options: of decoding, over the model's own defaults.
    """
    is_captions = writer.style.format == "captions"
    each = 1 if is_captions else max(1, min(count, _PAGE))
    texts, lines = -(-count // each), list[Line]()

    def so_far(more: int) -> None:
        watch(len(lines) + more)

    for begin in range(0, texts, _TOGETHER):
        several = min(_TOGETHER, texts - begin)
        shape = (several, 1) if is_captions else (each, several)  # captions are the lines of one text
        asked = {"lines": shape[0], "num_return_sequences": shape[1], "seed": (seed + begin) & LARGEST_SEED}
        scripts = writer.write_several(watch=so_far, **{**options, **asked})
        lines += [line for script in scripts for line in script.lines]
    return lines[:count]


def telling_quarters(count: int, tell: Callable[[str], None]) -> Callable[[int], None]:
    """A watch over `count` lines that tells whenever another quarter of them is written, but for the last."""
    told = 0

    def watch(lines: int) -> None:
        nonlocal told
        if told < (quarter := 4 * lines // count) < 4:
            told = quarter
            tell(f"{lines:,} of {count:,} lines are written.")

    return watch
