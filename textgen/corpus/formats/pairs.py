"""Prompts and their replies: in two columns of a CSV or TSV table, or in two aligned files.

In aligned files each line of the second is the reply to the same line of the first.
"""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import zip_longest
from pathlib import Path

from textgen.corpus.document import Scene, turn_of
from textgen.corpus.formats.base import HEAD_LINES, Evidence, FilePair, Format, ReadReport, first_filled, share
from textgen.corpus.formats.columns import (
    PROMPT_NAMES,
    REPLY_NAMES,
    PairColumns,
    are_names,
    are_numbers,
    columns_asked_for,
    described,
    find_columns,
    find_pair_columns,
    has_header,
    singular,
)
from textgen.corpus.formats.records import (
    CSV,
    TABLE_SUFFIXES,
    TSV,
    Dialect,
    find_dialect,
    first_records,
    may_be_table,
    records,
)
from textgen.corpus.formats.tables import may_be_csv
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions
from textgen.errors import CorpusError

_FILE_PROMPT_NAMES = frozenset((*PROMPT_NAMES, "enc", "encoder", "from"))
_FILE_REPLY_NAMES = frozenset((*REPLY_NAMES, "dec", "decoder", "to"))
_SPLIT_NAMES = frozenset(("train", "training", "valid", "validation", "val", "dev", "development", "test"))
_NOT_IN_A_WORD = re.compile(r"[\W_]+")
_BY_CHANCE = 10
"""Two files of fewer lines may well have the same number of them without being aligned."""


def weigh_csv(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that a header names the columns, or that a `.csv` has two of them."""
    return _weigh_table(head, path, options, CSV, nameless=path.suffix.lower() in TABLE_SUFFIXES)


def weigh_tsv(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that a header names the columns, or that nearly every line has one tab."""
    return _weigh_table(head, path, options, TSV, nameless=True)


def _weigh_table(head: Sequence[str], path: Path, options: ReadingOptions, delimiters: str, nameless: bool) -> Evidence:
    if not may_be_table(head, delimiters, nameless):
        return Evidence(False, "no two columns", first_filled(head))
    report, dialect = ReadReport(), find_dialect(head, delimiters)
    rows = first_records(head, dialect, report)
    asked = columns_asked_for(rows, options, path) if rows else None
    columns = _find_pair(rows) if asked is None else asked
    if not isinstance(columns, PairColumns):
        return Evidence(False, "no two columns", first_filled(head))
    whole = len(rows) + report.skipped
    fits = len(rows) >= 0.8 * whole
    evidence = Evidence(
        fits and len(rows) > columns.header,
        f"{share(len(rows), whole)} records have two columns" + " or more" * (len(rows[0]) > 2),
        None if fits else report.first_skipped_line,
        read_dialogues=partial(_read_table, dialect, columns),
        columns=described(rows[0], columns),
    )
    if columns.header and (asked is not None or find_pair_columns(rows[0]) == columns):
        names = " and ".join(f'"{rows[0][place].strip()}"' for place in (columns.prompt, columns.reply))
        return evidence._replace(reason=f"the header names the columns {names}")
    if asked is not None:
        return evidence
    script = find_columns(rows[0])
    named = script is not None and script.header
    wanted = nameless and len(rows[0]) == 2 and not named and not _are_speakers_or_numbers(rows)
    return evidence._replace(convincing=evidence.convincing and wanted, sure=False)


def _are_speakers_or_numbers(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first column holds no prompts."""
    return are_names([row[0] for row in rows]) or are_numbers(rows, 0)


def _find_pair(rows: Sequence[Sequence[str]]) -> PairColumns | None:
    """The columns by their names; without known names, the first two, with or without a header."""
    columns = find_pair_columns(rows[0]) if rows else None
    return columns if columns is None or columns.header else columns._replace(header=has_header(rows))


def read_csv(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield the rows of a table with commas, semicolons or bars as dialogues of two turns."""
    return _read_any(files, CSV, report)


def read_tsv(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield the rows of a table with tabs as dialogues of two turns."""
    return _read_any(files, TSV, report)


def _read_any(files: Sequence[TextFile], delimiters: str, report: ReadReport) -> Iterator[Scene]:
    """Read a table of which nothing is known."""
    head = files[0].head(HEAD_LINES)
    dialect = find_dialect(head, delimiters)
    columns = _find_pair([record for _, record in records(head, dialect, ReadReport())])
    return iter(()) if columns is None else _read_table(dialect, columns, files, report)


def _read_table(
    dialect: Dialect, columns: PairColumns, files: Sequence[TextFile], report: ReadReport
) -> Iterator[Scene]:
    named = columns.header
    for _, record in records(files[0].lines(), dialect, report):
        if not named:
            yield Scene(None, (turn_of(record[columns.prompt]), turn_of(record[columns.reply])))
        named = False


def read_aligned(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each pair of lines as a dialogue of two turns.

    Raises:
        CorpusError: at the end, if one file has more lines than the other.
    """
    prompts, replies = files
    for prompt, reply in zip_longest(prompts.lines(), replies.lines()):
        if prompt is None or reply is None:
            check_aligned(prompts, replies)
            return
        yield Scene(None, (turn_of(prompt), turn_of(reply)))


def check_aligned(prompts: TextFile, replies: TextFile) -> None:
    """Refuse two files that do not have the same number of lines; reads both.

    Raises:
        CorpusError: with both numbers.
    """
    counts = count_lines(prompts), count_lines(replies)
    if counts[0] != counts[1]:
        raise CorpusError(
            f"{prompts.path} and {replies.path} were to be read as prompts and their replies, line by line, but the "
            f"first has {counts[0]:,} lines and the second {counts[1]:,}; both need the same number: find where they "
            "part, or choose another --format."
        )


def count_lines(file: TextFile) -> int:
    """How many lines a file has; reads all of it."""
    return sum(1 for _ in file.lines())


def pair_up(files: Sequence[TextFile], ordered: bool) -> Iterator[FilePair]:
    """Pairs of files that the user called aligned: by fitting names, then in the order given.

    Args:
        files: the files.
        ordered: whether a person named them one by one.

    Raises:
        CorpusError: if a file has no partner, or a pair differs in its numbers of lines.
    """
    pairs = list(_with_fitting_names(files, ordered))
    taken = {file for pair in pairs for file in pair}
    left = [file for file in files if file not in taken]
    if len(left) % 2:
        raise CorpusError(
            f"Aligned files come in twos, prompts and replies, but {left[-1].path} has no partner among the "
            f"{len(files)} files given; give the second file too, or choose another --format."
        )
    for pair in [*pairs, *zip(left[::2], left[1::2], strict=True)]:
        check_aligned(*pair)
        yield FilePair(pair, "both files have the same number of lines")


def aligned_by_name(files: Sequence[TextFile], ordered: bool) -> Iterator[FilePair]:
    """Pairs of files that are prompts and replies by their names, and have the same number of lines."""
    for pair in _with_fitting_names(files, ordered):
        lines = count_lines(pair[0])
        if lines == count_lines(pair[1]):
            yield FilePair(pair, f"the names fit, and both files have {lines:,} lines")


def aligned_by_length(files: Sequence[TextFile], ordered: bool) -> Iterator[FilePair]:
    """Pairs of files that follow each other and have the same number of lines.

    In a folder, more than two files of a length are rather texts of one form, such as recipes.

    Raises:
        CorpusError: if there are two files, named one by one or with names that fit, whose numbers of lines differ.
    """
    lengths = {file: count_lines(file) for file in files}
    files_of = Counter(lengths.values())
    first: TextFile | None = None
    for second in files:
        if first is None:
            first = second
            continue
        pair = first, second
        lines = lengths[first]
        may_be_pair = (ordered or files_of[lines] == 2) and not are_parts_of_a_corpus(*_names(pair))
        if may_be_pair and lines == lengths[second]:
            yield FilePair(pair, f"both files have {lines:,} lines", sure=ordered and lines >= _BY_CHANCE)
            first = None
            continue
        if len(files) == 2 and (ordered or file_sides(*_names(pair))):
            check_aligned(*pair)
        first = second


def _with_fitting_names(files: Sequence[TextFile], ordered: bool) -> Iterator[tuple[TextFile, TextFile]]:
    """Each file with the first of the later ones whose name fits; looked up, since folders hold thousands of files."""
    waiting: defaultdict[tuple[Path, _Shape, bool], deque[TextFile]] = defaultdict(deque)
    for file in files:
        for shape, prompts in _sides(file.path.name):
            waiting[file.path.parent, shape, prompts].append(file)
    places, taken = {file: place for place, file in enumerate(files)}, set[TextFile]()
    for first in files:
        if first in taken:
            continue
        partners: dict[TextFile, bool] = {}
        for shape, prompts in _sides(first.path.name):
            others = waiting[first.path.parent, shape, not prompts]
            while others and others[0] in taken:
                others.popleft()
            if others:
                partners[others[0]] = prompts
        if partners:
            second = min(partners, key=places.__getitem__)
            taken |= {first, second}
            yield (first, second) if ordered or partners[second] else (second, first)


def _names(pair: tuple[TextFile, TextFile]) -> tuple[str, str]:
    return pair[0].path.name, pair[1].path.name


def file_sides(first: str, second: str) -> tuple[str, str] | None:
    """Two file names as (prompts, replies), if they differ only in the names of the two sides.

    Example:
        >>> file_sides("robot_text.txt", "human_text.txt")
        ('human_text.txt', 'robot_text.txt')
    """
    sides = dict(_sides(first))
    for shape, prompts in _sides(second):
        if sides.get(shape) is (not prompts):
            return (second, first) if prompts else (first, second)
    return None


_Shape = tuple[str | None, ...]
"""The words of a file's name, None where one of them names a side."""


def _sides(name: str) -> Iterator[tuple[_Shape, bool]]:
    """What is left of a file's name without the name of a side, and whether that side is the prompts.

    The word of the side is left out wherever it stands, and where it stands more than once, at each place alone: a
    name that fits differs in as many places as it does.
    """
    words = _words(name)
    for word in dict.fromkeys(words):
        if word not in _FILE_PROMPT_NAMES and word not in _FILE_REPLY_NAMES:
            continue
        places = [place for place, other in enumerate(words) if other == word]
        for changed in dict.fromkeys((tuple(places), *((place,) for place in places))):
            shape = tuple(None if place in changed else other for place, other in enumerate(words))
            yield shape, word in _FILE_PROMPT_NAMES


def are_parts_of_a_corpus(first: str, second: str) -> bool:
    """Whether two file names say that one is for training and the other for judging.

    Example:
        >>> are_parts_of_a_corpus("train.txt", "test.txt"), are_parts_of_a_corpus("train.en", "train.de")
        (True, False)
    """
    part, other = (_SPLIT_NAMES & set(_words(name)) for name in (first, second))
    return bool(part and other) and part != other


def _words(name: str) -> list[str]:
    return [singular(word) for word in _NOT_IN_A_WORD.split(name.casefold())]


ALIGNED = Format("aligned", 360, None, read_dialogues=read_aligned, pair_up=pair_up)

FORMATS = (
    Format("csv-pairs", 210, weigh_csv, read_dialogues=read_csv, suffixes=(".csv",), may_be=may_be_csv),
    Format("tsv-pairs", 220, weigh_tsv, read_dialogues=read_tsv, suffixes=(".tsv",)),
    ALIGNED,
)
