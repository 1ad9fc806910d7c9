"""Train LSTM text generators on your own text, then write or talk with them.

    writer = textgen.train_script("seinfeld.txt", minutes=10)
    writer = textgen.load("runs/seinfeld")
    print(writer.write(prompt="jerry:", lines=20).text)

    bot = textgen.load("smalltalk")
    print(bot.reply("hello there"))

The names below are resolved when they are first used, so that `import textgen` costs milliseconds.
"""

import importlib

from textgen._version import __version__ as __version__

TYPE_CHECKING = False  # importing `typing` takes longer than the rest, in which Ctrl-C would still show a traceback
if TYPE_CHECKING:
    from typing import Any

    from textgen.api import load, train_chat, train_discriminator, train_script
    from textgen.chatbot import Chatbot, as_character
    from textgen.config import AdversarialConfig
    from textgen.corpus.script import Line, Scene, Script
    from textgen.decoding.options import ChatOptions, DecodingOptions
    from textgen.errors import TextgenError
    from textgen.generation.conversation import Reply
    from textgen.starters import sample_corpus
    from textgen.training.callback import Callback
    from textgen.writer import ScriptWriter, WrittenScript

_HOMES = {
    "load": "textgen.api",
    "train_chat": "textgen.api",
    "train_discriminator": "textgen.api",
    "train_script": "textgen.api",
    "AdversarialConfig": "textgen.config",
    "Callback": "textgen.training.callback",
    "Chatbot": "textgen.chatbot",
    "as_character": "textgen.chatbot",
    "ChatOptions": "textgen.decoding.options",
    "Reply": "textgen.generation.conversation",
    "ScriptWriter": "textgen.writer",
    "WrittenScript": "textgen.writer",
    "DecodingOptions": "textgen.decoding.options",
    "Script": "textgen.corpus.script",
    "Scene": "textgen.corpus.script",
    "Line": "textgen.corpus.script",
    "sample_corpus": "textgen.starters",
    "TextgenError": "textgen.errors",
}

__all__ = [
    "AdversarialConfig",
    "Callback",
    "ChatOptions",
    "Chatbot",
    "DecodingOptions",
    "Line",
    "Reply",
    "Scene",
    "Script",
    "ScriptWriter",
    "TextgenError",
    "WrittenScript",
    "as_character",
    "load",
    "sample_corpus",
    "train_chat",
    "train_discriminator",
    "train_script",
]


def __getattr__(name: str) -> "Any":
    if name not in _HOMES:
        raise AttributeError(f"module 'textgen' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
