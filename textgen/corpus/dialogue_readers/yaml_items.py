"""The items of a list in a YAML file, parsed event by event; needs PyYAML."""

import re
from collections.abc import Iterator

import yaml
from yaml.events import (
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from textgen.corpus.reading import TextFile
from textgen.errors import CorpusError

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is many times as fast, where it was built
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")

Item = str | list[str | None] | None
"""A text, a list with None for what is no text in it, or None for anything else."""


def items_under(file: TextFile, key: str) -> Iterator[tuple[int, Item]]:
    """The items of the list under a key of the outermost mapping, each with the number of its line (from 1).

    Texts are taken as they are written: `- Yes` says "Yes", not true.

    Raises:
        CorpusError: where the file is no YAML.
    """
    try:
        yield from _items(yaml.parse(_Stream(file.lines()), Loader=_LOADER), key)
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
        raise CorpusError(
            f"{file.path} was read as YAML, but {f'line {mark.line + 1}' if mark else 'some line'} does not fit: "
            f"{problem or error}; mend the line (a text with `: ` or ` #` in it, or with a mark like `*` or `%` at its "
            "beginning, needs quotation marks), or choose another --format."
        ) from error


def _items(events: Iterator[Event], key: str) -> Iterator[tuple[int, Item]]:
    for event in events:
        if not isinstance(event, MappingStartEvent):
            continue
        while not isinstance(name := next(events), MappingEndEvent):
            _skip(events, name)
            value = next(events)
            if not isinstance(value, SequenceStartEvent) or not isinstance(name, ScalarEvent) or name.value != key:
                _skip(events, value)
                continue
            while not isinstance(item := next(events), SequenceEndEvent):
                yield _line(item), _item(events, item)


def _item(events: Iterator[Event], first: Event) -> Item:
    if isinstance(first, SequenceStartEvent):
        texts = []
        while not isinstance(event := next(events), SequenceEndEvent):
            texts.append(_text(events, event))
        return texts
    return _text(events, first)


def _text(events: Iterator[Event], first: Event) -> str | None:
    _skip(events, first)
    return first.value if isinstance(first, ScalarEvent) else None


def _skip(events: Iterator[Event], first: Event) -> None:
    """Takes the events up to the end of what an event begins."""
    depth = int(isinstance(first, CollectionStartEvent))
    while depth:
        event = next(events)
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


class _Stream:
    """Lines as a file that is read; characters that YAML forbids become spaces."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def read(self, size: int = -1) -> str:
        """Give the next line with its end, "" after the last one."""
        line = next(self._lines, None)
        return "" if line is None else _FORBIDDEN.sub(" ", line) + "\n"
