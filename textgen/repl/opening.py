"""Opening a model to talk to."""

from pathlib import Path

from textgen import api
from textgen.chatbot import Chatbot, as_character
from textgen.errors import ConfigurationError
from textgen.writer import ScriptWriter

_MANY = 12


def open_bot(path: str | Path, speaker: str | None = None) -> Chatbot:
    """Opens a model to talk to.

    Args:
        path: of a model folder, or `smalltalk`.
        speaker: the character that a script model speaks as.

    Raises:
        ModelError: there is no model, or it is damaged.
        ConfigurationError: a script model needs a character, and a chat model has none.
    """
    model = api.load(path)
    if isinstance(model, ScriptWriter):
        return as_character(model, speaker or _missing(path, model.speakers))
    if speaker is not None:
        raise ConfigurationError(
            f"{path} was to speak as {speaker!r}, but it is a chat model, which has one voice: "
            "leave the name out, or give a model that was trained on a script."
        )
    return model


def _missing(path: str | Path, speakers: tuple[str, ...]) -> str:
    known = ", ".join(speakers[:_MANY]) + (", ..." if len(speakers) > _MANY else "")
    raise ConfigurationError(
        f"{path} was to chat, but it is a script model, which speaks as one of its characters: name one, with "
        f'--as NAME, or with "/model {path} as NAME"; it knows {known or "no names"}.'
    )
