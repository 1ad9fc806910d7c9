"""Scripts in tables and JSON lines: records with a text, and perhaps a speaker, a scene and a document.

A quotation mark that is never closed would swallow the rest of the file. So a record ends after `MAX_LINES`
lines, and where several lines together do not give the header's columns, the first of them is taken alone.

The text of a field is read as the colon format reads a line.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from textgen.corpus.document import DocumentOpening, Element, Line, SceneOpening
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, filled, first_filled, share
from textgen.corpus.formats.colon import MAX_WORDS, is_heading, parse_cue, parse_line
from textgen.corpus.formats.plain import CaptionLayout
from textgen.corpus.reading import repair_escaped
from textgen.corpus.reading_options import ReadingOptions

MAX_LINES = 100

CSV, TSV = ",;", "\t"
"""What may separate the fields of a table; spreadsheets write semicolons where a comma is the decimal mark."""


def records(lines: Iterable[str], delimiters: str, report: ReadReport) -> Iterator[tuple[int, list[str]]]:
    """The records of a table, each with the number of its first line (from 1).

    Args:
        lines: without their ends.
        delimiters: what may separate fields; the first one that splits the first record is taken.
        report: counts the records left out; the first record sets how many columns the others have.
    """
    source = _Source(lines)
    width, delimiter = 0, ""
    while taken := source.take():
        number, line = taken
        if not line.strip():
            continue
        delimiter = delimiter or next((sign for sign in delimiters if len(_parse(line, sign)) > 1), delimiters[0])
        opened = ends_inside(line, delimiter)
        record = _several_lines(source, line, delimiter, width) if opened else None
        if record is None:
            record = _one_line(line, delimiter, opened, report)
        if width and (len(record) < width or any(cell.strip() for cell in record[width:])):
            report.skip(number, line, f"{len(record)} columns where {width} were expected")
            continue
        width = width or len(record)
        yield number, record


def _one_line(line: str, delimiter: str, opened: bool, report: ReadReport) -> list[str]:
    """The record in a line. Fields between tabs need no quotation marks, so that odd ones there are text."""
    if delimiter == TSV and '"' in line and not _parse(line, delimiter, strict=True):
        report.change("quotation marks taken as text")
        return line.split(delimiter)
    report.change("quotation mark never closed", int(opened))
    return _parse(line, delimiter)


class _Source:
    """Numbered lines that can be given back."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(enumerate(lines, start=1))
        self._waiting: list[tuple[int, str]] = []

    def take(self) -> tuple[int, str] | None:
        return self._waiting.pop() if self._waiting else next(self._lines, None)

    def give_back(self, lines: list[tuple[int, str]]) -> None:
        self._waiting.extend(reversed(lines))


def _several_lines(source: _Source, line: str, delimiter: str, width: int) -> list[str] | None:
    """The record that begins with a line and ends in a later one; None, and nothing taken, if none does."""
    more: list[tuple[int, str]] = []
    inside = True
    while inside and len(more) < MAX_LINES and (taken := source.take()):
        more.append(taken)
        inside = ends_inside(taken[1], delimiter, inside)
    record = _parse("\n".join([line, *(text for _, text in more)]), delimiter, strict=True)
    if inside or not record or (width and len(record) != width):
        source.give_back(more)
        return None
    return record


def ends_inside(line: str, delimiter: str, inside: bool = False) -> bool:
    """Whether a quoted field is still open at the end of a line.

    Args:
        line: a physical line.
        delimiter: what separates fields; a field is quoted where the mark is its first character.
        inside: whether one was open at its beginning.
    """
    place = line.find('"')
    while place >= 0:
        if not inside:
            inside = place == 0 or line[place - 1] == delimiter
        elif line.startswith('""', place):
            place += 1
        else:
            inside = False
        place = line.find('"', place + 1)
    return inside


def _parse(text: str, delimiter: str, strict: bool = False) -> list[str]:
    """The fields of one record, none where it is broken.

    Unless `strict`, a quotation mark that is never closed goes to the end of the text, and one that is closed in the
    middle of a field is forgiven.
    """
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=strict), [])
    except csv.Error:
        return []


SPEAKER_FIELDS = (
    "raw_character_text",
    "character_name",
    "character",
    "speaker_name",
    "speaker",
    "name",
    "who",
)
TEXT_FIELDS = (
    "spoken_words",
    "dialogue",
    "dialog",
    "text",
    "speech",
    "quote",
    "utterance",
    "line",
    "content",
)
DOCUMENT_FIELDS = (
    "season",
    "season_id",
    "episode",
    "episode_id",
    "episode_title",
    "movie",
    "play",
    "document",
)
SCENE_FIELDS = ("scene", "scene_id", "scene_number", "raw_location_text", "location", "setting")

_LINE_BREAKS = re.compile(r"\s*[\r\n]+\s*")
_NOT_IN_A_NAME = re.compile(r"[^\w\s.,'’&+/#-]")


class TableRow(NamedTuple):
    """One record.

    Args:
        speaker: as in the file, maybe empty.
        text: as in the file.
        document: values that identify its document.
        scene: value that identifies its scene; "" where the scene goes on.
    """

    speaker: str
    text: str
    document: tuple[str, ...]
    scene: str


def field_key(name: str) -> str:
    """A field's name for comparison: without case, its words separated by `_`."""
    return re.sub(r"[\s_-]+", "_", name.strip().casefold())


class _RowElements:
    """Turns rows into elements; remembers document and scene of the row before.

    Args:
        layout: captions make each row a document of its own.
        report: counts what is normalised.
    """

    def __init__(self, layout: ScriptLayout, report: ReadReport) -> None:
        self._captions = layout.name == CaptionLayout.name
        self._report = report
        self._document: tuple[str, ...] | None = None
        self._scene = ""
        self._has_lines = False

    def convert(self, row: TableRow) -> Iterator[Element]:
        """The elements of one row, whose text is not empty."""
        text = row.text.strip()
        joined = _LINE_BREAKS.sub(" ", text)
        self._report.change("line breaks in a speech became a space", int(joined != text))
        if self._captions:
            yield from (DocumentOpening(), Line(None, joined))
            return
        speaker = " ".join(row.speaker.split())
        element = self._speech(speaker, joined) if speaker else self._narration(joined)
        is_line = isinstance(element, Line)
        yield from self._openings(row, is_line)
        yield element
        self._has_lines = is_line

    def _openings(self, row: TableRow, is_line: bool) -> Iterator[Element]:
        """What opens before a row; a scene without heading only between two lines."""
        new_document = row.document != self._document
        if new_document:
            yield DocumentOpening()
            self._document, self._scene, self._has_lines = row.document, "", False
        if row.scene and row.scene != self._scene:
            heading = _scene_heading(row.scene)
            if heading is not None or (is_line and self._has_lines):
                yield SceneOpening(heading)
            self._scene = row.scene

    def _speech(self, name: str, text: str) -> Element:
        if is_heading(f"{name}: {text}"):
            return SceneOpening(f"{name}: {text}")
        cue = parse_cue(f"{name}:")
        if cue is None or cue.text or is_heading(f"{cue.speaker}:"):
            self._report.change("speaker name simplified")
            return Line(" ".join(_NOT_IN_A_NAME.sub(" ", name).split()[:MAX_WORDS]) or name, text)
        self._report.change("direction moved behind the colon", int(bool(cue.directions)))
        return Line(cue.speaker, f"{cue.directions} {text}".strip())

    def _narration(self, text: str) -> Element:
        element = parse_line(text, ReadReport())
        if isinstance(element, SceneOpening) or element.speaker is None:
            return element
        self._report.change("narration with a colon put in parentheses")
        return Line(None, f"({text})")


def _scene_heading(scene: str) -> str | None:
    """A heading from a scene field; a number is none."""
    heading = " ".join(scene.split())
    if not any(map(str.isalpha, heading)):
        return None
    return heading if is_heading(heading) else "[" + heading.replace("[", "(").replace("]", ")") + "]"


class Columns(NamedTuple):
    """The numbers of a table's columns, from 0."""

    speaker: int | None
    text: int
    document: tuple[int, ...]
    scene: int | None
    header: bool


def find_columns(first: Sequence[str]) -> Columns | None:
    """The columns of a table by its first record; two columns without known names are speaker and text."""
    keys = [field_key(name) for name in first]
    text = _find(keys, TEXT_FIELDS)
    if text is not None and len(keys) > 1:
        documents = tuple(place for place, key in enumerate(keys) if key in DOCUMENT_FIELDS)
        return Columns(_find(keys, SPEAKER_FIELDS), text, documents, _find(keys, SCENE_FIELDS), header=True)
    return Columns(0, 1, (), None, header=False) if len(keys) == 2 else None


def _find(keys: list[str], names: tuple[str, ...]) -> int | None:
    return next((keys.index(name) for name in names if name in keys), None)


def weigh_csv(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that a header names the columns, or that a `.csv` has two of them."""
    return _weigh_table(head, CSV, nameless=path.suffix.lower() == ".csv", texts=path.suffix.lower() == ".csv")


def weigh_tsv(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that a header names the columns, or that nearly every line has one tab."""
    return _weigh_table(head, TSV, nameless=True, texts=path.suffix.lower() == ".tsv")


def _weigh_table(head: Sequence[str], delimiters: str, nameless: bool, texts: bool) -> Evidence:
    report = ReadReport()
    found = list(records(head, delimiters, report))
    first = found[0][1] if found else []
    columns = find_columns(first)
    if columns is None or len(found) < 2:
        return Evidence(False, "no speaker and text columns", first_filled(head))
    whole = len(found) + report.skipped
    fits = len(found) >= 0.8 * whole
    wanted = nameless if not columns.header else texts or columns.speaker is not None
    layout = CaptionLayout() if columns.speaker is None else ScriptLayout()
    misfit = None if fits else report.first_skipped_line
    return Evidence(fits and wanted, _reason(columns, first, len(found), whole), misfit, layout)


def _reason(columns: Columns, first: list[str], good: int, whole: int) -> str:
    if not columns.header:
        return f"{share(good, whole)} records have two columns"
    names = [first[place].strip() for place in (columns.speaker, columns.text) if place is not None]
    return f"the header names the column{'s' * (len(names) > 1)} " + " and ".join(f'"{name}"' for name in names)


def read_csv(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of a table with commas or semicolons."""
    return _read_table(lines, CSV, layout, report)


def read_tsv(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of a table with tabs."""
    return _read_table(lines, TSV, layout, report)


def _read_table(lines: Iterable[str], delimiters: str, layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    columns: Columns | None = None
    rows = _RowElements(layout, report)
    for number, record in records(lines, delimiters, report):
        if columns is None:
            columns = find_columns(record)
            if columns is None or columns.header:
                continue
        row = _row(record, columns)
        if row.text.strip():
            yield from rows.convert(row)
        else:
            report.skip(number, delimiters[0].join(record), "no text in the text column")


def _row(record: list[str], columns: Columns) -> TableRow:
    return TableRow(
        "" if columns.speaker is None else record[columns.speaker],
        record[columns.text],
        tuple(record[place] for place in columns.document),
        "" if columns.scene is None else record[columns.scene],
    )


def weigh_jsonl(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that nearly every line is a JSON object with a text field."""
    rows = [(number, _parse_row(line)) for number, line in filled(head)]
    good = [row for _, row in rows if row is not None]
    layout = ScriptLayout() if any(row.speaker for row in good) else CaptionLayout()
    reason = f"{share(len(good), len(rows))} lines are JSON objects with a text field"
    convincing = bool(good) and len(good) >= 0.9 * len(rows)
    return Evidence(convincing, reason, None if good else first_filled(head), layout)


def read_jsonl(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of JSON lines."""
    rows = _RowElements(layout, report)
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _parse_row(line)
        if row is None or not row.text.strip():
            report.skip(number, line, "no JSON object with a text field")
        else:
            yield from rows.convert(row)


def _parse_row(line: str) -> TableRow | None:
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
    return TableRow(_as_text(speaker), text, documents, _as_text(scene))


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if name in fields), None)


def _as_text(value: Any) -> str:
    return "" if value is None or isinstance(value, dict | list) else repair_escaped(str(value))


FORMATS = (
    Format("jsonl", 45, weigh_jsonl, read_jsonl, suffixes=(".jsonl",), markup="JSON"),
    Format("csv", 50, weigh_csv, read_csv, suffixes=(".csv",)),
    Format("tsv", 55, weigh_tsv, read_tsv, suffixes=(".tsv",)),
)
