"""JSON lines: one object a line, with a text field and maybe speaker, scene and document fields."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from textgen.corpus.readers.rows import (
    DOCUMENT_FIELDS,
    SCENE_FIELDS,
    SPEAKER_FIELDS,
    TEXT_FIELDS,
    Row,
    RowElements,
    field_key,
)
from textgen.corpus.repairs import repair_escaped
from textgen.corpus.report import ReadReport
from textgen.corpus.scene import Element
from textgen.corpus.style import ScriptStyle


def read(lines: Iterable[str], style: ScriptStyle, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of JSON lines."""
    rows = RowElements(style, report)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = parse_row(line)
        if row is None or not row.text.strip():
            report.skip(number, line, "no JSON object with a text field")
        else:
            yield from rows.convert(row)


def parse_row(line: str) -> Row | None:
    """The row in a line; None where it is no JSON object with a text field."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, dict):
        return None
    fields = {field_key(name): value for name, value in values.items()}
    text = _first(fields, TEXT_FIELDS)
    if not isinstance(text, str):
        return None
    text = repair_escaped(text)
    documents = tuple(_as_text(fields[name]) for name in DOCUMENT_FIELDS if name in fields)
    speaker, scene = _first(fields, SPEAKER_FIELDS), _first(fields, SCENE_FIELDS)
    return Row(_as_text(speaker), text, documents, _as_text(scene))


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if name in fields), None)


def _as_text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else repair_escaped(str(value))
