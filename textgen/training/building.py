"""Building a new model folder beside its place, and putting it there whole."""

import importlib.metadata
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from textgen import __version__
from textgen.artifact import ModelFolder


@contextmanager
def building(folder: ModelFolder) -> Iterator[ModelFolder]:
    """Gives an empty folder to write into, which takes its place when all went well and vanishes when not.

    Args:
        folder: the place; must not hold a model.
    """
    new = ModelFolder(folder.path.with_name(f".{folder.path.name}.building"))
    shutil.rmtree(new.path, ignore_errors=True)
    new.training.mkdir(parents=True)
    try:
        yield new
        folder.path.parent.mkdir(parents=True, exist_ok=True)
        new.path.rename(folder.path)
    except BaseException:
        shutil.rmtree(new.path, ignore_errors=True)
        raise


def versions() -> dict[str, str]:
    """The versions of the packages that train, as far as they are installed."""
    found = {"textgen": __version__}
    for name in ("tensorflow", "keras", "numpy"):
        with suppress(importlib.metadata.PackageNotFoundError):  # tensorflow-cpu and others go by another name
            found[name] = importlib.metadata.version(name)
    return found
