"""Lines of a model to be judged, written side by side."""

from typing import Any

from textgen.corpus.scene import Line
from textgen.writer import ScriptWriter

_PAGE = 50
"""Lines of a script that are written one after the other: long pages, since every page begins like a document."""

_TOGETHER = 128
"""Texts that are written side by side."""


def write_lines(writer: ScriptWriter, count: int, seed: int, **options: Any) -> list[Line]:
    """Writes lines without a prompt: captions each by itself, scripts in pages of fifty lines.

    Args:
        writer: with the model.
        count: how many lines.
        seed: of the first text; each further one has the next.
        options: of decoding, over the model's own defaults.
    """
    is_captions = writer.style.format == "captions"
    each = 1 if is_captions else max(1, min(count, _PAGE))
    texts, lines = -(-count // each), list[Line]()
    for begin in range(0, texts, _TOGETHER):
        several = min(_TOGETHER, texts - begin)
        shape = (several, 1) if is_captions else (each, several)  # captions are the lines of one text
        asked = {"lines": shape[0], "num_return_sequences": shape[1], "seed": seed + begin}
        lines += [line for script in writer.write_several(**{**options, **asked}) for line in script.lines]
    return lines[:count]
