"""Datasets of dialogues in JSON: an object a line, or a list of objects somewhere in one value.

Alpaca, ShareGPT, messages with roles, prompts and completions, questions and answers: what a dialogue is, is in
`json_turns.py`.
"""

import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from textgen.corpus.document import Line, Scene
from textgen.corpus.formats.as_script import as_script
from textgen.corpus.formats.base import Evidence, Format, ReadReport, filled, first_filled, share
from textgen.corpus.formats.json_file import json_values, paths_to, places
from textgen.corpus.formats.json_rows import weigh_messages
from textgen.corpus.formats.json_text import ITEM, JsonPath, parse, sample
from textgen.corpus.formats.json_turns import dialogues_of, has_role, is_of_nobody, turn_in
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions

_NO_DIALOGUE = "no JSON object with a list of turns, or with a prompt and a reply"


def weigh_lines(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that nearly every line is a JSON object with a dialogue."""
    lines = filled(head)
    found = [dialogues for _, line in lines if (dialogues := _dialogues_in(line))]
    lists = any(len(items) != 2 for dialogues in found for items in dialogues)
    what = "a list of turns" if lists else "a prompt and a reply"
    reason = f"{share(len(found), len(lines))} lines are JSON objects with {what}"
    return Evidence(0 < len(found) >= 0.9 * len(lines), reason, None if found else first_filled(head))


def read_lines(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each object's turns as a dialogue; only the turns without a text are skipped."""
    for number, line in enumerate(files[0].lines(), start=1):
        dialogues = _dialogues_in(line)
        yield from (_dialogue(items, number, report) for items in dialogues)
        if not dialogues and line.strip():
            report.skip(number, line, _NO_DIALOGUE)


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that the values somewhere in a JSON text are dialogues, or the messages of chats."""
    messages = weigh_messages(head, options)
    if messages is not None:
        return messages
    found = sample(head)
    paths = [] if found is None else paths_to(found.value, _is_dialogue)
    if found is not None and found.kind == "lines":
        paths = [path[1:] for path in paths if path]
    if not paths:
        return Evidence(False, "no dialogues in JSON", first_filled(head))
    read = partial(read_values, paths=paths)
    return Evidence(True, f"JSON with dialogues {places(paths)}", read_file=as_script(read), read_dialogues=read)


def read_values(
    files: Sequence[TextFile], report: ReadReport, paths: Sequence[JsonPath] = ((ITEM,),)
) -> Iterator[Scene]:
    """Yield the turns of each value as a dialogue; only the turns without a text are skipped.

    Args:
        files: the file.
        report: counts what is skipped and what neither side says.
        paths: where the dialogues lie.
    """
    for record, value in json_values(files[0], report, paths):
        dialogues = dialogues_of(value)
        yield from (_dialogue(items, record.line, report) for items in dialogues)
        if not dialogues:
            report.skip(record.line, record.text, _NO_DIALOGUE)


def _is_dialogue(path: JsonPath, value: Any) -> bool:
    """Whether a value is a dialogue; a list that is in no other only if its items say whose turn they are."""
    if isinstance(value, list) and path[-1:] != (ITEM,):
        return bool(value) and all(has_role(item) for item in value if item)
    return bool(dialogues_of(value))


def _dialogues_in(line: str) -> list[list[Any]]:
    """The turns of each dialogue in the object on a line; none where there is none that has them."""
    try:
        value = parse(line)
    except ValueError:
        return []
    return dialogues_of(value) if isinstance(value, dict) else []


def _dialogue(items: Sequence[Any], line: int, report: ReadReport) -> Scene:
    turns: list[Line] = []
    for item in items:
        turn = turn_in(item)
        if is_of_nobody(item):
            report.change("line of the system or of a tool left out")
        elif turn is None:
            report.skip(line, json.dumps(item, ensure_ascii=False), "a turn without a text")
        else:
            turns.append(turn)
    return Scene(None, tuple(turns))


FORMATS = (
    Format(
        "turns-jsonl",
        190,
        weigh_lines,
        read_file=as_script(read_lines),
        read_dialogues=read_lines,
        suffixes=(".jsonl", ".json"),
        markup="JSON",
    ),
    Format(
        "json-dialogues",
        200,
        weigh,
        read_file=as_script(read_values),
        read_dialogues=read_values,
        suffixes=(".json",),
        markup="JSON",
    ),
)
