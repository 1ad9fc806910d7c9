"""One run over a prepared model folder of any kind: its beginning, its way on, and what it leaves in the folder."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import textgen.models  # noqa: F401 - imports TensorFlow without its remarks, so it comes before all that imports it
from textgen.config import Budget
from textgen.errors import ConfigurationError, TextgenError, TrainingError
from textgen.files import replacing
from textgen.inference.weights import check_weights
from textgen.model_folder import Model, ModelFolder
from textgen.training import history
from textgen.training.checkpoint import Checkpoint, checkpoint_exists
from textgen.training.listener import Listener
from textgen.training.machine import cores_are_shared, thread_count
from textgen.training.plots import save_curves
from textgen.training.run_record import Run
from textgen.training.schedule import Clock
from textgen.training.target import final_name
from textgen.training.tensorboard import TensorBoard
from textgen.training.trainer import Batches, Outcome, Step, Trainer
from textgen.wording import count

Arrays = dict[str, NDArray[np.float32]]
Note = Callable[[str], None]
Sample = Callable[[Model], str]


def draw_history(training: Path, title: str) -> None:
    """Draws the curves of a run from its history."""
    save_curves(training / "curves.png", history.read(training), title)


@dataclass(frozen=True)
class Recipe:
    """What sets the kinds of models apart while they train.

    Args:
        kind: of the models, `script` or `chat`.
        batches: opens the training batches in a training folder.
        network: makes the Keras model.
        step: makes its training step, from the model as it was prepared, the Keras model, the run and the batches.
        validation: makes what scores the held-out text, from the Keras model, the training folder and the run; gives
            None where nothing is held out.
        rank: makes what ranks the weights, from the step and the listeners; None ranks by the held-out score.
        watch: makes further listeners for a run in a training folder, which may speak through the display.
        draw: makes the picture of the run so far, in a training folder and with a title.
        rate: the option with the learning rate, for what a person is told of a loss that is not finite.
    """

    kind: str
    batches: Callable[[Path, Run], Any]
    network: Callable[[Model, Run], Any]
    step: Callable[[Model, Any, Run, Any], Step]
    validation: Callable[[Any, Path, Run], Callable[[], float] | None]
    rank: Callable[[Any, list[Listener]], Callable[[int, float], float]] | None = None
    watch: Callable[[Path, Listener], list[Listener]] = lambda training, display: []
    draw: Callable[[Path, str], None] = draw_history
    rate: str = "--learning-rate"


def go_on(
    folder: ModelFolder,
    recipe: Recipe,
    fingerprint: str,
    budget: Budget | None,
    note: Note,
    training: Path | None = None,
) -> None:
    """Makes sure that a begun run can go on, with a new budget where one is given.

    Args:
        folder: of the model.
        recipe: of its kind.
        fingerprint: of the corpus.
        budget: the new one; None keeps the run's own.
        note: is told what a person should know.
        training: where the run's own files lie; None takes the model's training folder.

    Raises:
        ConfigurationError: the kind of model or the corpus is another one, or the budget is spent.
    """
    training = training or folder.training
    card, run = folder.load_card(), _load_run(training, recipe)
    if card.corpus.get("fingerprint") != fingerprint:
        raise ConfigurationError(
            f"The run in {folder.path} was begun with {', '.join(card.corpus.get('files', []))}, but the corpus given "
            "now has another content: give the same files to resume, or --from to go on with other text."
        )
    if budget is not None:
        run = replace(run, training=replace(run.training, budget=budget))
    if (why := _why_over(training, recipe, run)) is not None:
        raise ConfigurationError(f"The run in {folder.path} cannot go on: {why}, or --overwrite to train anew.")
    run.save(training)
    note(f"The run in {folder.path} goes on as it was begun; its budget is {run.training.budget.describe()}.")


def run_training(
    folder: ModelFolder,
    recipe: Recipe,
    display: Listener,
    sample: Sample,
    tensorboard: bool = False,
    training: Path | None = None,
) -> Outcome:
    """Trains the model of a prepared folder, from its checkpoint where there is one.

    Args:
        folder: as it was prepared or an earlier run left it; the best weights so far are always in it.
        recipe: of the model's kind.
        display: is told what happens.
        sample: writes a little with a model, for people to read.
        tensorboard: whether to write event files.
        training: where the run's own files lie; None takes the model's training folder.

    Returns:
        How the run ended.

    Raises:
        TrainingError: the folder lacks what a run needs, or the loss is no longer finite.
    """
    training = training or folder.training
    listeners = [display, *recipe.watch(training, display)]
    if tensorboard:
        listeners.append(TensorBoard(training / "tensorboard"))
    model, run = folder.load(), Run.load(training)
    check_weights(model.card.architecture, model.weights)
    _make_deterministic()
    batches: Batches = recipe.batches(training, run)
    network = recipe.network(model, run)
    for name, variable in network.named_weights().items():
        variable.assign(model.weights[name].astype(np.float32))
    if run.threads != thread_count() and checkpoint_exists(training):
        display.note(
            f"This run began on {count(run.threads, 'processor')} and goes on with {thread_count()}: "
            "its weights will differ in the last bits from those of a run that was never stopped."
        )
    step = recipe.step(model, network, run, batches)
    trainer = Trainer(
        step,
        batches,
        recipe.validation(network, training, run),
        run.held_out_decides,
        run.training,
        training,
        _bits_per_nat(run),
        _Keeper(folder, training, model, run, listeners, sample, recipe.draw),
        listeners,
        recipe.rank(step, listeners) if recipe.rank else None,
    )
    outcome = trainer.run()
    if outcome.reason == "not finite":
        raise TrainingError(
            f"The loss was no longer finite after {count(outcome.steps, 'step')}, so training stopped; the best "
            f"weights so far (step {outcome.best_step}) are kept in {folder.path}: train again with a lower "
            f"{recipe.rate}."
        )
    if outcome.reason == "no improvement":
        display.note(
            f"stopped   {count(run.training.patience, 'validation')} brought no improvement, so that the rest of the "
            f"budget was left; the best weights are kept, those of step {outcome.best_step:,}"
        )
    return outcome


def why_finished(folder: Path, recipe: Recipe) -> str | None:
    """Why the run in a training folder is over, and what could be done; None where it can go on.

    Raises:
        ConfigurationError: it trains another kind of model.
    """
    return _why_over(folder, recipe, _load_run(folder, recipe))


def _why_over(folder: Path, recipe: Recipe, run: Run) -> str | None:
    """`why_finished` of a run that may have been given another budget."""
    if not checkpoint_exists(folder):
        return None
    position = Checkpoint.load(folder).position
    if position.stale >= run.training.patience:
        return f"{count(position.stale, 'validation')} brought no improvement; give more text"
    clock = Clock(run.training.budget, recipe.batches(folder, run).steps_per_epoch)
    spent = clock.progress(position.step, position.seconds) >= 1.0
    if spent and not position.train_steps:  # else its last validation is still to come
        return f"its budget of {run.training.budget.describe()} is spent; give a larger one"
    return None


class Course:
    """A run of one recipe, from a prepared folder to its end.

    Args:
        folder: of the model.
        recipe: of its kind.
    """

    def __init__(self, folder: ModelFolder, recipe: Recipe) -> None:
        self.folder, self.recipe = folder, recipe

    def go_on(self, fingerprint: str, budget: Budget | None, note: Note) -> None:
        """See `go_on`."""
        go_on(self.folder, self.recipe, fingerprint, budget, note)

    def run(self, display: Listener, sample: Sample, tensorboard: bool) -> Outcome:
        """See `run_training`."""
        if Run.load(self.folder.training).training.towers > 1 and not cores_are_shared():
            display.note(
                "note      TensorFlow's threads are left as this process has them; with TF_NUM_INTRAOP_THREADS=1 in "
                "the environment, as the command line sets it, training is faster"
            )
        return run_training(self.folder, self.recipe, display, sample, tensorboard)

    def why_finished(self) -> str | None:
        """See `why_finished`."""
        return why_finished(self.folder.training, self.recipe)


def _load_run(folder: Path, recipe: Recipe) -> Run:
    """The run in a training folder, which must be of the recipe's kind."""
    run = Run.load(folder)
    if run.kind != recipe.kind:
        raise ConfigurationError(
            f"The run in {folder.parent} trains a {run.kind} model, but a {recipe.kind} model was asked for: give "
            f"--resume to train-{run.kind}, or another --out."
        )
    return run


class _Keeper:
    """Keeps what a validation is worth keeping: best weights, metrics, samples, curves."""

    def __init__(
        self,
        folder: ModelFolder,
        training: Path,
        model: Model,
        run: Run,
        listeners: list[Listener],
        sample: Sample,
        draw: Callable[[Path, str], None],
    ) -> None:
        self._folder, self._training, self._model, self._run, self._draw = folder, training, model, run, draw
        self._listeners, self._sample = listeners, sample

    def __call__(self, weights: Arrays, row: history.Row, best: bool) -> None:
        if best:
            self._folder.save_weights(weights)
            self._folder.save_metrics(
                {
                    "bits_per_character": row.validation_bits_per_character,
                    "step": row.step,
                    "epoch": row.epoch,
                    "minutes": row.seconds / 60,
                    "held_out_characters": self._run.characters[1],
                }
            )
        try:
            text = self._sample(replace(self._model, weights=weights))
        except TextgenError as error:
            text = f"(no sample: {error})"  # a page for people is not worth a training run
        self._keep_sample(row, text)
        self._draw(self._training, final_name(self._folder.path))
        for listener in self._listeners:
            listener.sample(text)

    def _keep_sample(self, row: history.Row, text: str) -> None:
        path = self._training / "samples.txt"
        before = path.read_bytes() if path.is_file() else b""
        heading = f"== step {row.step}, {row.validation_bits_per_character:.3f} bits per character held out ==\n"
        if heading.encode() in before:
            return  # a resumed run has come by here already
        with replacing(path) as file:
            file.write(before + f"{heading}{text.rstrip()}\n\n".encode())


def _bits_per_nat(run: Run) -> tuple[float, float]:
    """Factors from nats a token to bits a character, for training and held-out text."""
    training, held_out = (
        tokens / max(characters, 1) / math.log(2) for tokens, characters in zip(run.tokens, run.characters, strict=True)
    )
    return training, held_out


def _make_deterministic() -> None:
    """Makes TensorFlow add up in the same order every time; a resumed run could not be exact otherwise."""
    import tensorflow as tf

    tf.config.experimental.enable_op_determinism()
