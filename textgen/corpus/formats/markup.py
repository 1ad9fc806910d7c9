"""JSON, XML and HTML told from text, so that no brackets and tags are learnt as if people had said them."""

import re
from collections.abc import Sequence
from typing import Literal

from textgen.corpus.formats.base import filled
from textgen.corpus.formats.json_text import looks_like_json

Markup = Literal["JSON", "XML", "HTML"]

_LINES = 200
_PROLOGUE = re.compile(r"<\?xml\b|<!DOCTYPE\s+(?!html)\w", re.IGNORECASE)
_PAGE = re.compile(r"<!DOCTYPE\s+html|<(?:html|head|body)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"\A(?:<\?xml\b.*?\?>|\s)*", re.DOTALL)
_SUBTITLES = re.compile(r"<tt\b")  # TTML has paragraphs and a body as pages have
_COMMENT = re.compile(r"<!--.*?(?:-->\s*|\Z)", re.DOTALL)  # one that is not closed goes on to the end
_OPENING = re.compile(r"""<[A-Za-z][\w:.-]*(?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*\s*/?>""")
_TAG = re.compile(r"</?([A-Za-z][\w:.-]*)(?:\s[^<>]*)?/?>")
_CLOSING = re.compile(r"</[A-Za-z][\w:.-]*\s*>|<[A-Za-z][^<>]*/>")
_OF_PAGES = frozenset(("div", "p", "span", "a", "ul", "ol", "li", "table", "tr", "td", "h1", "h2", "h3", "br", "img"))
_IN_TEXTS = frozenset(("i", "b", "u", "em", "strong", "font", "br", "s", "sup", "sub"))
_TAGGED = 0.5


def find_markup(head: Sequence[str]) -> Markup | None:
    """What the first lines of a file are written in; None for text, a few tags in it included.

    Args:
        head: the first lines of the file, without their ends.

    Example:
        >>> find_markup(["<?xml version='1.0'?>", "<smses/>"]), find_markup(["<nora> hello", "<tam> hi"])
        ('XML', None)
    """
    if looks_like_json(head):
        return "JSON"
    lines = [line for _, line in filled(head[:_LINES])]
    if not lines or not lines[0].startswith("<"):
        return None
    text = _COMMENT.sub("", "\n".join(lines)).lstrip()
    if _PAGE.match(text):
        return "HTML"
    if _PROLOGUE.match(text):
        return "HTML" if _PAGE.match(_DECLARATION.sub("", text)) else "XML"
    names = {name.lower() for name in _TAG.findall(text)}
    tagged = sum(_CLOSING.search(line) is not None for line in lines)
    if not _OPENING.match(text) or tagged < _TAGGED * len(lines) or names <= _IN_TEXTS:
        return None
    return "HTML" if names & _OF_PAGES and not _SUBTITLES.match(text) else "XML"
