"""What a person asks of a run that goes on, against what it was begun with."""

from dataclasses import asdict, fields
from typing import Any

from textgen.artifact import ModelFolder
from textgen.errors import ConfigurationError
from textgen.training.run_record import Run
from textgen.training.sizing import SIZES, Choice


def require_as_begun(choice: Choice, folder: ModelFolder) -> None:
    """Refuses what a run was not begun with; what is not asked for is as it was.

    How the vocabulary was learned is not compared, because it leaves no trace.

    Args:
        choice: what is asked for now.
        folder: of the run.

    Raises:
        ConfigurationError: something is asked for that the run was begun without.
    """
    begun = _begun(folder)
    if choice.hidden is not None:
        del begun["size"]  # which was overruled
    for field in fields(choice):
        asked = getattr(choice, field.name)
        if asked != field.default and asked != begun.get(field.name, asked):
            raise ConfigurationError(
                f"{field.name} is {asked!r}, but the run in {folder.path} was begun with {begun[field.name]!r}: leave "
                "it out to resume, or train anew with another --out."
            )


def _begun(folder: ModelFolder) -> dict[str, Any]:
    """What a run was begun with, by the names of the options."""
    model, training = folder.load(), Run.load(folder.training).training
    architecture = asdict(model.card.architecture)
    widths = f"{architecture['layers']} x {architecture['hidden']}"
    size = next((name for name, size in SIZES.items() if size.hidden == architecture["hidden"]), widths)
    return {"level": model.tokenizer.level, "size": size, **architecture, **asdict(training)}
