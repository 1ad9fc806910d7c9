"""The trained models that come with the package, by name: to be used as they are, or for runs to begin with."""

from pathlib import Path

from textgen.model_folder import ModelFolder

SMALLTALK = "smalltalk"
"""The name of the chat model that comes with the package."""

ENGLISH = "english"
"""The name of the script model that comes with the package."""

NONE = "none"
"""What is given instead of a name by those who want no starter."""

PRETRAINED = {name: Path(__file__).parent / "pretrained" / name for name in (SMALLTALK, ENGLISH)}
"""The folders of these models."""


def open_folder(path: str | Path) -> ModelFolder:
    """The model folder at a path, or that of a model of the package by its name, unless a folder has that name."""
    folder = ModelFolder(path)
    own = PRETRAINED.get(str(path))
    return folder if own is None or folder.exists() else ModelFolder(own)


def english_words() -> frozenset[str]:
    """The words of the texts that the English starter learned from, without case; none where it is not installed."""
    path = PRETRAINED[ENGLISH] / "words.txt"
    return frozenset(path.read_text(encoding="utf-8").split()) if path.is_file() else frozenset()
