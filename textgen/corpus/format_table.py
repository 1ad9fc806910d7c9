"""The table of formats, in the order in which they are tried; recognising a format; reading scripts as dialogues.

To add a format, add a module to `corpus/formats/` that lists it in `FORMATS`. All of them are loaded here, which
takes a moment: what only talks does without this module.
"""

import pkgutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from textgen.corpus import formats as folder
from textgen.corpus.document import DocumentOpening, Element, Scene, assemble, spoken, turn_of
from textgen.corpus.formats.base import (
    ANY_MARKUP,
    HEAD_LINES,
    Evidence,
    Format,
    ReadReport,
    ScriptLayout,
    ScriptReader,
    first_filled,
    misfit_line,
)
from textgen.corpus.formats.markup import find_markup
from textgen.corpus.licence import has_licence, texts
from textgen.corpus.reading import TextFile
from textgen.corpus.reading_options import AS_FOUND, ReadingOptions
from textgen.corpus.separators import WHOLE, Separator, asked_separator, with_marks
from textgen.errors import ConfigurationError, CorpusError

_ANY_TEXT = (".txt", ".md", ".script")


def _all_formats() -> list[Format]:
    """The formats of all modules in the folder, in their order."""
    modules = [import_module(f"{folder.__name__}.{found.name}") for found in pkgutil.iter_modules(folder.__path__)]
    formats = chain.from_iterable(getattr(module, "FORMATS", ()) for module in modules)
    return sorted(formats, key=lambda format: format.order)


SCRIPT_FORMATS = {format.name: format for format in _all_formats() if format.read or format.read_file}
"""The formats of scripts by their names, in the order in which they are tried."""

LAYOUTS: dict[str, type[ScriptLayout]] = {
    format.layout.name: format.layout for format in SCRIPT_FORMATS.values() if format.layout
}
"""The layouts in which scripts are written, by name."""


def suffixes(formats: Mapping[str, Format]) -> tuple[str, ...]:
    """The endings of the files that are taken from a folder, for some formats."""
    of_formats = (suffix for format in formats.values() for suffix in format.suffixes)
    return tuple(dict.fromkeys([*_ANY_TEXT, *of_formats]))


def check_format(format: str, known: dict[str, Format], kind: str) -> None:
    """Refuse a format that is not known.

    Args:
        format: as a person named it.
        known: SCRIPT_FORMATS or DIALOGUE_FORMATS.
        kind: what they are called ("corpus", "dialogue").

    Raises:
        ConfigurationError: if it is none of them.
    """
    if format not in known:
        raise ConfigurationError(
            f"The {kind} format {format!r} is unknown; the formats are {', '.join(known)}: "
            "choose one of them, or leave --format out to have it found from the content."
        )


class Recognised(NamedTuple):
    """The format of a file.

    Args:
        format: how it is read.
        evidence: the evidence for it.
        reason: why it was taken, for a person.
        separator: what separates the documents in it; None where it is one.
        framed: whether its texts stand in Project Gutenberg's frame.
    """

    format: Format
    evidence: Evidence
    reason: str
    separator: Separator | None = None
    framed: bool = False

    def script(self, file: TextFile, report: ReadReport) -> Iterator[Element]:
        """The elements of a script in a file of this format, streaming.

        Args:
            file: the file.
            report: is filled.
        """
        read_file = self.evidence.read_file or self.format.read_file
        if read_file is not None:
            return read_file(file, self.evidence.layout, report)
        return self.elements(file.lines(self.evidence.longest_line), report)

    def elements(self, lines: Iterable[str], report: ReadReport) -> Iterator[Element]:
        """The elements of a script whose lines are read, streaming.

        Args:
            lines: without their ends.
            report: is filled.
        """
        read = self.evidence.read or self.format.read
        if read is None:
            raise ValueError(f"the format {self.format.name} has no scripts")
        if self.separator is None and not self.framed:
            return read(lines, self.evidence.layout, report)
        return self._elements_of_documents(read, lines, report)

    def _elements_of_documents(self, read: ScriptReader, lines: Iterable[str], report: ReadReport) -> Iterator[Element]:
        """The elements of each document, as if it were a file of its own."""
        left_out = partial(report.change, "line of Project Gutenberg's licence left out")
        for text in texts(lines, left_out) if self.framed else (lines,):
            for document in (self.separator or WHOLE).documents(text):
                yield DocumentOpening()
                yield from read(document, self.evidence.layout, report)

    def dialogues(self, files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
        """The dialogues of one file in this format, or of the two that belong together, streaming.

        Args:
            files: the file, or the two.
            report: is filled.
        """
        read = self.evidence.read_dialogues or self.format.read_dialogues
        if read is None:
            raise ValueError(f"the format {self.format.name} has no dialogues")
        return read(files, report)


def recognise(
    formats: Mapping[str, Format], head: Sequence[str], path: Path, options: ReadingOptions = AS_FOUND
) -> Recognised | None:
    """The first of some formats that a file fits well; None where it fits none.

    Args:
        formats: SCRIPT_FORMATS (where text always fits one: plain text) or DIALOGUE_FORMATS.
        head: the first lines of the file (up to HEAD_LINES), without their ends.
        path: where it lies; of its name only the ending says something about the content.
        options: how a person says that it is to be read.
    """
    options = with_marks(head, options)
    markup, sample = find_markup(head), _sample(head, options)
    for format in formats.values():
        if format.markup not in (markup, ANY_MARKUP) or not format.may_be(head, path, options):
            continue
        found = _weigh(format, sample, path, options)
        if found is not None and found.evidence.convincing:
            _require_columns(found, path, options)
            return found
    return None


class _Sample(NamedTuple):
    """The first lines of a file, as formats weigh them.

    Args:
        head: all of them.
        inside: those of a script: what frames (a licence) and separates documents is none.
        separator: what a person says that separates documents.
        documents: how many it separates; 0 where no separator was named.
        framed: whether a licence is around the text.
    """

    head: Sequence[str]
    inside: Sequence[str]
    separator: Separator | None
    documents: int
    framed: bool


def _sample(head: Sequence[str], options: ReadingOptions) -> _Sample:
    framed, separator = has_licence(head), asked_separator(options)
    inside = list(chain.from_iterable(texts(head, lambda lines: None))) if framed else head
    if separator is None:
        return _Sample(head, inside, None, 0, framed)
    documents = [[*document, ""] for document in separator.documents(inside)]
    return _Sample(head, list(chain.from_iterable(documents)), separator, len(documents), framed)


def _weigh(format: Format, sample: _Sample, path: Path, options: ReadingOptions) -> Recognised | None:
    """The evidence for a format."""
    if format.weigh is None:
        return None
    if format.read is None or format.one_piece:
        evidence = format.weigh(sample.head, path, options)
        return Recognised(format, evidence, evidence.reason)
    evidence = format.weigh(sample.inside, path, options)
    separator = sample.separator or evidence.separator
    reason = evidence.reason
    if separator is not None:
        reason += f"; its documents are separated by {separator.name}"
    if sample.documents == 1:
        reason += ", of which there is none in the first lines"
    return Recognised(format, evidence, reason, separator, sample.framed)


def _require_columns(found: Recognised, path: Path, options: ReadingOptions) -> None:
    """Refuse columns that a person named for a file that has none."""
    if options.columns and not found.evidence.columns:
        option = next(iter(options.columns)).replace("_", "-")
        raise CorpusError(
            f"--{option} was given, but {path} looks like no table: it would be read as {found.format.name} "
            f"({found.evidence.reason}): leave --{option} out, or give a table with commas, semicolons or tabs, or "
            "JSON lines."
        )


def read_as(
    name: str, formats: Mapping[str, Format], head: Sequence[str], path: Path, options: ReadingOptions = AS_FOUND
) -> Recognised:
    """The format of a file, as named by the user.

    Args:
        name: one of the formats, whose files are read alone.
        formats, head, path, options: as `recognise` takes them.

    Raises:
        CorpusError: if the file cannot be read in that format at all.
    """
    format, markup = formats[name], find_markup(head)
    if name != "plain" and markup is not None and format.markup not in (markup, ANY_MARKUP):
        raise CorpusError(
            f"{path} was to be read as {name}, but it is {markup}; formats of {markup} are "
            f"{', '.join(written_in(markup, formats)) or 'none of those known'}: choose one of them, leave --format "
            "out to have it found from the content, or say --format plain for a script of the text as it stands."
        )
    options = with_marks(head, options)
    found = _weigh(format, _sample(head, options), path, options) or Recognised(
        format, Evidence(False, "no evidence"), ""
    )
    evidence = found.evidence
    if evidence.misfit is not None:
        raise CorpusError(
            f"{path} was to be read as {name}, but {misfit_line(head, evidence.misfit)}; the formats are "
            f"{', '.join(formats)}: choose another one, or leave --format out to have it found from the content."
        )
    _require_columns(found, path, options)
    reason = "no evidence needed" if name == "plain" and found.separator is None else found.reason
    return found._replace(evidence=evidence._replace(sure=True), reason=f"as asked for ({reason})")


def written_in(markup: str, formats: Mapping[str, Format]) -> list[str]:
    """The names of the formats of a markup."""
    return [format.name for format in formats.values() if format.markup == markup]


def _weigh_speeches(head: Sequence[str], path: Path, options: ReadingOptions) -> Evidence:
    """Evidence that the file is a script with speakers."""
    found = recognise(SCRIPT_FORMATS, head, path, options)
    if found is None or found.evidence.layout.name in ("captions", "plain"):
        return Evidence(False, "nobody speaks", first_filled(head), sure=False)
    read = found.evidence.read_dialogues or partial(_read_speeches, found)
    reason, columns = f"{found.format.name}: {found.reason}", found.evidence.columns
    return Evidence(True, reason, sure=False, read_dialogues=read, columns=columns)


def _read_script(files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield the speeches of a script whose format is not known yet."""
    found = recognise(SCRIPT_FORMATS, files[0].head(HEAD_LINES), files[0].path)
    return iter(()) if found is None else _read_speeches(found, files, report)


def _read_speeches(found: Recognised, files: Sequence[TextFile], report: ReadReport) -> Iterator[Scene]:
    """Yield each scene that has speeches, very long ones in parts; directions in a speech are not spoken.

    Args:
        found: the format of the script.
        files: the script.
        report: counts what is left out.
    """
    for _, scene in assemble(found.script(files[0], report)):
        speeches = [line for line in scene.lines if line.speaker is not None]
        report.change("line without a speaker left out", len(scene.lines) - len(speeches))
        report.change("stage direction left out of a turn", sum(len(line.directions) for line in speeches))
        if speeches:
            yield Scene(None, tuple(turn_of(spoken(line), line.speaker) for line in speeches))


_SPEECHES = Format(
    "script",
    350,
    _weigh_speeches,
    read_dialogues=_read_script,
    suffixes=suffixes(SCRIPT_FORMATS),
    markup=ANY_MARKUP,
)

DIALOGUE_FORMATS = {
    format.name: format
    for format in sorted([*_all_formats(), _SPEECHES], key=lambda format: format.order)
    if format.read_dialogues
}
"""The formats of dialogues by their names, in the order in which they are tried; a script is one of them."""
