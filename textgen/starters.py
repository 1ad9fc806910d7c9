"""What comes with the package, by name: trained models, to be used or for runs to begin with, and corpora to try."""

from pathlib import Path

from textgen.errors import ConfigurationError
from textgen.model_folder import ModelFolder
from textgen.wording import COME_ALONG

SMALLTALK, ENGLISH = COME_ALONG
"""The names of the chat model and of the script model that come with the package."""

DIALOGUE = "dialogue"
"""The name of the chat model that chatbots begin with: what Wren was before it learned its own talks."""

NONE = "none"
"""What is given instead of a name by those who want no starter."""

PRETRAINED = {name: Path(__file__).parent / "pretrained" / name for name in (*COME_ALONG, DIALOGUE)}
"""The folders of these models."""

SAMPLES = {"sitcom": "a short sitcom on a chain ferry, written for textgen: 158 KB, 24 speakers"}
"""The corpora that come with the package, by name: what each is."""

_IN_THE_PACKAGE = Path(__file__).parent / "samples"
_IN_A_CLONE = Path(__file__).parents[1] / "corpora"


def open_folder(path: str | Path) -> ModelFolder:
    """The model folder at a path, or that of a model of the package by its name, unless a folder has that name."""
    folder = ModelFolder(path)
    own = PRETRAINED.get(str(path))
    return folder if own is None or folder.exists() else ModelFolder(own)


def english_words() -> frozenset[str]:
    """The words of the texts that the English starter learned from, without case; none where it is not installed."""
    path = PRETRAINED[ENGLISH] / "words.txt"
    return frozenset(path.read_text(encoding="utf-8").split()) if path.is_file() else frozenset()


def sample_corpus(name: str = "sitcom") -> Path:
    """The file of a corpus that comes along, to train on; it is not to be changed.

    Args:
        name: one of `SAMPLES`.

    Raises:
        ConfigurationError: there is none of that name.
    """
    if name not in SAMPLES:
        raise ConfigurationError(
            f"The sample corpus {name!r} was asked for, but none of that name comes along: name {', '.join(SAMPLES)}."
        )
    return next(path for folder in (_IN_THE_PACKAGE, _IN_A_CLONE) if (path := folder / f"{name}.txt").is_file())
