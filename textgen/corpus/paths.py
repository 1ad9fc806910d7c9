"""The files that a person's paths name, with those of folders."""

import os
import reprlib
from collections.abc import Iterator, Sequence
from pathlib import Path

from textgen.errors import CorpusError


def find_files(paths: Sequence[str | os.PathLike[str]], suffixes: Sequence[str]) -> list[Path]:
    """The files that paths name, folders searched through, each file once.

    Args:
        paths: a file may have any suffix.
        suffixes: endings of the files that are taken from folders; hidden and empty files are not taken.

    Raises:
        CorpusError: if a path is missing, a folder holds no such file, or no path is given.
    """
    if not paths:
        raise CorpusError("A corpus was asked for, but no file was named; give at least one file or folder.")
    found: dict[Path, Path] = {}
    for path in paths:
        _require_name(path)
    for path in map(Path, paths):
        for file in _files(path, suffixes):
            found.setdefault(file.resolve(), file)
    return list(found.values())


def _require_name(path: str | os.PathLike[str]) -> None:
    """Refuses what cannot be the name of a file: nothing, and a text that was given in place of a file's name."""
    name = os.fspath(path)
    problem = None if name else "it is empty"
    try:
        if not Path(name).exists() and ("\n" in name or "\0" in name):
            problem = "it holds line ends or NULs"
    except OSError as error:  # a name that is too long
        problem = error.strerror
    if problem is not None:
        raise CorpusError(
            f"A corpus was to be read from {reprlib.repr(name)}, but that is no path ({problem}): name a file or a "
            "folder; texts themselves are given in Python, with texts=[...] or dialogues=[...]."
        )


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
