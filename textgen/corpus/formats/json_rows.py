"""Texts in JSON, perhaps with a speaker and a scene: an object a line, or a list of objects or texts in one value."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

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
from textgen.corpus.formats.columns import (
    DOCUMENT_FIELDS,
    SCENE_FIELDS,
    SPEAKER_FIELDS,
    TEXT_FIELDS,
    Columns,
    field_key,
)
from textgen.corpus.formats.json_file import json_objects, json_values, paths_to, places, text_in
from textgen.corpus.formats.json_text import ITEM, JsonPath, sample
from textgen.corpus.formats.json_turns import SPEAKER_FIELDS as SPEAKERS_OF_TURNS
from textgen.corpus.formats.json_turns import TEXT_FIELDS as TEXTS_OF_TURNS
from textgen.corpus.formats.json_turns import speaker_in
from textgen.corpus.formats.messages import Message, chat_evidence
from textgen.corpus.formats.naming import recur
from textgen.corpus.formats.plain import CaptionLayout
from textgen.corpus.formats.table_times import MessageDirection, Times, find_direction, find_times, messages_in
from textgen.corpus.formats.tables import RowElements, TableRow
from textgen.corpus.reading import TextFile, repair_escaped
from textgen.corpus.reading_options import AS_FOUND, Column, ReadingOptions

_SPEAKERS = [name for name in (*SPEAKERS_OF_TURNS, *SPEAKER_FIELDS) if name != "role"]
_TEXTS = (*TEXTS_OF_TURNS, "msg", "body")
_FEWEST, _FILLED, _LOOKED_AT = 2, 0.25, 200


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


class _Fields(NamedTuple):
    """The fields of messages in JSON, as the columns of a table; the list that holds a message is the last.

    Args:
        names: of the fields.
        columns: what they hold.
        times: how they say when something was said.
        direction: how they say whether it was sent or received; None where they do not.
    """

    names: Sequence[str]
    columns: Columns
    times: Times
    direction: MessageDirection | None

    def record(self, item: Mapping[str, Any], group: int) -> list[str]:
        """A message as the row of a table."""
        return _record(item, group, self.names, self.columns)


def weigh_messages(head: Sequence[str], options: ReadingOptions) -> Evidence | None:
    """The evidence of lists of objects with a speaker, a text and a time; None where there are none.

    A list of lists is a dataset of dialogues, and sides that are told apart by roles are no people.
    """
    found = sample(head)
    if found is None or found.kind == "lines" or options.columns:
        return None
    lists: list[list[dict[str, Any]]] = []

    def holds_messages(place: JsonPath, value: Any) -> bool:
        items = [item for item in value[:_LOOKED_AT] if item] if isinstance(value, list) and ITEM not in place else []
        fits = bool(items) and all(isinstance(item, dict) and "role" not in item for item in items)
        fits = fits and _find_fields([items]) is not None
        lists.extend([items] if fits else [])
        return fits

    paths = [(*place, ITEM) for place in paths_to(found.value, holds_messages)]
    fields = _find_fields(lists)
    if fields is None:
        return None
    reason = f"JSON with messages {places(paths)}"
    return chat_evidence(partial(_messages, fields, paths), head, options, reason, fields.times.newest_first)


def _find_fields(lists: Sequence[Sequence[Mapping[str, Any]]]) -> _Fields | None:
    """The fields of the messages in lists; None where they have no speakers that come again, no texts or no times."""
    items = [{field_key(name): value for name, value in item.items()} for found in lists for item in found]
    names = list(dict.fromkeys(name for item in items for name in item))
    speaker = _first_filled(items, _SPEAKERS, speaker_in)
    text = _first_filled(items, _TEXTS, text_in)
    if speaker is None or text is None or len(items) < _FEWEST or any(name in names for name in SCENE_FIELDS):
        return None
    if not recur([name for item in items if (name := speaker_in(item.get(speaker)))]):
        return None
    documents = tuple(place for place, name in enumerate(names) if name in DOCUMENT_FIELDS)
    columns = Columns(names.index(speaker), names.index(text), (*documents, len(names)), None, header=True)
    rows = [_record(item, group, names, columns) for group, found in enumerate(lists) for item in found]
    times = find_times([*names, ""], rows, columns)
    return None if times is None else _Fields(names, columns, times, find_direction(rows, columns, times))


def _first_filled(
    items: Sequence[Mapping[str, Any]], names: Sequence[str], content: Callable[[Any], str]
) -> str | None:
    """The first of some fields that many of the items fill."""
    return next(
        (name for name in names if sum(bool(content(item.get(name))) for item in items) > _FILLED * len(items)), None
    )


def _record(item: Mapping[str, Any], group: int, names: Sequence[str], columns: Columns) -> list[str]:
    fields = {field_key(name): value for name, value in item.items()}
    record = [*(_as_text(fields.get(name)) for name in names), str(group)]
    if columns.speaker is not None:
        record[columns.speaker] = speaker_in(fields.get(names[columns.speaker]))
    record[columns.text] = text_in(fields.get(names[columns.text]))
    return record


def _messages(fields: _Fields, paths: Sequence[JsonPath], file: TextFile, report: ReadReport) -> Iterator[Message]:
    """The messages at some places, as a table gives them."""
    objects = json_objects(file, report, paths)
    rows = (fields.record(item, record.group) for record, item in objects)
    return messages_in(rows, fields.columns, fields.times, fields.direction, report)


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
