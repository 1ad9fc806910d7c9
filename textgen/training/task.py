"""What kinds of runs do differently: the protocol `Task`, and what a task and its run hand to each other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import textgen.models  # noqa: F401 - imports TensorFlow without its remarks, so it comes before all that imports it
from textgen.config import Budget, TrainingConfig
from textgen.inference.weights import Network
from textgen.model_folder import Model, ModelFolder
from textgen.tokenizers.base import Tokenizer
from textgen.training.checkpoint import Run
from textgen.training.sizing import RunEstimate
from textgen.training.trainer import Batches, Learner

Note = Callable[[str], None]


@dataclass(frozen=True)
class RunPlan:
    """A run as it is decided on before its texts are encoded.

    Args:
        tokenizer: learned, or the one of the model to go on from.
        architecture: of the network.
        training: how it is trained.
    """

    tokenizer: Tokenizer
    architecture: Network
    training: TrainingConfig


@dataclass(frozen=True)
class Encoded:
    """What is known once the texts of a run are ids.

    Args:
        tokens: scored ones to learn from, and to be judged by.
        characters: of the same; 0 where the texts never were any.
        corpus: what `model.json` says of the corpus.
    """

    tokens: tuple[int, int]
    characters: tuple[int, int] = (0, 0)
    corpus: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Workspace:
    """Where a run is at work.

    Args:
        folder: of the model.
        place: where the run's own files lie in it.
        run: what the run was started with.
    """

    folder: ModelFolder
    place: Path
    run: Run

    @cached_property
    def model(self) -> Model:
        """The model as it was when the run began or went on."""
        return self.folder.load()


class Task(Protocol):
    """What scripts, chats, discriminators and adversarial runs do differently, in the order in which it is called."""

    def read(self, note: Note) -> None:
        """Looks at the texts, tells what was found and refuses what is too little."""

    def plan(self, budget: Budget, origin: Model | None) -> RunPlan:
        """Decides on a run: what the person asked for, and for the rest what suits the texts.

        Args:
            budget: of the run.
            origin: a model to go on from, whose vocabulary and architecture are kept; None begins afresh.
        """

    def encode(self, folder: ModelFolder, plan: RunPlan, note: Note) -> Encoded:
        """Makes ids of the texts, in the training folder of a model where a run is to read them from there."""

    def batches(self, at: Workspace) -> Batches:
        """Opens the training batches."""

    def network(self, at: Workspace) -> Any:
        """Makes the Keras model that learns; has `named_weights()`."""

    def step(self, at: Workspace, network: Any, batches: Any) -> Learner:
        """Makes the training step."""

    def validate(self, at: Workspace, network: Any) -> Callable[[], float] | None:
        """Makes what scores the held-out texts, in nats a token; None where nothing is held out."""


@dataclass(frozen=True)
class Settled:
    """A plan that is complete, now that it is known how much there is to read.

    Args:
        plan: of the run.
        guess: what it will take.
        usual: what it would take with the network that suits the texts, however little time there is.
    """

    plan: RunPlan
    guess: RunEstimate
    usual: RunEstimate | None = None


class FolderTask(Task, Protocol):
    """A task that makes a model folder."""

    kind: str
    """Of the model, for its card."""

    def settle(self, plan: RunPlan, encoded: Encoded, folder: ModelFolder, origin: Model | None) -> Settled:
        """Completes a plan.

        Args:
            plan: as it was made.
            encoded: the texts.
            folder: in which they are.
            origin: as for `plan`.
        """

    def describe(self, settled: Settled, run: Run) -> Iterable[str]:
        """What a person is told of the run before it begins."""
