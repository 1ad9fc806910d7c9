"""Files of JSON: the values at some places of one, and the texts in them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.json_text import ANY, ITEM, JsonError, JsonPath, JsonRecord, parse, records, sample
from textgen.corpus.reading import TextFile, repair_escaped
from textgen.errors import CorpusError

_MOST_DEEP = 4
_LOOKED_AT = 50


def json_values(file: TextFile, report: ReadReport, paths: Sequence[JsonPath]) -> Iterator[tuple[JsonRecord, Any]]:
    """Yield the values at some places of a JSON file; those that are damaged are skipped.

    Args:
        file: its text may be one value, or several that follow each other.
        report: counts what is skipped.
        paths: where the values lie.

    Raises:
        CorpusError: the file is no JSON to its end, or nested too deep.
    """
    try:
        for record in records(file.pieces(), paths):
            try:
                value = parse(record.text)
            except ValueError:
                report.skip(record.line, record.text, "no JSON")
            else:
                yield record, value
    except JsonError as error:
        raise CorpusError(
            f"{file.path} was read as JSON, but line {error.line:,} does not fit: {error.problem}; save or export the "
            "file again, mend the line, or choose another --format."
        ) from error


def json_objects(
    file: TextFile, report: ReadReport, paths: Sequence[JsonPath]
) -> Iterator[tuple[JsonRecord, Mapping[str, Any]]]:
    """Yield the objects at some places of a JSON file; what is none there is skipped.

    Args:
        file, report, paths: as `json_values` takes them.

    Raises:
        CorpusError: the file is no JSON to its end, or nested too deep.
    """
    for record, value in json_values(file, report, paths):
        if isinstance(value, dict):
            yield record, value
        else:
            report.skip(record.line, record.text, "no JSON object")


def sampled(head: Sequence[str], *names: str) -> Mapping[str, Any]:
    """The object that a JSON file begins, as much as is known of it; an empty one where it lacks one of some fields."""
    found = sample(head)
    value = found.value if found is not None and found.kind == "document" else None
    return value if isinstance(value, dict) and all(name in value for name in names) else {}


def paths_to(value: Any, is_wanted: Callable[[JsonPath, Any], bool]) -> list[JsonPath]:
    """Where the wanted values lie nearest to the outside of a JSON value; none where there are none.

    Args:
        value: the beginning of what a file holds.
        is_wanted: tells from its place and itself whether a value is wanted.

    Example:
        >>> paths_to({"version": 1, "data": [{"text": "hi"}]}, lambda path, value: "text" in value)
        [('data', '[]')]
    """
    level: list[tuple[JsonPath, Any]] = [((), value)]
    for _ in range(_MOST_DEEP + 1):
        wanted = dict.fromkeys(path for path, content in level if is_wanted(path, content))
        if wanted:
            return list(wanted)
        level = [(inner, content) for path, outer in level for inner, content in _inside(path, outer)]
    return []


def places(paths: Sequence[JsonPath]) -> str:
    """Where values lie, for a person.

    Example:
        >>> places([("data", "[]")]), places([("[]",)])
        ('in the list data', 'in a list')
    """
    names = dict.fromkeys(".".join(part for part in path if part not in (ITEM, ANY)) for path in paths)
    shown = " and ".join(name for name in names if name)
    if any(ITEM in path for path in paths):
        return f"in the list {shown}" if shown else "in a list"
    return f"in {shown}" if shown else "as a whole"


def _inside(path: JsonPath, value: Any) -> list[tuple[JsonPath, Any]]:
    """The lists and objects in a value, with their paths; fields that all hold such are alike."""
    if isinstance(value, list):
        found = [(ITEM, item) for item in value[:_LOOKED_AT]]
    elif isinstance(value, dict):
        alike = len(value) > 1 and all(isinstance(content, list | dict) for content in value.values())
        found = [(ANY if alike else name, content) for name, content in list(value.items())[:_LOOKED_AT]]
    else:
        found = []
    return [((*path, name), content) for name, content in found if isinstance(content, list | dict)]


def objects_in(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list; none where a value is no list."""
    return [item for item in value if isinstance(item, dict) and item] if isinstance(value, list) else []


def total(value: Any) -> int:
    """How many things a list of objects counts, such as reactions: the sum of their fields `count`, else one each."""
    counts = (item.get("count", 1) for item in objects_in(value))
    return sum(times if isinstance(times, int) else 1 for times in counts)


def text_in(value: Any) -> str:
    """The text of a field: itself, that of an object, or in a list all of them, one after the other.

    Example:
        >>> text_in(["see ", {"type": "bold", "text": "here"}, {"type": "image"}])
        'see here'
    """
    if isinstance(value, str):
        return repair_escaped(value)
    if isinstance(value, list):
        return "".join(map(text_in, value))
    return text_in(value.get("text", value.get("body"))) if isinstance(value, dict) else ""
