"""Files of JSON: the values at some places of one, and the texts in them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.json_text import JsonError, JsonPath, JsonRecord, parse, records, sample
from textgen.corpus.reading import TextFile, repair_escaped
from textgen.errors import CorpusError


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


def objects_in(value: Any) -> list[Mapping[str, Any]]:
    """The objects in a list; none where a value is no list."""
    return [item for item in value if isinstance(item, dict) and item] if isinstance(value, list) else []


def total(value: Any) -> int:
    """How many things a list of objects counts, such as reactions: the sum of their fields `count`, else one each."""
    counts = (item.get("count", 1) for item in objects_in(value))
    return sum(times if isinstance(times, int) else 1 for times in counts)


def text_in(value: Any) -> str:
    """The text of a field: itself, or in a list all its texts and those of its objects, one after the other.

    Example:
        >>> text_in(["see ", {"type": "bold", "text": "here"}, {"type": "image"}])
        'see here'
    """
    if isinstance(value, str):
        return repair_escaped(value)
    if isinstance(value, list):
        return "".join(map(text_in, value))
    return text_in(value.get("text")) if isinstance(value, dict) else ""
