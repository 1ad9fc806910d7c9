"""What a person asks of a run that goes on, against what it was begun with."""

from dataclasses import asdict, fields
from typing import Any

from textgen.errors import ConfigurationError
from textgen.model_folder import ModelFolder
from textgen.training.chat_preparation import Listening
from textgen.training.run_record import Run
from textgen.training.sizing import SIZES, Choice

_LISTENING = ("turns", "replies_by")
"""How a chatbot's dialogues are read; a model's card says it."""


def require_as_begun(folder: ModelFolder, *asked: Choice | Listening, seed: int) -> None:
    """Refuses what a run was not begun with; what is left as it usually is is as it was.

    How the vocabulary was learned is not compared, nor how spaces are read, because they leave no trace.

    Args:
        folder: of the run.
        asked: what is asked for now.
        seed: the same; 0 is the usual one.

    Raises:
        ConfigurationError: something is asked for that the run was begun without.
    """
    usual = {field.name: field.default for group in asked for field in fields(group)} | {"seed": 0}
    chosen = {name: value for group in asked for name, value in asdict(group).items()} | {"seed": seed}
    begun = _begun(folder)
    if chosen["hidden"] is not None:
        del begun["size"]  # which was overruled
    for name, value in chosen.items():
        if value != usual[name] and value != begun.get(name, value):
            raise ConfigurationError(
                f"{name} is {value!r}, but the run in {folder.path} was begun with {begun[name]!r}: leave it out to "
                "resume, or train anew with another --out."
            )


def _begun(folder: ModelFolder) -> dict[str, Any]:
    """What a run was begun with, by the names of the options."""
    model, training = folder.load(), Run.load(folder.training).training
    architecture = asdict(model.card.architecture)
    widths = f"{architecture['layers']} x {architecture['hidden']}"
    size = next((name for name, size in SIZES.items() if size.hidden == architecture["hidden"]), widths)
    listening = {name: model.card.corpus[name] for name in _LISTENING if name in model.card.corpus}
    return {"level": model.tokenizer.level, "size": size, **architecture, **asdict(training), **listening}
