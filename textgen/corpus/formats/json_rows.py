"""Texts in JSON, perhaps with a speaker and a scene: a list of objects, or of texts, somewhere in one value."""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from textgen.corpus.document import Element
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, ScriptReader, first_filled
from textgen.corpus.formats.json_file import json_values, paths_to, places
from textgen.corpus.formats.json_text import ITEM, JsonPath, sample
from textgen.corpus.formats.tables import read_jsonl, weigh_jsonl
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of a list of which nearly all items are texts, or such objects as stand in lines of JSON."""
    found = sample(head)
    rows: list[str] = []

    def holds_rows(place: JsonPath, value: Any) -> bool:
        lines = [_row(item) for item in value if item] if isinstance(value, list) else []
        fits = bool(lines) and weigh_jsonl(lines, path, options).convincing
        rows.extend(lines if fits else ())
        return fits

    lists = [] if found is None or found.kind == "lines" else paths_to(found.value, holds_rows)
    if not lists:
        return Evidence(False, "no list of texts in JSON", first_filled(head))
    evidence = weigh_jsonl(rows, path, options)
    paths = [(*place, ITEM) for place in lists]
    return evidence._replace(
        reason=f"JSON with texts {places(paths)}",
        read=None,
        read_file=partial(_read, evidence.read or read_jsonl, paths),
    )


def read(file: TextFile, layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of the outermost list."""
    return _read(read_jsonl, [(ITEM,)], file, layout, report)


def _read(
    read_rows: ScriptReader, paths: Sequence[JsonPath], file: TextFile, layout: ScriptLayout, report: ReadReport
) -> Iterator[Element]:
    """The elements of the rows at some places, as a table reads them."""
    yield from read_rows((_row(value) for _, value in json_values(file, report, paths)), layout, report)


def _row(item: Any) -> str:
    """An item as a line of JSON."""
    return json.dumps({"text": item} if isinstance(item, str) else item)


FORMATS = (Format("json", 240, weigh, read_file=read, suffixes=(".json",), markup="JSON"),)
