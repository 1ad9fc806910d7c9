"""Makes a model folder ready for a run: survey, vocabulary, ids, the plan, first weights."""

import importlib.metadata
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from textgen._version import __version__
from textgen.config import Budget, DiscriminatorConfig
from textgen.model_folder import Model, ModelCard, ModelFolder
from textgen.tokenizers.base import Tokenizer
from textgen.tokenizers.learning import learn_tokenizer
from textgen.training.initialisation import initial_weights
from textgen.training.machine import thread_count
from textgen.training.run_record import Run
from textgen.training.sizing import Choice, choose_level, choose_vocabulary_limit
from textgen.training.task import FolderTask, Note

MIN_P = {"character": 0.05, "word": 0.1, "subword": 0.05}
"""What fresh models of each level write with: it keeps the long tail of a small model's mistakes out of the text, most
of all the words that a word model invents whenever it begins to spell."""


def prepare(task: FolderTask, folder: ModelFolder, budget: Budget, origin: Model | None, note: Note) -> None:
    """Writes a model folder that loads, with first weights and all that a run needs.

    Args:
        task: of the run.
        folder: must not hold a model.
        budget: of the run.
        origin: a model to go on from, with its vocabulary, architecture and weights; None begins afresh.
        note: is told what was read and what was decided.

    Raises:
        TrainingError: there is too little to learn from.
        ConfigurationError: what was asked for does not fit the texts or the model to go on from.
    """
    task.read(note)
    plan = task.plan(budget, origin)
    with building(folder) as new:
        encoded = task.encode(new, plan, note)
        settled = task.settle(plan, encoded, new, origin)
        architecture, training = settled.plan.architecture, settled.plan.training
        assert not isinstance(architecture, DiscriminatorConfig)
        run = Run(training, encoded.characters, encoded.tokens, thread_count())
        weights = origin.weights if origin else initial_weights(architecture, training.seed)
        decoding = {"temperature": 0.8, "min_p": MIN_P[plan.tokenizer.level]}
        card = ModelCard(task.kind, architecture, encoded.corpus, decoding=decoding, versions=versions())
        new.create(card, plan.tokenizer, weights)
        run.save(new.training)
    for line in task.describe(settled, run):
        note(line)


def learn_vocabulary(choice: Choice, characters: int, texts: Iterable[str], labels: Sequence[str]) -> Tokenizer:
    """Learns the vocabulary that a person asked for, or that suits the corpus.

    Args:
        choice: what was asked for.
        characters: of the training text.
        texts: all that is spelled in pieces; read once.
        labels: speakers that get a label of their own.
    """
    level = choose_level(choice, characters)
    limit = choose_vocabulary_limit(choice, level, characters)
    words = choice.words if level != "character" else "natural"
    return learn_tokenizer(level, texts, labels, words, limit)


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
