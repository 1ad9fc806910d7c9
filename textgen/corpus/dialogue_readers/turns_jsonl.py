"""JSON lines: one object a line, with the list of a dialogue's turns in one of its fields."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textgen.corpus.dialogue import Dialogue, Turn
from textgen.corpus.readers.rows import field_key
from textgen.corpus.reading import TextFile
from textgen.corpus.repairs import repair_escaped
from textgen.corpus.report import ReadReport

TURNS_FIELDS = ("turns", "dialogue", "dialog", "messages", "conversation", "conversations", "utterances")
TEXT_FIELDS = ("text", "content", "value", "utterance", "message")
SPEAKER_FIELDS = ("speaker", "role", "from", "name")


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Dialogue]:
    """Yield each object's turns as a dialogue; a turn that has no text is skipped alone."""
    for number, line in enumerate(files[0].lines(), start=1):
        if not line.strip():
            continue
        items = parse_items(line)
        if items is None:
            report.skip(number, line, "no JSON object with a list of turns")
            continue
        turns = [_turn(item) for item in items]
        for item, turn in zip(items, turns, strict=True):
            if turn is None:
                report.skip(number, json.dumps(item, ensure_ascii=False), "a turn without a text")
        yield Dialogue(tuple(turn for turn in turns if turn is not None))


def parse_items(line: str) -> list[Any] | None:
    """The list of turns in a line, as JSON gives them; None where it is no object that has one."""
    try:
        values = json.loads(line)
    except (ValueError, RecursionError):
        return None
    found = _first(_fields(values), TURNS_FIELDS, list) if isinstance(values, dict) else None
    return found if isinstance(found, list) else None


def _turn(item: Any) -> Turn | None:
    if isinstance(item, str):
        return Turn(repair_escaped(item))
    fields = _fields(item) if isinstance(item, dict) else {}
    text = _first(fields, TEXT_FIELDS, str)
    speaker = _first(fields, SPEAKER_FIELDS, str | int)
    name = None if speaker is None else repair_escaped(str(speaker)).strip() or None
    return None if text is None else Turn(repair_escaped(text), name)


def _fields(values: Mapping[str, Any]) -> dict[str, Any]:
    return {field_key(name): value for name, value in values.items()}


def _first(fields: Mapping[str, Any], names: Sequence[str], kind: Any) -> Any:
    """The value of the first of these fields that holds what is looked for."""
    return next((fields[name] for name in names if isinstance(fields.get(name), kind)), None)
