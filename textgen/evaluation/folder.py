"""A folder of results, which is there whole or not at all."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from textgen.errors import ConfigurationError


class ResultFolder:
    """Where results are to lie.

    Args:
        path: of the folder; it must not exist yet, or be empty.

    Raises:
        ConfigurationError: something lies there.
    """

    def __init__(self, path: Path) -> None:
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ConfigurationError(
                f"Results were to be written into {path}, but something is there already, and nothing of yours is "
                "overwritten: name a folder that is new or empty."
            )
        self.path = path

    def write(self, files: Mapping[str, bytes]) -> None:
        """Writes all files beside the folder, and then puts them in its place.

        Args:
            files: contents by name.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_name(f".{self.path.name}.{os.getpid()}.part")
        try:
            beside.mkdir()
            for name, content in files.items():
                (beside / name).write_bytes(content)
            if self.path.exists():
                self.path.rmdir()  # refuses, and nothing is lost, where something has come in meanwhile
            beside.rename(self.path)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
