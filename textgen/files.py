"""Writing a file so that a crash or a full disk leaves the old one whole; reading one that is surely a file."""

import glob
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_TEMPORARY = re.compile(r"\..+\.(\d+)\.part")


@contextmanager
def replacing(path: Path, through_links: bool = False, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Opens a temporary file beside `path` that replaces it once it is complete and on the disk.

    The new file has the permissions of the old one. What killed processes left of earlier tries is removed.

    Args:
        path: the file.
        through_links: where the path is a link, replace its target, and write to a pipe or a device instead of
            replacing it: right for a file that a person named. Without it the link itself is replaced: what a model's
            files are linked to belongs to somebody else.
        mode: permissions of a file that was not there, from the start; the umask takes some away.

    Example:
        >>> with replacing(Path("model.json")) as file:
        ...     file.write(b"{}")
    """
    if through_links:
        path = Path(os.path.realpath(path))
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
    remove_leftovers(path)
    temporary = temporary_beside(path)
    try:
        with open(temporary, "wb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            with suppress(OSError):  # there is no old file, or it belongs to another user
                temporary.chmod(stat.S_IMODE(path.stat().st_mode))
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    _sync_folder(path.parent)


def read_ordinary(path: Path) -> bytes:
    """The bytes of an ordinary file; a named pipe would keep its reader waiting, and a device may never end.

    Raises:
        FileNotFoundError: nothing is there.
        OSError: it is no file, or cannot be read.
    """
    require_ordinary(path)
    return path.read_bytes()


def require_ordinary(path: Path) -> None:
    """Refuses what is no ordinary file, before it is opened.

    Raises:
        FileNotFoundError: nothing is there.
        OSError: it is a folder, a named pipe, a socket or a device.
    """
    if not stat.S_ISREG(path.stat().st_mode):
        raise OSError("it is no ordinary file")


def is_temporary(name: str) -> bool:
    """Whether a file's name is one that `replacing` gives to a file that is not complete yet."""
    return _writer(name) is not None


def temporary_beside(path: Path) -> Path:
    """Where this process writes a file or a folder until it is complete."""
    return path.with_name(f".{path.name}.{os.getpid()}.part")


def remove_leftovers(path: Path) -> None:
    """Removes what processes left that were killed while they wrote this file or folder."""
    for left in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        writer = _writer(left.name)
        if writer is not None and not _runs(writer):
            with suppress(OSError):
                shutil.rmtree(left) if left.is_dir() else left.unlink()


def _writer(name: str) -> int | None:
    """The process that made a temporary file, from its name; None for other files."""
    found = _TEMPORARY.fullmatch(name)
    return int(found[1]) if found else None


def _runs(process: int) -> bool:
    """Whether a process runs. On Windows, where asking could end it, an open file cannot be removed anyway."""
    if os.name != "posix":
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):  # another user's; a number that no process has
        return True
    return True


def _sync_folder(folder: Path) -> None:
    """Makes the renaming itself durable, where the system can (Windows cannot open a folder)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
