"""ChatterBot's YAML: under `conversations`, each item of the list is the list of a dialogue's turns."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from textgen.corpus.document import Scene, turn_of
from textgen.corpus.formats.base import Evidence, Format, ReadReport, first_filled
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import ReadingOptions
from textgen.errors import CorpusError, MissingExtraError
from textgen.wording import to_install

CONVERSATIONS = "conversations"

_CONVERSATIONS_KEY = re.compile(rf"""(["']?){CONVERSATIONS}\1\s*:\s*(#.*)?$""")
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of a list under the key `conversations`."""
    lines = [line for line in head if line.strip() and not line.lstrip().startswith("#")]
    keys = [place for place, line in enumerate(lines[:-1]) if _CONVERSATIONS_KEY.match(line)]
    found = any(lines[place + 1].lstrip().startswith("-") for place in keys)
    return Evidence(found, f"YAML with a list of `{CONVERSATIONS}`", None if found else first_filled(head))


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each list of turns; items that are no list, and turns that are no text, are skipped.

    Raises:
        CorpusError: where the file is no YAML.
        MissingExtraError: if PyYAML is not installed.
    """
    (file,) = files
    for number, item in _items(_events(file)):
        if not isinstance(item, list):
            report.skip(number, item or "", "no list of turns")
            continue
        for text in item:
            if text is None:
                report.skip(number, "", "a turn that is no text; one with `: ` in it needs quotation marks")
        yield Scene(None, tuple(turn_of(text) for text in item if text is not None))


class _Event(NamedTuple):
    """A text ("text"), the beginning or the end of a list ("[", "]") or of a mapping ("{", "}"), or anything else."""

    kind: str
    text: str
    line: int


_Item = str | list[str | None] | None
"""A text, a list with None for what is no text in it, or None for anything else."""


def _events(file: TextFile) -> Iterator[_Event]:
    """The events of a YAML file, one by one: a tree of a file of 10 MB takes 140 MB of memory.

    Texts are taken as they are written: `- Yes` says "Yes", not true.

    Raises:
        CorpusError: where the file is no YAML.
        MissingExtraError: if PyYAML is not installed.
    """
    try:
        import yaml
    except ImportError as error:
        raise MissingExtraError(
            f"{file.path} is in ChatterBot's format, which is YAML, but PyYAML is not installed; {to_install('train')}"
        ) from error
    kinds: dict[type[yaml.Event], str] = {
        yaml.ScalarEvent: "text",
        yaml.SequenceStartEvent: "[",
        yaml.SequenceEndEvent: "]",
        yaml.MappingStartEvent: "{",
        yaml.MappingEndEvent: "}",
    }
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the one in C is many times as fast, where it was built
    try:
        for event in yaml.parse(_Stream(file.lines()), Loader=loader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            yield _Event(kinds.get(type(event), ""), getattr(event, "value", ""), line)
    except yaml.YAMLError as error:
        mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
        problem = error.problem if isinstance(error, yaml.MarkedYAMLError) else None
        raise CorpusError(
            f"{file.path} was read as YAML, but {f'line {mark.line + 1}' if mark else 'some line'} does not fit: "
            f"{problem or error}; mend the line (a text with `: ` or ` #` in it, or with a mark like `*` or `%` at its "
            "beginning, needs quotation marks), or choose another --format."
        ) from error


class _Stream:
    """Lines as a file that is read; characters that YAML forbids become spaces."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def read(self, size: int = -1) -> str:
        """Give the next line with its end, "" after the last one."""
        line = next(self._lines, None)
        return "" if line is None else _FORBIDDEN.sub(" ", line) + "\n"


def _items(events: Iterator[_Event]) -> Iterator[tuple[int, _Item]]:
    """The items of the list under `conversations` in the outermost mapping, each with its line (from 1)."""
    for event in events:
        if event.kind != "{":
            continue
        while (name := next(events)).kind != "}":
            _skip(events, name)
            value = next(events)
            if value.kind != "[" or name.kind != "text" or name.text != CONVERSATIONS:
                _skip(events, value)
                continue
            while (item := next(events)).kind != "]":
                yield item.line, _item(events, item)


def _item(events: Iterator[_Event], first: _Event) -> _Item:
    if first.kind != "[":
        return _text(events, first)
    texts = []
    while (event := next(events)).kind != "]":
        texts.append(_text(events, event))
    return texts


def _text(events: Iterator[_Event], first: _Event) -> str | None:
    _skip(events, first)
    return first.text if first.kind == "text" else None


def _skip(events: Iterator[_Event], first: _Event) -> None:
    """Skips the events up to the end of the list or mapping that an event begins."""
    depth = int(first.kind in ("[", "{"))
    while depth:
        kind = next(events).kind
        depth += (kind in ("[", "{")) - (kind in ("]", "}"))


FORMATS = (Format("chatterbot", 170, weigh, read_dialogues=read, suffixes=(".yml", ".yaml", ".json")),)
