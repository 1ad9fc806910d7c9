"""Writing a file so that a crash or a full disk leaves the old one whole."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO


@contextmanager
def replacing(path: Path, mode: int = 0o666) -> Iterator[IO[bytes]]:
    """Opens a temporary file beside `path` that replaces it once it is complete and on the disk.

    Where the path is a link, its target is replaced; the new file has the permissions of the old one.

    Args:
        path: of the file.
        mode: permissions of a file that was not there, from the start; the umask takes some away.

    Example:
        >>> with replacing(Path("model.json")) as file:
        ...     file.write(b"{}")
    """
    path = Path(os.path.realpath(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
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


def _sync_folder(folder: Path) -> None:
    """Makes the renaming itself durable, where the system can (Windows cannot open a folder)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
