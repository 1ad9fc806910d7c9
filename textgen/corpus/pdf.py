"""The pages of a screenplay in PDF, drawn with reportlab, which the extra `formats` brings.

Courier is a font that every PDF reader has, for the letters of western Europe. A text with others is set in DejaVu
Sans Mono, whose letters are as wide, or in a font that a person gives. Right-to-left scripts are refused: their letters
change their shapes and their order, which this does not do.
"""

import sys
import unicodedata
from collections.abc import Iterable
from importlib.util import find_spec
from io import BytesIO
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Any, NoReturn

from textgen.corpus.document import Scene
from textgen.corpus.formats.screenplay import Paragraph, as_screenplay, paragraphs
from textgen.corpus.pages import lay_out, printed
from textgen.errors import ConfigurationError, MissingExtraError
from textgen.wording import count, to_install

_INCH = 72
_SIZE = 12
_PAPER = (8.5 * _INCH, 11 * _INCH)
_TOP = 1.0
_RIGHT = 7.5
_NUMBER_TOP = 0.5
_COURIER = "Courier"
_DEJAVU = "DejaVuSansMono.ttf"
_FONT_FOLDERS = {
    "darwin": ("~/Library/Fonts", "/Library/Fonts"),
    "win32": ("~/AppData/Local/Microsoft/Windows/Fonts", "C:/Windows/Fonts"),
}
_OTHER_FONT_FOLDERS = ("~/.local/share/fonts", "~/.fonts", "/usr/local/share/fonts", "/usr/share/fonts")
_NAMED = 10
_WRITE_ELSE = "write --format fountain or fdx, which hold any text (in Python to_fountain() or to_fdx())"
_GIVE_A_FONT = f"give a font that has them with --font FILE (in Python font=FILE), or {_WRITE_ELSE}"


def write_pdf(scripts: Iterable[Iterable[Scene]], font: str | PathLike[str] | None = None) -> bytes:
    """The pages of scripts, each of which begins on a page of its own; the same scripts give the same bytes.

    Args:
        scripts: the scenes of each.
        font: a TrueType font file; None for Courier, or DejaVu Sans Mono where Courier lacks a character.

    Raises:
        MissingExtraError: if reportlab is not installed.
        ConfigurationError: if the font cannot be used, or lacks characters of the scripts.
    """
    require_reportlab()
    from reportlab.pdfbase.pdfmetrics import stringWidth
    from reportlab.pdfgen.canvas import Canvas

    written = [_printable(paragraphs(as_screenplay(scenes))) for scenes in scripts]
    name = _font({character for script in written for paragraph in script for character in printed(paragraph)}, font)

    def measure(text: str) -> float:
        return float(stringWidth(text, name, _SIZE)) / _INCH

    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=_PAPER, invariant=1, pageCompression=1)
    canvas.setTitle("Screenplay")
    canvas.setCreator("textgen")
    pages = chain.from_iterable(lay_out(script, measure) for script in written)
    for number, page in enumerate(pages, start=1):
        canvas.setFont(name, _SIZE)
        if number > 1:
            canvas.drawRightString(_RIGHT * _INCH, _height(_NUMBER_TOP, 0), f"{number}.")
        for row, line in page:
            canvas.drawString(line.left * _INCH, _height(_TOP, row), line.text)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def require_reportlab() -> None:
    """Refuse to write PDF where reportlab is missing.

    Raises:
        MissingExtraError: if it is not installed.
    """
    if find_spec("reportlab") is None:
        raise MissingExtraError(
            f"A PDF was asked for, but reportlab, which draws it, is not installed; {to_install('formats')}"
        )


def _height(top: float, row: int) -> float:
    """The height of a row's base line above the lower edge of the paper, in points."""
    return _PAPER[1] - top * _INCH - (row + 1) * _SIZE


def _printable(script: Iterable[Paragraph]) -> list[Paragraph]:
    """Paragraphs without control characters; any white space but a line break is a space."""
    return [
        paragraph._replace(text="".join(_printed_as(character) for character in paragraph.text)) for paragraph in script
    ]


def _printed_as(character: str) -> str:
    if character == "\n" or character.isprintable():
        return character
    return "    " if character == "\t" else " " if character.isspace() else ""


def _font(characters: set[str], given: str | PathLike[str] | None) -> str:
    """The name of a font that reportlab knows and that has these characters."""
    shown = characters - {"\n"}
    if given is None and not _beyond_courier(shown):
        return _COURIER
    path = _dejavu() if given is None else Path(given)
    if path is None:
        _refuse(_beyond_courier(shown), "Courier lacks them, and DejaVu Sans Mono was not found", _GIVE_A_FONT)
    found = _registered(path)
    if right_to_left := {character for character in shown if unicodedata.bidirectional(character) in ("R", "AL")}:
        _refuse(right_to_left, "they are written from right to left, which textgen does not set", _WRITE_ELSE)
    if missing := {character for character in shown if ord(character) not in found.face.charToGlyph}:
        _refuse(missing, f"the font {path.name} lacks them", _GIVE_A_FONT)
    return str(found.fontName)


def _registered(path: Path) -> Any:
    from reportlab.pdfbase.pdfmetrics import registerFont
    from reportlab.pdfbase.ttfonts import TTFError, TTFont

    try:
        font = TTFont(f"textgen {path.resolve()}", str(path))
    except (TTFError, OSError) as error:
        raise ConfigurationError(
            f"The pages were to be set in {path}, but it cannot be used ({error}); a font is a TrueType file (.ttf) "
            "that you may read: give another one."
        ) from error
    registerFont(font)
    return font


def _beyond_courier(characters: set[str]) -> set[str]:
    """The characters that a PDF's own Courier lacks."""
    return {character for character in characters if not character.encode("cp1252", "ignore")}


def _dejavu() -> Path | None:
    """DejaVu Sans Mono, among the machine's fonts or those that matplotlib brings."""
    folders = [Path(folder).expanduser() for folder in _FONT_FOLDERS.get(sys.platform, _OTHER_FONT_FOLDERS)]
    matplotlib = find_spec("matplotlib")
    if matplotlib is not None and matplotlib.origin is not None:
        folders.append(Path(matplotlib.origin).parent / "mpl-data" / "fonts" / "ttf")
    return next((path for folder in folders for path in sorted(folder.rglob(_DEJAVU))), None)


def _refuse(characters: set[str], why: str, advice: str) -> NoReturn:
    named = ", ".join(sorted(characters)[:_NAMED])
    more = ", …" if len(characters) > _NAMED else ""
    raise ConfigurationError(
        f"The pages of a PDF were asked for, but the text has {count(len(characters), 'character')} that cannot be set "
        f"({named}{more}): {why}; {advice}."
    )
