"""Finding the models that are there."""

from pathlib import Path


def models_here(folder: Path | None = None) -> list[Path]:
    """The model folders under `runs/`, by name."""
    runs = (folder or Path()) / "runs"
    return sorted(card.parent for card in runs.glob("*/model.json"))
