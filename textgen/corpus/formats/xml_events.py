"""XML as a stream of events, in flat memory; entities are refused, and a broken end is told.

The parser is Python's own (expat), with the handlers that defusedxml sets: a file that declares an entity is refused
before anything of it is expanded, and nothing outside the file is ever opened.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
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
    try:
        for piece in chain(_pieces(lines), [""]):
            parser.Parse(piece, not piece)
            yield from found
            found.clear()
    except expat.ExpatError as error:
        yield from found
        report.skip(
            error.lineno, piece.strip(), f"the XML breaks off ({expat.ErrorString(error.code)}), the rest was left out"
        )


def _pieces(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        clean = _FORBIDDEN.sub(" ", line) + "\n"
        yield from (clean[begin : begin + _PIECE] for begin in range(0, len(clean), _PIECE))


def _refuse_entity(name: str) -> NoReturn:
    raise CorpusError(
        f"An XML file was to be read, but it declares entities ({name}), which can make a small file enormous or fetch "
        "others; only those of XML itself, such as &amp;, are allowed: take the declarations (<!ENTITY …>) out."
    )
