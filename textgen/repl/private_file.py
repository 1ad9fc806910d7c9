"""A file that nobody but its owner can read."""

import os
from pathlib import Path


def private_file(path: Path) -> Path:
    """Creates a file with mode 0600 and its folder with 0700, or takes others' rights from one that is there.

    A new file is private from its first moment on.

    Returns:
        The path.

    Raises:
        OSError: it cannot be created or written.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.close(descriptor)
    path.chmod(0o600)
    return path
