"""One run in a model folder: how it begins or resumes, what it leaves in the folder, and how it ends."""

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from textgen.config import Budget
from textgen.corpus.collection import Corpus, Kind
from textgen.corpus.reading_options import ReadingOptions
from textgen.errors import ConfigurationError, TextgenError, TrainingError, TrainingInterrupted, system_sentence
from textgen.files import replacing
from textgen.inference.weights import check_weights
from textgen.model_folder import Model, ModelFolder
from textgen.training import history
from textgen.training.callback import Callback
from textgen.training.checkpoint import ADVERSARIAL, Checkpoint, Run, checkpoint_exists
from textgen.training.checkpoint import NAME as CHECKPOINT
from textgen.training.display import TensorBoard, make_display
from textgen.training.machine import cores_are_shared, make_deterministic, thread_count
from textgen.training.prepare import prepare
from textgen.training.sizing import SIZES
from textgen.training.step import OUT_OF_MEMORY
from textgen.training.target import Target, final_name
from textgen.training.task import FolderTask, Note, Start, TrainingRequest, Workspace
from textgen.training.team import Team, gather
from textgen.training.trainer import Clock, Outcome, Trainer
from textgen.wording import count

Arrays = dict[str, NDArray[np.float32]]
Sample = Callable[[Model], str]

DEFAULT_MINUTES = 20.0

_DRAWING_SECONDS = 10.0
"""Fewest seconds from one drawing of the curves to the next: one takes as long as many steps of a small model. They are
drawn at the end in any case."""

_TOO_LITTLE_MEMORY = (
    "This machine has too little memory for this run: end other programs and go on with it, or begin anew with a "
    "smaller --size, fewer --streams, a smaller --batch or less text."
)

_LISTENING = ("turns", "replies_by")
"""How a chatbot's dialogues are read, as stored in a model's card."""


class ModelTask(FolderTask):
    """A task whose run begins, resumes and ends in a model folder.

    Args:
        request: what a person asked for.
        sample: writes a short sample with a model, for people to read.
    """

    command: ClassVar[str]
    """The command that trains this kind of model."""

    reads: ClassVar[Kind]
    """What its corpus holds."""

    rate: ClassVar[str] = "--learning-rate"
    """The option of the learning rate, named in the message about a loss that is not finite."""

    def __init__(self, request: TrainingRequest, sample: Sample) -> None:
        self.request, self.sample = request, sample

    @cached_property
    def corpus(self) -> Corpus:
        """What it learns from; of several machines, only the chief opens it.

        Raises:
            CorpusError: it cannot be read.
        """
        return self.request.open(self.request.corpus, self.reads)

    @property
    def name(self) -> str:
        """The name of the corpus: that of its first file."""
        return self.corpus.files[0].path.stem

    @property
    def asked(self) -> tuple[Any, ...]:
        """The options that a resumed run must keep, as dataclasses."""
        return (self.request.choice, self.request.reading)

    def gather(self, note: Note) -> Team:
        """Meets all that share the run."""
        return gather(note)

    def place(self, folder: ModelFolder) -> Path:
        """The folder of the run's own files, in a model folder."""
        return folder.training

    def rank(self, at: Workspace, step: Any, listeners: list[Callback]) -> Callable[[int, float], float] | None:
        """Makes the function that ranks the weights; None ranks by the held-out score."""
        return None

    def watch(self, at: Workspace, display: Callback) -> list[Callback]:
        """Makes further listeners, which may print on the display."""
        return []

    def draw(self, at: Workspace, title: str) -> None:
        """Draws the curves of the run so far."""
        history.save_curves(at.place / "curves.png", history.read(at.place), title)

    def begin(self, folder: ModelFolder, budget: Budget, origin: Model | None, note: Note) -> None:
        """Prepares a folder for a new run; see `prepare`."""
        prepare(self, folder, budget, origin, note)

    def go_on(self, folder: ModelFolder, budget: Budget | None, note: Note) -> None:
        """Checks that a run can be resumed, and gives it a new budget if there is one.

        Raises:
            ConfigurationError: the kind of model or the corpus differs, or the budget is spent.
        """
        at = self._resumed(folder, budget)
        if (why := self._why_over(at)) is not None:
            raise ConfigurationError(f"The run in {folder.path} cannot go on: {why}, or --overwrite to train anew.")
        at.run.save(at.place)
        note(f"The run in {folder.path} goes on as it was begun; its budget is {at.run.training.budget.describe()}.")

    def run(
        self,
        folder: ModelFolder,
        display: Callback,
        tensorboard: bool,
        callbacks: Sequence[Callback] = (),
        team: Team | None = None,
    ) -> Outcome:
        """Trains; see `run_training`."""
        if Run.load(folder.training).training.towers > 1 and not cores_are_shared():
            display.note(
                "note      TensorFlow's threads are left as this process has them; with TF_NUM_INTRAOP_THREADS=1 in "
                "the environment, as the command line sets it, training is faster"
            )
        return run_training(self, folder, display, tensorboard, callbacks, team)

    def why_finished(self, folder: ModelFolder, budget: Budget | None = None) -> str | None:
        """Why the run is over, and what to do about it; None if it can be resumed.

        Args:
            folder: of the run.
            budget: what it would go on with; None for its own.

        Raises:
            ConfigurationError: the run trains another kind of model, or learns from another corpus.
        """
        return self._why_over(self._resumed(folder, budget))

    def _resumed(self, folder: ModelFolder, budget: Budget | None) -> Workspace:
        """The run in a folder with the budget it would go on with; it must be of this kind and corpus."""
        at, known = self.at(folder), folder.load_card().corpus
        if known.get("fingerprint") != self.corpus.fingerprint:
            raise ConfigurationError(
                f"The run in {folder.path} was begun with {', '.join(known.get('files', []))}, but the corpus "
                "given now has another content: give the same files to resume, or --from to go on with other text."
            )
        if budget is None:
            return at
        return replace(at, run=replace(at.run, training=replace(at.run.training, budget=budget)))

    def at(self, folder: ModelFolder) -> Workspace:
        """The run in a folder; it must be of this kind."""
        run = Run.load(self.place(folder))
        if run.kind != self.kind:
            raise ConfigurationError(
                f"The run in {self.place(folder).parent} trains a {run.kind} model, but a {self.kind} model was asked "
                f"for: give --resume to train-{run.kind}, or another --out."
            )
        return Workspace(folder, self.place(folder), run)

    def _why_over(self, at: Workspace) -> str | None:
        """`why_finished`, for a run that may have a new budget."""
        if not checkpoint_exists(at.place):
            self._require_nothing_lost(at)
            return None
        training, position = at.run.training, Checkpoint.load(at.place).position
        if position.stale >= training.patience:
            return f"{count(position.stale, 'validation')} brought no improvement; give more text"
        clock = Clock(training.budget, self.batches(at).steps_per_epoch)
        spent = clock.progress(position.step, position.seconds) >= 1.0
        if spent and not position.train_steps:  # otherwise its last validation is still due
            return f"its budget of {training.budget.describe()} is spent; give a larger one"
        return None

    def _require_nothing_lost(self, at: Workspace) -> None:
        """Refuses a run that has kept weights, but no checkpoint: from the beginning, it would overwrite the weights.

        The second part of a run may begin with the weights of the first.
        """
        path = at.folder.path
        if at.place == at.folder.training and at.folder.load_card().metrics:
            raise TrainingError(
                f"The run in {path} was to go on, but its checkpoint {at.place / CHECKPOINT} is gone, and from the "
                "beginning it would overwrite the weights that are kept; the model itself still works: go on from it "
                f"with --from {path} and another --out, or train anew with --overwrite."
            )


def train(task: ModelTask, target: Target, start: Start) -> Model:
    """Trains a model of any kind, from the beginning or from where a run stopped, and loads it.

    Args:
        task: of the run.
        target: the folder.
        start: how the run begins or resumes.

    Raises:
        TextgenError: the request cannot be met, or disk or memory do not suffice; nothing is lost.
        TrainingInterrupted: Ctrl-C; the run was saved and can be resumed.
    """
    display = Callback() if start.quiet else make_display()
    team = task.gather(display.note)
    display.note(f"folder    {target.described}")
    folder = target.building
    if target.resume and target.started:
        require_as_begun(folder, task.asked, task.request.seed)
        if target.replaces and task.why_finished(folder, start.budget):
            display.note("The run had finished, but ended before its model replaced the old one: now it does.")
            target.finish()
            return target.final.load()
        task.go_on(folder, start.budget, display.note)
    else:
        if target.resume:
            display.note(f"There is no run in {target.final.path} yet: training starts from the beginning.")
        origin = None
        if start.origin is not None:
            origin = start.origin[0].load()
            display.note(
                f"from      {start.origin[1]}: its weights, vocabulary and network, with the speakers of this corpus"
            )
        task.begin(folder, start.budget or Budget(minutes=DEFAULT_MINUTES), origin, display.note)
    resuming = resume_command(task, target, start.tensorboard)
    try:
        with team.held_together():
            team.send(folder)
            outcome = task.run(folder, display, start.tensorboard, start.callbacks, team)
    except KeyboardInterrupt:
        kept = "Interrupted; the last checkpoint is kept. To go on from it:"
        raise TrainingInterrupted(f"{kept}\n  {resuming}") from None
    except (OSError, *OUT_OF_MEMORY) as error:
        found = system_sentence(error) if isinstance(error, OSError) else _TOO_LITTLE_MEMORY
        raise TrainingError(f"{found} The last checkpoint is kept. To go on from it:\n  {resuming}") from error
    if outcome.reason == "interrupted":
        steps = count(outcome.steps, "step")
        raise TrainingInterrupted(f"Interrupted after {steps}, and saved{outcome.behind}. To go on:\n  {resuming}")
    target.finish()
    return target.final.load()


def assist(task: ModelTask, start: Start) -> Model:
    """Takes a share in a run of which another process is the chief, in a copy of the chief's folder.

    Args:
        task: of the run.
        start: as for the chief; what the run begins with is read by the chief.

    Returns:
        The model that the chief keeps in its folder.

    Raises:
        TextgenError: the workers cannot meet, or one of them was lost.
        TrainingInterrupted: Ctrl-C, here or at another worker; the chief has saved the run.
    """
    display = Callback() if start.quiet else make_display()
    team = task.gather(display.note)
    with team.held_together(), team.received() as folder:
        outcome = task.run(folder, display, False, start.callbacks, team)
        if outcome.reason == "interrupted":
            steps = count(outcome.steps, "step")
            raise TrainingInterrupted(f"Interrupted after {steps}; the chief has saved the run, and says how to go on.")
        return folder.load()


def run_training(
    task: ModelTask,
    folder: ModelFolder,
    display: Callback,
    tensorboard: bool = False,
    callbacks: Sequence[Callback] = (),
    team: Team | None = None,
) -> Outcome:
    """Trains the model of a prepared folder, from its checkpoint if there is one.

    Args:
        task: of the run.
        folder: as it was prepared or an earlier run left it; the best weights so far are always in it.
        display: shows what happens.
        tensorboard: whether to write event files.
        callbacks: are told what happens, and may stop the run.
        team: who shares the run; None for this process alone.

    Returns:
        How the run ended.

    Raises:
        TrainingError: the folder lacks what a run needs, or the loss is no longer finite.
    """
    place = task.place(folder)
    at = Workspace(folder, place, Run.load(place))
    run, model = at.run, at.model
    check_weights(model.card.architecture, model.weights)
    listeners = [display, *task.watch(at, display), *callbacks]
    if tensorboard:
        listeners.append(TensorBoard(place / "tensorboard"))
    make_deterministic()
    team = team or Team()
    batches = task.batches(at)
    with team.strategy.scope():
        network = task.network(at)
        step = task.step(at, network, batches)
    for name, variable in network.named_weights().items():
        variable.assign(model.weights[name].astype(np.float32))
    if run.threads != thread_count() and checkpoint_exists(place):
        display.note(
            f"This run began on {count(run.threads, 'processor')} and goes on with {thread_count()}: "
            "its weights will differ in the last bits from those of a run that was never stopped."
        )
    keeper = _Keeper(task, at, listeners)
    trainer = Trainer(
        step,
        batches,
        task.validate(at, network),
        run.held_out_decides,
        run.training,
        place,
        run.bits_per_nat,
        keeper,
        listeners,
        task.rank(at, step, listeners),
        team,
    )
    outcome = trainer.run()
    keeper.draw()
    if outcome.reason == "not finite":
        raise TrainingError(
            f"The loss was no longer finite after {count(outcome.steps, 'step')}, so training stopped; the best "
            f"weights so far (step {outcome.best_step}) are kept in {folder.path}: train again with a lower "
            f"{task.rate}."
        )
    if outcome.reason == "no improvement":
        display.note(
            f"stopped   {count(run.training.patience, 'validation')} brought no improvement, so training ended before "
            f"the budget was spent; the best weights are kept, those of step {outcome.best_step:,}"
        )
    if outcome.reason == "stopped":
        display.note(
            f"stopped   by a callback after {count(outcome.steps, 'step')}; the best weights are kept, those of step "
            f"{outcome.best_step:,}, and resume=True goes on"
        )
    return outcome


class _Keeper:
    """Saves the results of a validation: best weights, metrics, samples, curves."""

    def __init__(self, task: ModelTask, at: Workspace, listeners: list[Callback]) -> None:
        self._task, self._at, self._listeners = task, at, listeners
        self._is_drawn, self._next_drawing = True, 0.0

    def __call__(self, weights: Arrays, row: history.HistoryRow, best: bool) -> None:
        folder = self._at.folder
        if best:
            folder.save_weights(weights)
            folder.save_metrics(
                {
                    "bits_per_character": row.validation_bits_per_character,
                    "step": row.step,
                    "epoch": row.epoch,
                    "minutes": row.seconds / 60,
                    "held_out_characters": self._at.run.characters[1],
                }
            )
        try:
            text = self._task.sample(replace(self._at.model, weights=weights))
        except TextgenError as error:
            text = f"(no sample: {error})"  # a failed sample must not end a training run
        self._keep_sample(row, text)
        self._is_drawn = False
        if time.monotonic() >= self._next_drawing:
            self.draw()
        for listener in self._listeners:
            listener.sample(text)

    def draw(self) -> None:
        """Draws the curves, if there was a validation since they were drawn."""
        if not self._is_drawn:
            self._task.draw(self._at, final_name(self._at.folder.path))
            self._is_drawn, self._next_drawing = True, time.monotonic() + _DRAWING_SECONDS

    def _keep_sample(self, row: history.HistoryRow, text: str) -> None:
        path = self._at.place / "samples.txt"
        before = path.read_bytes() if path.is_file() else b""
        heading = f"== step {row.step}, {row.score} ==\n"
        if heading.encode() in before:
            return  # a resumed run has written this sample already
        with replacing(path) as file:
            file.write(before + f"{heading}{text.rstrip()}\n\n".encode())


def require_as_begun(folder: ModelFolder, asked: Sequence[Any], seed: int) -> None:
    """Refuses options that differ from those a run began with; an option left at its default keeps the run's value.

    How the vocabulary was learned and how spaces are read are not compared: neither leaves a record.

    Args:
        folder: of the run.
        asked: the options given now.
        seed: the seed given now; 0 is the default.

    Raises:
        ConfigurationError: an option differs from the one the run began with.
    """
    usual = {field.name: field.default for group in asked for field in fields(group)} | {"seed": 0}
    chosen = {name: value for group in asked for name, value in asdict(group).items()} | {"seed": seed}
    begun = _begun(folder)
    if chosen["hidden"] is not None:
        del begun["size"]  # widths were given, so it had no effect
    for name, value in chosen.items():
        if value != usual[name] and value != begun.get(name, value):
            raise ConfigurationError(
                f"{name} is {value!r}, but the run in {folder.path} was begun with {begun[name]!r}: leave it out to "
                "resume, or train anew with another --out."
            )


def _begun(folder: ModelFolder) -> dict[str, Any]:
    """The options a run began with, by name."""
    model, training = folder.load(), Run.load(folder.training).training
    architecture = asdict(model.card.architecture)
    widths = f"{architecture['layers']} x {architecture['hidden']}"
    size = next((name for name, size in SIZES.items() if size.hidden == architecture["hidden"]), widths)
    listening = {name: model.card.corpus[name] for name in _LISTENING if name in model.card.corpus}
    reading = asdict(ReadingOptions.from_json(model.card.corpus.get("reading", {})))
    return {"level": model.tokenizer.level, "size": size, **architecture, **asdict(training), **listening, **reading}


def resume_command(task: ModelTask, target: Target, tensorboard: bool) -> str:
    """The command that resumes a run; --adversarial is repeated, because such a run shares the cores in another way."""
    further = {ADVERSARIAL: (target.building.training / ADVERSARIAL).is_dir(), "tensorboard": tensorboard}
    return task.request.to_resume(task.command, target.final.path, [name for name, is_on in further.items() if is_on])
