"""Scripts in tables: records with a text, and perhaps a speaker, a scene and a document.

The text of a field is read as the colon format reads a line. Texts without speakers are captions, or, where many of
them have several lines, documents of plain text. A row of prompts and replies is a document of two speeches, whose
speakers are the names of the columns.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from textgen.corpus.document import DocumentOpening, Element, Line, SceneOpening
from textgen.corpus.formats.as_script import as_script, name_in_front
from textgen.corpus.formats.base import (
    HEAD_LINES,
    Evidence,
    Format,
    ReadReport,
    ScriptLayout,
    first_filled,
    share,
)
from textgen.corpus.formats.colon import is_heading, parse_cue, parse_line
from textgen.corpus.formats.columns import (
    SPEAKER_FIELDS,
    TEXT_FIELDS,
    Columns,
    PairColumns,
    are_numbers,
    columns_asked_for,
    columns_by_content,
    described,
    field_key,
    find_columns,
    find_pair_columns,
    has_header,
)
from textgen.corpus.formats.messages import DELETED_TEXTS, read_dialogues
from textgen.corpus.formats.naming import come_again, is_nobody
from textgen.corpus.formats.plain import CaptionLayout, PlainLayout
from textgen.corpus.formats.records import (
    CSV,
    TABLE_SUFFIXES,
    TSV,
    Dialect,
    dialects,
    find_dialect,
    first_records,
    may_be_table,
    records,
)
from textgen.corpus.formats.table_times import MessageDirection, Times, find_direction, find_times, read_messages
from textgen.corpus.reading_options import AS_FOUND, ReadingOptions

_SURE_SPEAKERS = {*SPEAKER_FIELDS[: SPEAKER_FIELDS.index("who") + 1]} - {"name"}  # things have names, too
_TEXTS_ABOUT = frozenset(("description", "summary", "abstract"))
_MANY_LINES = 0.25

_LINE_BREAKS = re.compile(r"(?<!\s)[^\S\r\n]*+[\r\n]\s*")


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


class RowElements:
    """Turns rows into elements; remembers document and scene of the row before.

    Args:
        layout: captions and plain text make each row a document of its own.
        report: counts what is normalised.
    """

    def __init__(self, layout: ScriptLayout, report: ReadReport) -> None:
        self._layout = layout.name
        self._report = report
        self._document: tuple[str, ...] | None = None
        self._scene = ""
        self._has_lines = False

    def convert(self, row: TableRow) -> Iterator[Element]:
        """The elements of one row, whose text is not empty."""
        text = row.text.strip()
        if text in DELETED_TEXTS:
            self._report.change("deleted text left out")
            return
        if self._layout == PlainLayout.name:
            yield DocumentOpening()
            yield from (Line(None, line) for line in text.split("\n"))
            return
        joined = self._joined(text)
        if self._layout == CaptionLayout.name:
            yield from (DocumentOpening(), Line(None, joined))
            return
        speaker = " ".join(row.speaker.split())
        is_speech = bool(speaker) and not is_nobody(speaker)
        element = self._speech(speaker, joined) if is_speech else self._narration(joined)
        is_line = isinstance(element, Line)
        yield from self._openings(row, is_line)
        yield element
        self._has_lines = is_line

    def convert_pair(self, turns: Iterable[tuple[str, str]]) -> Iterator[Element]:
        """The prompt and the reply of one row, as a document of two lines; empty ones are left out.

        Args:
            turns: the name of its column (empty without a header) and the text of each.
        """
        yield DocumentOpening()
        for name, text in turns:
            joined = self._joined(text.strip())
            if joined:
                yield self._speech(" ".join(name.split()), joined) if name else self._narration(joined)
            else:
                self._report.change("empty cell left out")

    def _joined(self, text: str) -> str:
        joined = _LINE_BREAKS.sub(" ", text)
        self._report.change("line breaks in a speech became a space", int(joined != text))
        return joined

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
            return Line(name_in_front(name), text)
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


class Table(NamedTuple):
    """How a table is read.

    Args:
        dialect: of its records.
        first: its first record.
        columns: what its columns hold.
        layout: how its script is written.
        named: whether a person or a header says what they hold.
        times: how its rows say when something was said; None where they do not.
        direction: how they say whether it was sent or received; None where they do not.
    """

    dialect: Dialect
    first: Sequence[str]
    columns: Columns | PairColumns
    layout: ScriptLayout
    named: bool
    times: Times | None = None
    direction: MessageDirection | None = None


def may_be_csv(head: Sequence[str], path: Path, options: ReadingOptions) -> bool:
    """Whether the file's name or a person says that it is a table, or its first record names the columns."""
    if path.suffix.lower() in TABLE_SUFFIXES or options.columns:
        return True
    if not may_be_table(head, CSV, by_suffix=False):
        return False
    firsts = (next(records(head, dialect, ReadReport()), None) for dialect in dialects(head, CSV))
    return any(first is not None and _named_columns(first[1]) is not None for first in firsts)


def weigh_csv(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that the columns of a table have known names, or that a `.csv` holds texts."""
    return _weigh_table(head, path, options, CSV, path.suffix.lower() in TABLE_SUFFIXES, False)


def weigh_tsv(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that the columns have known names, that a `.tsv` holds texts, or that nearly every line has one tab."""
    return _weigh_table(head, path, options, TSV, path.suffix.lower() == ".tsv", True)


def _weigh_table(
    head: Sequence[str], path: Path, options: ReadingOptions, delimiters: str, by_suffix: bool, by_two: bool
) -> Evidence:
    """The evidence of a table.

    Args:
        head, path, options: as for any format.
        delimiters: what may separate fields.
        by_suffix: whether the file's name says that it is one.
        by_two: whether two columns without names are enough.
    """
    if not may_be_table(head, delimiters, by_suffix):
        return Evidence(False, "no speaker and text columns", first_filled(head))
    report = ReadReport()
    dialect = find_dialect(head, delimiters)
    rows = first_records(head, dialect, report)
    found = _find_table(rows, dialect, options, path)
    if found is None or len(rows) < 2:
        return Evidence(False, "no speaker and text columns", first_filled(head))
    whole = len(rows) + report.skipped
    fits = len(rows) >= 0.8 * whole
    told = isinstance(found.columns, PairColumns) or found.columns.speaker is not None or bool(options.columns)
    wanted = by_suffix or (told if found.named else by_two and len(found.first) == 2)
    evidence = Evidence(
        fits and wanted,
        _reason(found, len(rows), whole),
        None if fits else report.first_skipped_line,
        found.layout,
        read=partial(_read_table, found),
        columns=described(
            found.first,
            found.columns,
            found.times.places if found.times else (),
            found.direction.place if found.direction else None,
        ),
    )
    return _as_chat(evidence, found, options)


def _as_chat(evidence: Evidence, table: Table, options: ReadingOptions) -> Evidence:
    """The evidence for a table, read as messages where its rows say when they were said."""
    if table.times is None or isinstance(table.columns, PairColumns):
        return evidence
    read = partial(
        read_dialogues,
        reader=partial(read_messages, table.dialect, table.columns, table.times, table.direction),
        join_minutes=options.join_minutes,
        newest_first=table.times.newest_first,
    )
    return evidence._replace(read_file=as_script(read), read_dialogues=read)


def _find_table(rows: Sequence[Sequence[str]], dialect: Dialect, options: ReadingOptions, path: Path) -> Table | None:
    """What the columns of a table hold; None where they hold no texts."""
    if not rows:
        return None
    asked = columns_asked_for(rows, options, path)
    columns = asked or _named_columns(rows[0])
    named = columns is not None
    columns = columns or _unnamed_columns(rows, dialect)
    if columns is None:
        return None
    body = rows[columns.header :]
    if isinstance(columns, Columns) and not asked and named and not _has_speakers(rows[0], body, columns):
        columns = columns._replace(speaker=None)
    times = find_times(rows[0], body, columns) if isinstance(columns, Columns) else None
    direction = find_direction(body, columns, times) if isinstance(columns, Columns) and times is not None else None
    return Table(dialect, rows[0], columns, _layout(columns, body), named, times, direction)


def _has_speakers(first: Sequence[str], body: Sequence[Sequence[str]], columns: Columns) -> bool:
    """Whether a column with a known name has names of speakers, and not of what the texts are about."""
    if columns.speaker is None or field_key(first[columns.speaker]) in _SURE_SPEAKERS:
        return columns.speaker is not None
    names = [row[columns.speaker].strip() for row in body]
    return come_again(names) and (field_key(first[columns.text]) not in _TEXTS_ABOUT or len({*names}) < len(names))


def _named_columns(first: Sequence[str]) -> Columns | PairColumns | None:
    """The columns by the names in the first record."""
    if len(first) == 1:
        return Columns(None, 0, (), None, header=True) if field_key(first[0]) in TEXT_FIELDS else None
    columns = find_columns(first)
    if columns is not None and columns.header:
        return columns
    pair = find_pair_columns(first)
    return pair if pair is not None and pair.header else None


def _unnamed_columns(rows: Sequence[Sequence[str]], dialect: Dialect) -> Columns | PairColumns | None:
    """The columns by what stands in them. Of two, the first one has speakers, numbers, or prompts and titles.

    A single one is a table only if a field of it needed quotation marks.
    """
    if len(rows[0]) == 1 and not any("\n" in row[0] or dialect.delimiter in row[0] for row in rows):
        return None
    if len(rows[0]) != 2:
        return columns_by_content(rows)
    header = has_header(rows)
    body = rows[header:]
    if are_numbers(body, 0):
        return Columns(None, 1, (), None, header)
    return Columns(0, 1, (), None, header) if come_again([row[0] for row in body]) else PairColumns(0, 1, header)


def _layout(columns: Columns | PairColumns, body: Sequence[Sequence[str]]) -> ScriptLayout:
    """Speeches, or texts that are captions unless many of them have several lines."""
    if isinstance(columns, PairColumns) or columns.speaker is not None:
        return ScriptLayout()
    texts = [row[columns.text].strip() for row in body]
    several = sum("\n" in text for text in texts)
    return PlainLayout() if several > _MANY_LINES * sum(map(bool, texts)) else CaptionLayout()


def _reason(found: Table, good: int, whole: int) -> str:
    columns = found.columns
    if not columns.header:
        words = {1: "one column", 2: "two columns"}
        return f"{share(good, whole)} records have {words.get(len(found.first), f'{len(found.first)} columns')}"
    places = columns[:2] if isinstance(columns, PairColumns) else (columns.speaker, columns.text)
    names = [f'"{found.first[place].strip()}"' for place in places if place is not None]
    return f"the header names the column{'s' * (len(names) > 1)} {' and '.join(names)}"


def read_csv(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of a table with commas, semicolons or bars."""
    return _read_any(lines, CSV, layout, report)


def read_tsv(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield the elements of a table with tabs."""
    return _read_any(lines, TSV, layout, report)


def _read_any(lines: Iterable[str], delimiters: str, layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Read a table of which only the layout is known."""
    lines = iter(lines)
    head = list(islice(lines, HEAD_LINES))
    dialect = find_dialect(head, delimiters)
    rows = [record for _, record in records(head, dialect, ReadReport())]
    found = _find_table(rows, dialect, AS_FOUND, Path())
    return iter(()) if found is None else _read_table(found, chain(head, lines), layout, report)


def _read_table(table: Table, lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    columns = table.columns
    rows = RowElements(layout, report)
    named = columns.header
    for number, record in records(lines, table.dialect, report):
        if named:
            named = False
        elif isinstance(columns, PairColumns):
            names = table.first if columns.header else ("",) * len(record)
            yield from rows.convert_pair((names[place], record[place]) for place in (columns.prompt, columns.reply))
        elif (row := _row(record, columns)).text.strip():
            yield from rows.convert(row)
        else:
            report.skip(number, table.dialect.delimiter.join(record), "no text in the text column")


def _row(record: Sequence[str], columns: Columns) -> TableRow:
    return TableRow(
        "" if columns.speaker is None else record[columns.speaker],
        record[columns.text],
        columns.documents(record),
        "" if columns.scene is None else record[columns.scene],
    )


FORMATS = (
    Format("csv", 270, weigh_csv, read_csv, suffixes=(".csv",), may_be=may_be_csv, one_piece=True),
    Format("tsv", 280, weigh_tsv, read_tsv, suffixes=(".tsv",), one_piece=True),
)
