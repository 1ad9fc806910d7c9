"""Building a new model folder beside its place, and putting it there whole."""

import importlib.metadata
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from textgen import __version__
from textgen.inference.weights import Architecture
from textgen.model_folder import Model, ModelCard, ModelFolder
from textgen.text.tokenizer import Tokenizer
from textgen.training.initialisation import initial_weights
from textgen.training.run_record import Run

MIN_P = {"character": 0.05, "word": 0.1, "subword": 0.05}
"""What fresh models of each level write with: it keeps the long tail of a small model's mistakes out of the text, most
of all the words that a word model invents whenever it begins to spell."""


class Prepared(NamedTuple):
    """What is known of a run once its corpus is written.

    Args:
        architecture: of the model.
        run: its description.
        corpus: what `model.json` says of the corpus.
    """

    architecture: Architecture
    run: Run
    corpus: dict[str, Any]


def build(
    folder: ModelFolder,
    kind: str,
    tokenizer: Tokenizer,
    start_from: Model | None,
    encode: Callable[[ModelFolder], Prepared],
) -> None:
    """Writes a model folder that loads, with first weights and all that a run needs.

    Args:
        folder: must not hold a model.
        kind: of the model, for its card.
        tokenizer: learned, or the one of the model to go on from.
        start_from: a model whose weights are the first ones; None draws them.
        encode: writes the corpus into the folder it is given.
    """
    with building(folder) as new:
        architecture, run, corpus = encode(new)
        weights = start_from.weights if start_from else initial_weights(architecture, run.training.seed)
        decoding = {"temperature": 0.8, "min_p": MIN_P[tokenizer.level]}
        card = ModelCard(kind, architecture, corpus, decoding=decoding, versions=versions())
        new.create(card, tokenizer, weights)
        run.save(new.training)


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
