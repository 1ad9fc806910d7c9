"""JSON of any size: what kind a file begins with, and its records one by one, in the memory of one of them.

A record is cut out of the text between its brackets and decoded by Python's own parser, so that one that is damaged is
skipped alone and has the number of its line.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, NamedTuple

MOST_NESTED = 100
"""Lists and objects in one another; what is nested deeper is refused."""

MOST_CHARACTERS = 1 << 26
"""Characters of a record; a longer one is refused, so that memory stays bounded whatever a file holds."""

ITEM, ANY = "[]", "*"
"""In a `JsonPath`: any item of a list, and any field of an object."""

JsonPath = tuple[str, ...]
"""Where a value lies: names of fields, `ITEM` and `ANY`, from the outside in. `()` is the whole text."""

_SAMPLE = 1 << 18
_FORGOTTEN = 1 << 20
_TOKEN = re.compile(r'\s*+(?:[{}\[\],:]|"(?:[^"\\]++|\\.)*+"|[^\s{}\[\],:"]++)', re.DOTALL)
_TO_BRACKET = re.compile(r'[^"{}\[\]]*+(?:"(?:[^"\\]++|\\.)*+"[^"{}\[\]]*+)*+[{}\[\]]', re.DOTALL)
_SPACE = re.compile(r"\s*+")
_BEGINS_OBJECT = re.compile(r"""(?:\[\s*+)*+\{\s*+(?:\}|"[^"\n]*+"\s*+:|'[^'\n]*+'\s*+:)""")


class JsonError(ValueError):
    """A text is no JSON that can be read.

    Args:
        line: the number (from 1) of the line where that shows.
        problem: what is wrong.
    """

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line:,}: {problem}")
        self.line, self.problem = line, problem


class JsonRecord(NamedTuple):
    """A value cut out of a JSON text.

    Args:
        line: the number (from 1) of its first line.
        text: as it is written.
        group: the number of the list that holds it, counted over all lists that hold records.
    """

    line: int
    text: str
    group: int


def parse(text: str) -> Any:
    """Decode a JSON value.

    Raises:
        ValueError: it is none, or nested more than MOST_NESTED deep.

    Example:
        >>> parse('{"text": "hi"}')
        {'text': 'hi'}
    """
    if nesting(text) > MOST_NESTED:
        raise ValueError(f"more than {MOST_NESTED} lists and objects in one another")
    return json.loads(text)


def nesting(text: str) -> int:
    """How many lists and objects of a JSON text are in one another, at most."""
    if text.count("[") + text.count("{") <= MOST_NESTED:
        return 0
    depth = deepest = 0
    place = 0
    while found := _TO_BRACKET.match(text, place):  # a search would begin anew at every character behind an open string
        place = found.end()
        depth += 1 if text[place - 1] in "{[" else -1
        deepest = max(deepest, depth)
    return deepest


class JsonSample(NamedTuple):
    """The beginning of a JSON file.

    Args:
        kind: whether one value goes over the whole file, or each line is one.
        value: as much of the one value as is known; a list of the lines' values.
    """

    kind: Literal["document", "lines"]
    value: Any


def sample(head: Sequence[str]) -> JsonSample | None:
    """The JSON that the first lines of a file hold; None where they are no JSON.

    Example:
        >>> sample(['[{"text": "hi"},', ' {"text": "th'])
        JsonSample(kind='document', value=[{'text': 'hi'}, {}])
    """
    text = _beginning(head)
    return _sample(text) if text else None


def looks_like_json(head: Sequence[str]) -> bool:
    """Whether the first lines are JSON, or would be if they were not damaged or too deep."""
    text = _beginning(head)
    return text != "" and (
        _BEGINS_OBJECT.match(text) is not None or _sample(text) is not None or nesting(text) > MOST_NESTED
    )


def _beginning(head: Sequence[str]) -> str:
    """The text of the first lines, as much as is looked at; nothing where it begins with no list or object."""
    begins = next((place for place, line in enumerate(head) if line.strip()), None)
    if begins is None or not head[begins].lstrip().startswith(("{", "[")):
        return ""
    lines, size = [], 0
    for line in islice(head, begins, None):
        lines.append(line[: _SAMPLE - size])
        size += len(line) + 1
        if size >= _SAMPLE:
            break
    return "\n".join(lines).lstrip()


@lru_cache(maxsize=1)  # every JSON format asks for it
def _sample(text: str) -> JsonSample | None:
    value = _begun(text)
    if isinstance(value, dict | list) and value:
        return JsonSample("document", value)
    lines = [line for line in text.split("\n") if line.strip()]
    begun = (line for line in lines if line.lstrip().startswith(("{", "[")))
    values = [value for value in map(_value_or_none, begun) if isinstance(value, dict | list)]
    return JsonSample("lines", values) if len(values) > 0.5 * len(lines) else None


def _value_or_none(text: str) -> Any:
    try:
        return parse(text)
    except (ValueError, RecursionError):
        return None


def _begun(text: str) -> Any:
    """The value of a JSON text that may be cut or damaged: what is whole of it before, with its brackets closed."""
    closing: list[str] = []
    place = whole = 0
    while found := _TOKEN.match(text, place):
        place = found.end()
        sign = text[place - 1]
        if found[0].lstrip()[0] == '"':
            continue
        if sign in "{[":
            closing.append("}" if sign == "{" else "]")
            whole = place
        elif sign in "}]":
            if not closing:
                return None
            closing.pop()
            whole = place
        elif sign == ",":
            whole = place - 1
        if not closing or len(closing) > MOST_NESTED:
            break
    if not closing and text[place:].strip():
        return None
    try:
        return parse(text[:whole] + "".join(reversed(closing)))
    except json.JSONDecodeError as damage:
        return _begun(text[: damage.pos]) if damage.pos < whole else None
    except ValueError:
        return None


def records(texts: Iterable[str], paths: Collection[JsonPath]) -> Iterator[JsonRecord]:
    """Cut the values at some places out of a JSON text.

    Args:
        texts: the text in pieces; several values may follow each other.
        paths: where the values lie.

    Raises:
        JsonError: the text ends too early, is nested too deep, or has no value where one must be.

    Example:
        >>> [record.text for record in records(['{"data": [1, ', '[2]]}'], [("data", ITEM)])]
        ['1', '[2]']
    """
    return _Cutter(_Window(texts), paths).values()


class _Window:
    """A text that comes in pieces, of which only what is needed is in memory.

    Attributes:
        text: what is known of it.
        place: the next character.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self._pieces = iter(pieces)
        self.text, self.place = "", 0
        self._line, self._counted = 1, 0

    def line(self) -> int:
        """Give the number (from 1) of the line of the next character."""
        self._line += self.text.count("\n", self._counted, self.place)
        self._counted = self.place
        return self._line

    def match(self, pattern: re.Pattern[str], place: int) -> re.Match[str] | None:
        """Match a pattern at a place, where more text could not make the match longer; None where it does not fit."""
        while True:
            found = pattern.match(self.text, place)
            if (found is not None and found.end() < len(self.text)) or not self._more():
                return found

    def forget(self) -> None:
        """Forget what lies before the next character, if it is much."""
        if self.place > _FORGOTTEN:
            self.line()
            self.text, self.place, self._counted = self.text[self.place :], 0, 0

    def _more(self) -> bool:
        """Take so much text that the window doubles: matching anew each time then stays linear."""
        wanted = max(len(self.text), 1)
        if wanted > MOST_CHARACTERS:
            raise JsonError(self.line(), f"a value of more than {MOST_CHARACTERS:,} characters begins")
        pieces: list[str] = []
        while wanted > 0 and (piece := next(self._pieces, None)) is not None:
            pieces.append(piece)
            wanted -= len(piece)
        self.text += "".join(pieces)
        return bool(pieces)


class _Cutter:
    """Walks through a JSON text, down to the values that are wanted.

    Args:
        window: the text.
        paths: where they lie.
    """

    def __init__(self, window: _Window, paths: Collection[JsonPath]) -> None:
        self._window, self._paths = window, paths
        self._ways: dict[JsonPath, tuple[bool, bool]] = {}
        self._groups = 0

    def values(self) -> Iterator[JsonRecord]:
        """Give the wanted values, in order."""
        while self._peek():
            yield from self._value((), 0)

    def _value(self, path: JsonPath, group: int) -> Iterator[JsonRecord]:
        """The wanted ones of a value and all that is in it."""
        if path not in self._ways:
            ways = [wanted for wanted in self._paths if _leads(path, wanted)]
            self._ways[path] = any(len(wanted) == len(path) for wanted in ways), bool(ways)
        is_wanted, leads_on = self._ways[path]
        sign = self._peek()
        if is_wanted:
            line, start = self._window.line(), self._window.place
            end = self._skip(keep=True)
            yield JsonRecord(line, self._window.text[start:end], group)
        elif leads_on and sign in ("{", "["):
            yield from self._inside(path)
        else:
            self._skip(keep=False)

    def _inside(self, path: JsonPath) -> Iterator[JsonRecord]:
        """The wanted ones among the fields of an object or the items of a list."""
        is_object = self._take() == "{"
        closing = "}" if is_object else "]"
        self._groups += 1
        group = self._groups
        while self._peek() != closing:
            yield from self._value((*path, self._name() if is_object else ITEM), group)
            self._window.forget()
            if self._peek() == ",":
                self._take()
            elif self._peek() != closing:
                raise self._wrong(f"a comma or {closing} must follow a value")
        self._take()

    def _name(self) -> str:
        token = self._take()
        if not token.startswith('"') or self._take() != ":":
            raise self._wrong("a name in quotation marks and a colon must stand before a value")
        return str(_value_or_none(token))

    def _skip(self, keep: bool) -> int:
        """Go behind a value; its text is forgotten unless it is to be kept. Gives the place of its end."""
        window = self._window
        if self._peek() not in ("{", "["):
            if self._take() in ("", "}", "]", ",", ":"):
                raise self._wrong("a value is missing")
            return window.place
        depth, place = 0, window.place
        while found := window.match(_TO_BRACKET, place):
            depth += 1 if found[0][-1] in "{[" else -1
            if depth > MOST_NESTED:
                raise self._wrong(f"more than {MOST_NESTED} lists and objects are in one another")
            place = found.end()
            if depth == 0 or not keep:
                window.place = place
            if depth == 0:
                return place
            if not keep:
                window.forget()
                place = window.place
        raise self._wrong("a value begins that has no end")

    def _peek(self) -> str:
        """The next character that is no white space; "" at the end."""
        window = self._window
        found = window.match(_SPACE, window.place)
        window.place = found.end() if found else window.place
        return window.text[window.place : window.place + 1]

    def _take(self) -> str:
        """The next bracket, comma, colon, text in quotation marks, or other word; "" at the end."""
        window = self._window
        self._peek()
        found = window.match(_TOKEN, window.place)
        if found is None:
            return ""
        window.place = found.end()
        return found[0]

    def _wrong(self, problem: str) -> JsonError:
        return JsonError(self._window.line(), problem)


def _leads(path: JsonPath, wanted: JsonPath) -> bool:
    """Whether a path is that of a wanted value, or leads to it."""
    pairs = zip(path, wanted, strict=False)
    return len(path) <= len(wanted) and all(part == way or (way == ANY and part != ITEM) for part, way in pairs)
