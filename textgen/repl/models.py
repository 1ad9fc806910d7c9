"""Finding the models that are there."""

from pathlib import Path

import textgen

SHIPPED = "smalltalk"
"""The model that comes with the package."""


def models_here(folder: Path | None = None) -> list[Path]:
    """The model folders under `runs/`, by name."""
    runs = (folder or Path()) / "runs"
    return sorted(card.parent for card in runs.glob("*/model.json"))


def shipped_model() -> Path:
    """The folder of the model that comes with the package, which may be missing."""
    return Path(textgen.__file__).parent / "pretrained" / SHIPPED
