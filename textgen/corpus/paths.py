"""Paths that a person gave to the files of a corpus."""

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from textgen.errors import CorpusError

SUFFIXES = (".txt", ".fountain", ".csv", ".tsv", ".jsonl", ".md", ".script")
"""What is taken from a folder of scripts."""

DIALOGUE_SUFFIXES = (*SUFFIXES, ".json", ".yml", ".yaml", ".conv")
"""What is taken from a folder of dialogues."""

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


def find_files(paths: Paths, suffixes: Sequence[str] = SUFFIXES) -> list[Path]:
    """The files that paths name, folders searched through, each file once.

    Args:
        paths: one path or several; a file may have any suffix.
        suffixes: which files of a folder count, where hidden and empty ones do not.

    Raises:
        CorpusError: if a path is missing, a folder holds no such file, or no path is given.
    """
    given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
    if not given:
        raise CorpusError("A corpus was asked for, but no file was named; give at least one file or folder.")
    found: dict[Path, Path] = {}
    for path in map(Path, given):
        for file in _files(path, suffixes):
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _files(path: Path, suffixes: Sequence[str]) -> Iterator[Path]:
    if not path.exists():
        raise CorpusError(f"The corpus {path} does not exist; check the path, relative to {Path.cwd()}.")
    if not path.is_dir():
        yield path
        return
    files = [file for file in sorted(path.rglob("*")) if _is_wanted(file, path, suffixes)]
    if not files:
        raise CorpusError(
            f"The folder {path} holds no text files; taken are files that end in {', '.join(suffixes)} "
            "and are not empty: name other files one by one."
        )
    yield from files


def _is_wanted(file: Path, folder: Path, suffixes: Sequence[str]) -> bool:
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return not hidden and file.suffix.lower() in suffixes and file.is_file() and file.stat().st_size > 0
