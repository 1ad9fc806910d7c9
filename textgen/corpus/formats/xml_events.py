"""XML as a stream of events, in flat memory; entities are refused, and a broken end is told.

The parser is Python's own (expat), with the handlers that defusedxml sets: a file that declares an entity is refused
before anything of it is expanded, and nothing outside the file is ever opened.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, NoReturn

from textgen.corpus.formats.base import ReadReport
from textgen.errors import CorpusError

MOST_NESTED = 100
_PIECE = 1 << 16
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class XmlEvent(NamedTuple):
    """An element begins ("open") or ends ("close"), or a piece of text ("text").

    Args:
        kind: which of the three.
        value: the element's name, or the text.
        attributes: of an element that begins.
    """

    kind: str
    value: str
    attributes: Mapping[str, str] = {}


def xml_events(lines: Iterable[str], report: ReadReport) -> Iterator[XmlEvent]:
    """Yield the events of an XML file.

    Args:
        lines: the file's lines; what its declaration says about the encoding does not matter any more.
        report: told where the file stops being XML; the rest of it is left out.

    Raises:
        CorpusError: if the file declares entities, or its elements are nested too deeply.
    """
    from xml.parsers import expat  # a library of its own, which few runs need

    found: list[XmlEvent] = []
    depth = 0
    piece = ""

    def opened(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MOST_NESTED:
            raise CorpusError(
                f"An XML file was to be read, but its elements are nested more than {MOST_NESTED} deep in line "
                f"{parser.CurrentLineNumber}; no document that people write is: save its text in a file, and give that."
            )
        found.append(XmlEvent("open", name, attributes))

    def closed(name: str) -> None:
        nonlocal depth
        depth -= 1
        found.append(XmlEvent("close", name))

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = opened
    parser.EndElementHandler = closed
    parser.CharacterDataHandler = lambda text: found.append(XmlEvent("text", text))
    parser.EntityDeclHandler = lambda name, *_: _refuse_entity(name)
    parser.ExternalEntityRefHandler = lambda *_: _refuse_entity("an external one")
    pieces = _Pieces(lines)
    try:
        while piece := pieces.next(longer=not found):
            found.clear()
            parser.Parse(piece, False)
            yield from found
        found.clear()
        parser.Parse("", True)
        yield from found
    except expat.ExpatError as error:
        yield from found
        why = f"the XML breaks off ({expat.ErrorString(error.code)}), the rest was left out"
        report.skip(error.lineno, piece.strip(), why)


class _Pieces:
    """Lines put together or cut into pieces.

    Some versions of expat read a comment or a tag from its beginning with every piece that does not end it. Pieces
    that double in length until it ends keep the time linear.

    Args:
        lines: the lines of a file.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._size = _PIECE
        self._text, self._begin = "", 0

    def next(self, longer: bool) -> str:
        """The next piece, "" after the last one.

        Args:
            longer: whether it is to be longer than the one before.
        """
        size = self._size = self._size * 2 if longer else _PIECE
        if len(self._text) - self._begin < size:
            gathered = [self._text[self._begin :]]
            length = len(gathered[0])
            while length < size and (line := next(self._lines, None)) is not None:
                gathered.append(_FORBIDDEN.sub(" ", line) + "\n")
                length += len(gathered[-1])
            self._text, self._begin = "".join(gathered), 0
        begin, self._begin = self._begin, self._begin + size
        return self._text[begin : begin + size]


def _refuse_entity(name: str) -> NoReturn:
    raise CorpusError(
        f"An XML file was to be read, but it declares entities ({name}), which can make a small file enormous or fetch "
        "others; only those of XML itself, such as &amp;, are allowed: take the declarations (<!ENTITY …>) out."
    )
