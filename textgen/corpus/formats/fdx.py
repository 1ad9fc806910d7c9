"""Final Draft screenplays (`.fdx`, XML), read and written; as text they have the layout of Fountain.

Dual dialogue is read as two speeches. The title page, notes and whatever else is no paragraph of the script is left
out; notes and title page are counted.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from textgen.corpus.document import Element, Scene
from textgen.corpus.formats import screenplay
from textgen.corpus.formats.base import Evidence, Format, ReadReport, ScriptLayout, beginning, first_filled
from textgen.corpus.formats.fountain import FountainLayout
from textgen.corpus.formats.screenplay import SETTINGS, Paragraph, Setting
from textgen.corpus.formats.xml_events import xml_events
from textgen.corpus.reading_options import ReadingOptions
from textgen.errors import CorpusError

_ROOT = "FinalDraft"
_INSIDE = {
    "": (_ROOT,),
    _ROOT: ("Content",),
    "Content": ("Paragraph",),
    "Paragraph": ("Text", "DualDialogue"),
    "DualDialogue": ("Paragraph",),
}
"""Which elements are read inside which; all others are passed over with what is in them."""
_LEFT_OUT = {"ScriptNote": "note left out", "TitlePage": "title page left out"}
_BEGINS = re.compile(rf"<{_ROOT}\b")
_LOOKED_AT = 20
_REFERENCES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;"))
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def weigh(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence of Final Draft's root element.

    Raises:
        CorpusError: if the file declares XML entities, or is nested too deeply.
    """
    if not any(_BEGINS.search(line) for line in beginning(head, _LOOKED_AT)):
        return Evidence(False, f"no <{_ROOT}> element", first_filled(head))
    try:
        found = [paragraph for paragraph in _paragraphs(head, ReadReport()) if paragraph.text.strip()]
    except CorpusError as error:
        raise CorpusError(f"{path}: {error}") from error
    speeches = sum(paragraph.kind == screenplay.CHARACTER for paragraph in found)
    reason = f"Final Draft: {speeches:,} of the first {len(found):,} paragraphs name a character"
    return Evidence(True, reason, layout=FountainLayout())


def read(lines: Iterable[str], layout: ScriptLayout, report: ReadReport) -> Iterator[Element]:
    """Yield speeches, narration and scene openings.

    Raises:
        CorpusError: if the file declares XML entities, or is nested too deeply.
    """
    return screenplay.elements(_paragraphs(lines, report))


def _paragraphs(lines: Iterable[str], report: ReadReport) -> Iterator[Paragraph]:
    path = [""]
    passed_over = 0
    begun: list[tuple[Mapping[str, str], list[str]]] = []
    for kind, value, attributes in xml_events(lines, report):
        if kind == "text":
            if path[-1] == "Text" and not passed_over:
                begun[-1][1].append(value)
        elif kind == "open":
            if passed_over or value not in _INSIDE.get(path[-1], ()):
                passed_over += 1
                if value in _LEFT_OUT:
                    report.change(_LEFT_OUT[value])
                continue
            path.append(value)
            if value == "Paragraph":
                begun.append((attributes, []))
        elif passed_over:
            passed_over -= 1
        elif path.pop() == "Paragraph":
            yield _paragraph(*begun.pop())


def _paragraph(attributes: Mapping[str, str], texts: Iterable[str]) -> Paragraph:
    return Paragraph(
        attributes.get("Type", screenplay.ACTION),
        "".join(texts),
        new_page=attributes.get("StartsNewPage") == "Yes",
        centred=attributes.get("Alignment") == "Center",
    )


def write(scripts: Iterable[Iterable[Scene]]) -> str:
    """A Final Draft file of scripts, each of which begins on a page of its own.

    Characters that XML cannot hold become U+FFFD.

    Args:
        scripts: the scenes of each.
    """
    written = (line for number, scenes in enumerate(scripts) for line in _written_script(scenes, number > 0))
    settings = (_written_setting(kind, setting) for kind, setting in SETTINGS.items())
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8" standalone="no" ?>',
            f'<{_ROOT} DocumentType="Script" Template="No" Version="4">',
            "<Content>",
            *written,
            "</Content>",
            *settings,
            f"</{_ROOT}>\n",
        ]
    )


def _written_script(scenes: Iterable[Scene], on_new_page: bool) -> Iterator[str]:
    for paragraph in screenplay.paragraphs(screenplay.as_screenplay(scenes)):
        yield _written(paragraph._replace(new_page=paragraph.new_page or on_new_page))
        on_new_page = False


def _written(paragraph: Paragraph) -> str:
    attributes = f'Type="{paragraph.kind}"'
    attributes += ' Alignment="Center"' if paragraph.centred else ""
    attributes += ' StartsNewPage="Yes"' if paragraph.new_page else ""
    text = _FORBIDDEN.sub("\ufffd", paragraph.text)
    for character, reference in _REFERENCES:
        text = text.replace(character, reference)
    return f"<Paragraph {attributes}><Text>{text}</Text></Paragraph>"


def _written_setting(kind: str, setting: Setting) -> str:
    style = "AllCaps" if setting.capitals else ""
    alignment = "Right" if setting.ranged_right else "Left"
    return (
        f'<ElementSettings Type="{kind}"><FontSpec Font="Courier Final Draft" Size="12" Style="{style}"/>'
        f'<ParagraphSpec Alignment="{alignment}" FirstIndent="0.00" Leading="Regular" LeftIndent="{setting.left:.2f}" '
        f'RightIndent="{setting.right:.2f}" SpaceBefore="{12 * setting.lines_before}" Spacing="1" StartsNewPage="No"/>'
        f'<Behavior PaginateAs="{kind}"/></ElementSettings>'
    )


FORMATS = (Format("fdx", 100, weigh, read, suffixes=(".fdx",), markup="XML", one_piece=True),)
