"""What a person asks of a run; the protocol `Task`, for what runs do differently, and the data that both exchange."""

import os
import shlex
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import textgen.models  # noqa: F401 - imports TensorFlow without its log lines, so it comes first
from textgen.config import AnyArchitecture, Budget, TrainingConfig
from textgen.corpus.collection import Corpus, Kind, Paths
from textgen.corpus.given import Given, GivenCorpus
from textgen.corpus.reading_options import AS_FOUND, ReadingOptions
from textgen.model_folder import Model, ModelFolder
from textgen.tokenizers.base import Tokenizer
from textgen.training.callback import Callback
from textgen.training.checkpoint import Run
from textgen.training.sizing import Choice, RunEstimate
from textgen.training.trainer import Batches, Learner

Note = Callable[[str], None]


@dataclass(frozen=True)
class TrainingRequest:
    """What a person asked for, for a model of any kind.

    Args:
        corpus: the paths to learn from, or what a program gave instead.
        format: of the corpus; None finds it from its content.
        validation: paths of the held-out text; None holds out a part of the corpus.
        choice: level, size and their details.
        seed: of all randomness.
        index: whether to write the novelty index.
        reading: how the corpus and the held-out text are read.
    """

    corpus: Paths | Given
    choice: Choice
    format: str | None = None
    validation: Paths | None = None
    seed: int = 0
    index: bool = True
    reading: ReadingOptions = AS_FOUND

    def open(self, source: Paths | Given, kind: Kind) -> Corpus:
        """Opens the corpus or the held-out text.

        Raises:
            CorpusError: it cannot be read.
        """
        if isinstance(source, Given):
            return GivenCorpus(source, self.format, self.reading)
        return Corpus(source, self.format, kind, self.reading)

    def to_resume(self, command: str, out: Path, further: Sequence[str]) -> str:
        """The command that resumes a run of this request; the call of the Python function for what a program gave.

        It repeats the format and how the corpus is read, without which some files could not be read again.

        Args:
            command: that trains.
            out: the model folder.
            further: names of options that are switched on.
        """
        if isinstance(self.corpus, Given):
            return self._resuming_call(command, self.corpus, out, further)
        paths = [self.corpus] if isinstance(self.corpus, str | os.PathLike) else self.corpus
        given = [f"--corpus {shlex.quote(str(path))}" for path in paths]
        if self.format is not None:
            given.append(f"--format {self.format}")
        for name, value in self.reading.to_json().items():
            given.append(f"--{name.replace('_', '-')} {shlex.quote(str(value))}")
        switches = [f"--{name}" for name in (*further, "resume")]
        return " ".join([f"textgen {command}", *given, f"--out {shlex.quote(str(out))}", *switches])

    def _resuming_call(self, command: str, given: Given, out: Path, further: Sequence[str]) -> str:
        options = {"format": self.format, "validation": self.validation, **self.reading.to_json()}
        chosen = [f"{name}={value!r}" for name, value in options.items() if value is not None]
        switches = [f"{name}=True" for name in (*further, "resume")]
        arguments = ", ".join([f"{given.argument}=...", f"out={str(out)!r}", *chosen, *switches])
        return f"textgen.{command.replace('-', '_')}({arguments})"


@dataclass(frozen=True)
class Start:
    """How a run begins or resumes.

    Args:
        budget: None takes the default, or that of the resumed run.
        origin: the folder of a model to continue from, and the name a person gave for it; None starts from scratch.
        tensorboard: whether to write event files.
        quiet: show no progress.
        callbacks: are told what happens, and may stop the run.
    """

    budget: Budget | None = None
    origin: tuple[ModelFolder, str] | None = None
    tensorboard: bool = False
    quiet: bool = False
    callbacks: tuple[Callback, ...] = ()


@dataclass(frozen=True)
class RunPlan:
    """The plan of a run, made before its texts are encoded.

    Args:
        tokenizer: newly learned, or that of the model to continue from.
        architecture: of the network.
        training: how it is trained.
        start: the model that it begins with, moved into the corpus; None draws the first weights.
    """

    tokenizer: Tokenizer
    architecture: AnyArchitecture
    training: TrainingConfig
    start: Model | None = None


@dataclass(frozen=True)
class Encoded:
    """What is known of a run's texts once they are encoded.

    Args:
        tokens: scored tokens of the training text and the held-out text.
        characters: of the same texts; 0 if the task does not count them.
        corpus: what `model.json` says of the corpus.
    """

    tokens: tuple[int, int]
    characters: tuple[int, int] = (0, 0)
    corpus: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Workspace:
    """The folder a run works in, and its settings.

    Args:
        folder: of the model.
        place: the folder of the run's own files in it.
        run: what the run was started with.
    """

    folder: ModelFolder
    place: Path
    run: Run

    @cached_property
    def model(self) -> Model:
        """The model as it was when the run began or resumed."""
        return self.folder.load()


class Task(Protocol):
    """What scripts, chats, discriminators and adversarial runs do differently; methods are called in this order."""

    def read(self, note: Note) -> None:
        """Reads the texts, reports what was found and refuses too little text."""

    def plan(self, budget: Budget, origin: Model | None) -> RunPlan:
        """Plans a run: what the person asked for, and otherwise what suits the texts.

        Args:
            budget: of the run.
            origin: a model to continue from; None leaves the beginning to the task.
        """

    def encode(self, folder: ModelFolder, plan: RunPlan, note: Note) -> Encoded:
        """Encodes the texts; a run in a model folder reads the ids from its training folder."""

    def batches(self, at: Workspace) -> Batches:
        """Opens the training batches."""

    def network(self, at: Workspace) -> Any:
        """Makes the Keras model that learns; has `named_weights()`."""

    def step(self, at: Workspace, network: Any, batches: Any) -> Learner:
        """Makes the training step."""

    def validate(self, at: Workspace, network: Any) -> Callable[[], float] | None:
        """Makes the function that scores the held-out texts, in nats a token; None if nothing is held out."""


@dataclass(frozen=True)
class Settled:
    """A complete plan, made once the length of the encoded texts is known.

    Args:
        plan: of the run.
        guess: estimate of the run.
        usual: estimate with the network that suits the texts, whatever the time.
    """

    plan: RunPlan
    guess: RunEstimate
    usual: RunEstimate | None = None


class FolderTask(Task, Protocol):
    """A task that makes a model folder."""

    kind: str
    """The kind of model, for its card."""

    def settle(self, plan: RunPlan, encoded: Encoded, folder: ModelFolder) -> Settled:
        """Completes a plan.

        Args:
            plan: as `plan` made it.
            encoded: the texts.
            folder: holds the encoded texts.
        """

    def describe(self, settled: Settled, run: Run) -> Iterable[str]:
        """Lines about the run, shown before it begins."""
