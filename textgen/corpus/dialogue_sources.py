"""How the files of a corpus of dialogues are read, alone or two together."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from textgen.corpus.dialogue_detection import Source, look_at, read_as
from textgen.corpus.dialogue_pairing import aligned_sources, cornell_sources, found_by_length, found_by_name
from textgen.corpus.reading import TextFile


def find_sources(paths: Sequence[Path], ordered: bool, format: str | None = None) -> list[Source]:
    """How to read files, in the order in which they (the first of two) are given.

    Args:
        paths: the files.
        ordered: whether a person named them one by one: then the first one of an aligned pair has the prompts,
            else the one whose name says so.
        format: one of DIALOGUE_FORMATS for all of them; None to find it out from their content.

    Raises:
        CorpusError: if a file cannot be read or does not fit, or one of two is missing.
    """
    if format is None:
        sources = list(_found(paths, ordered))
    elif format == "cornell":
        sources = list(cornell_sources([look_at(path) for path in paths], asked=True))
    elif format == "aligned":
        sources = list(aligned_sources([TextFile(path) for path in paths], ordered))
    else:
        sources = [read_as(path, format) for path in paths]
    return sorted(sources, key=lambda source: min(paths.index(file.path) for file in source.files))


def _found(paths: Sequence[Path], ordered: bool) -> Iterator[Source]:
    """The surest first: content, names of pairs, content that could be something else, numbers of lines."""
    candidates = [look_at(path) for path in paths]
    parts = [candidate for candidate in candidates if candidate.part is not None]
    if parts:
        yield from cornell_sources(parts, asked=False)
    others = [candidate for candidate in candidates if candidate.part is None]
    yield from (found.source for found in others if found.source is not None and found.source.sure)
    unsure = [candidate for candidate in others if candidate.source is None or not candidate.source.sure]
    named = list(found_by_name([candidate.file for candidate in unsure], ordered))
    yield from named
    left = [candidate for candidate in unsure if not any(candidate.file in source.files for source in named)]
    yield from (candidate.source for candidate in left if candidate.source is not None)
    left = [candidate for candidate in left if candidate.source is None]
    lengths = list(found_by_length([candidate.file for candidate in left], ordered))
    yield from lengths
    for candidate in left:
        if not any(candidate.file in source.files for source in lengths):
            candidate.refuse()
