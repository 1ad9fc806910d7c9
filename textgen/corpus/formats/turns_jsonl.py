"""JSON lines: one object a line, with the list of a dialogue's turns in one of its fields."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from textgen.corpus.document import Line, Scene, turn_of
from textgen.corpus.formats.base import Evidence, Format, ReadReport, filled, first_filled, share
from textgen.corpus.formats.columns import field_key
from textgen.corpus.reading import TextFile, repair_escaped
from textgen.corpus.reading_options import ReadingOptions

TURNS_FIELDS = ("turns", "dialogue", "dialog", "messages", "conversation", "conversations", "utterances")
TEXT_FIELDS = ("text", "content", "value", "utterance", "message")
SPEAKER_FIELDS = ("speaker", "role", "from", "name")


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that nearly every line is a JSON object with a list of turns."""
    lines = filled(head)
    good = sum(_parse_items(line) is not None for _, line in lines)
    reason = f"{share(good, len(lines))} lines are JSON objects with a list of turns"
    return Evidence(0 < good >= 0.9 * len(lines), reason, None if good else first_filled(head))


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each object's turns as a dialogue; only the turns without a text are skipped."""
    for number, line in enumerate(files[0].lines(), start=1):
        if not line.strip():
            continue
        items = _parse_items(line)
        if items is None:
            report.skip(number, line, "no JSON object with a list of turns")
            continue
        turns = [_turn(item) for item in items]
        for item, turn in zip(items, turns, strict=True):
            if turn is None:
                report.skip(number, json.dumps(item, ensure_ascii=False), "a turn without a text")
        yield Scene(None, tuple(turn for turn in turns if turn is not None))


def _parse_items(line: str) -> list[Any] | None:
    """The list of turns in a line, as JSON gives them; None where it is no object that has one."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = _first(_fields(values), TURNS_FIELDS, list) if isinstance(values, dict) else None
    return found if isinstance(found, list) else None


def _turn(item: Any) -> Line | None:
    if isinstance(item, str):
        return turn_of(repair_escaped(item))
    fields = _fields(item) if isinstance(item, dict) else {}
    text = _first(fields, TEXT_FIELDS, str)
    speaker = _first(fields, SPEAKER_FIELDS, str | int)
    name = None if speaker is None else repair_escaped(str(speaker)).strip() or None
    return None if text is None else turn_of(repair_escaped(text), name)


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {field_key(name): value for name, value in values.items()}


def _first(fields: Mapping[str, Any], names: Sequence[str], kind: Any) -> Any:
    """The value of the first of these fields that has the wanted type."""
    return next((fields[name] for name in names if isinstance(fields.get(name), kind)), None)


FORMATS = (Format("turns-jsonl", 30, weigh, read_dialogues=read, suffixes=(".jsonl", ".json")),)
