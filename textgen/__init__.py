"""Train LSTM text generators on your own text, then write with them.

    writer = textgen.train_script("seinfeld.txt", minutes=10)
    writer = textgen.load("runs/seinfeld")
    print(writer.write(prompt="jerry:", lines=20).text)

The names below are resolved when they are first used, so that `import textgen` costs milliseconds.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textgen.api import load, train_script
    from textgen.corpus.script import Line, Scene, Script
    from textgen.decoding.options import DecodingOptions
    from textgen.errors import TextgenError
    from textgen.writer import ScriptWriter, WrittenScript

__version__ = "0.1.0"

_HOMES = {
    "load": "textgen.api",
    "train_script": "textgen.api",
    "ScriptWriter": "textgen.writer",
    "WrittenScript": "textgen.writer",
    "DecodingOptions": "textgen.decoding.options",
    "Script": "textgen.corpus.script",
    "Scene": "textgen.corpus.script",
    "Line": "textgen.corpus.script",
    "TextgenError": "textgen.errors",
}

__all__ = [
    "DecodingOptions",
    "Line",
    "Scene",
    "Script",
    "ScriptWriter",
    "TextgenError",
    "WrittenScript",
    "load",
    "train_script",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'textgen' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
