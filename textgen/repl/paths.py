"""Paths as people type them."""

import os
from pathlib import Path


def typed_path(text: str) -> Path:
    """A path in which `~` is the home folder; where there is no such home, it stays as it is."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - that of pathlib raises where there is no such home
