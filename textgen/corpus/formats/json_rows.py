"""Texts in JSON, perhaps with a speaker and a scene: an object a line, or a list of objects or texts in one value."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from textgen.corpus.document import Element
from textgen.corpus.formats.base import (
    Evidence,
    Format,
    ReadReport,
    ScriptLayout,
    ScriptReader,
    filled,
    first_filled,
    share,
)
from textgen.corpus.formats.columns import DOCUMENT_FIELDS, SCENE_FIELDS, SPEAKER_FIELDS, TEXT_FIELDS, field_key
from textgen.corpus.formats.json_file import json_values, paths_to, places
from textgen.corpus.formats.json_text import ITEM, JsonPath, sample
from textgen.corpus.formats.plain import CaptionLayout
from textgen.corpus.formats.tables import RowElements, TableRow
from textgen.corpus.reading import TextFile, repair_escaped
from textgen.corpus.reading_options import AS_FOUND, Column, ReadingOptions


def weigh_jsonl(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that nearly every line is a JSON object with a text field."""
    rows = [(number, _parse_row(line, options)) for number, line in filled(head)]
    good = [row for _, row in rows if row is not None]
    layout = ScriptLayout() if any(row.speaker for row in good) else CaptionLayout()
    reason = f"{share(len(good), len(rows))} lines are JSON objects with a text field"
    convincing = bool(good) and len(good) >= 0.9 * len(rows)
    return Evidence(
        convincing,
        reason,
        None if good else first_filled(head),
        layout,
        read=partial(_read_objects, options),
        columns=tuple((str(column), option.removesuffix("_column")) for option, column in options.columns.items()),
    )


def read_jsonl(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of JSON lines."""
    return _read_objects(AS_FOUND, lines, layout, report)


def _read_objects(
    options: ReadingOptions, lines: Iterable[str], layout: ScriptLayout, report: ReadReport
) -> Iterator[Element]:
    rows = RowElements(layout, report)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _parse_row(line, options)
        if row is None or not row.text.strip():
            report.skip(number, line, "no JSON object with a text field")
        else:
            yield from rows.convert(row)


def _parse_row(line: str, options: ReadingOptions) -> TableRow | None:
    """The row in a line; None where it is no JSON object with a text field."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    fields = {field_key(name): value for name, value in values.items()}
    text = _named(fields, options.text_column, TEXT_FIELDS)
    if not isinstance(text, str):
        return None
    text = repair_escaped(text)
    documents = tuple(_as_text(fields[name]) for name in DOCUMENT_FIELDS if name in fields)
    speaker = _named(fields, options.speaker_column, SPEAKER_FIELDS)
    scene = _named(fields, options.scene_column, SCENE_FIELDS)
    return TableRow(_as_text(speaker), text, documents, _as_text(scene))


def _named(fields: Mapping[str, Any], asked: Column | None, names: tuple[str, ...]) -> Any:
    """The value of the field that a person named, or else of the first with a known name; None where there is none."""
    wanted = names if asked is None else (field_key(str(asked)),)
    return next((fields[name] for name in wanted if name in fields), None)


def _as_text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else repair_escaped(str(value))


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


FORMATS = (
    Format("jsonl", 230, weigh_jsonl, read_jsonl, suffixes=(".jsonl",), markup="JSON", one_piece=True),
    Format("json", 240, weigh, read_file=read, suffixes=(".json",), markup="JSON"),
)
