"""Adversarial runs: teacher forcing first, then training against a critic, which has a folder of its own.

training/                 teacher forcing: checkpoint, history, curves, samples
training/adversarial/     adversarial training: the same files, with the critic in the checkpoint; also the settings,
                          `judge.txt` and `monitor.csv`
"""

import json
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from textgen.config import AdversarialConfig, Budget, DiscriminatorConfig, ScriptTrainingConfig
from textgen.corpus.collection import Corpus
from textgen.corpus.id_store import open_ids
from textgen.discriminator.voices import FEWEST_LINES, count_voices, voices_of
from textgen.errors import ConfigurationError, ModelError, TrainingError
from textgen.files import read_ordinary, replacing
from textgen.model_folder import FORMAT_VERSION, Model, ModelFolder
from textgen.models.discriminator import KerasDiscriminator
from textgen.models.language_model import KerasLanguageModel
from textgen.stored_json import migrate, parse, unchanged
from textgen.tokenizers.base import LINE_END
from textgen.training.adversarial.critic import Critic
from textgen.training.adversarial.monitor import (
    GeneratorMetricMaker,
    Monitor,
    WarmUpWatch,
    draw_curves,
    kept_writer,
    observations,
    require_generator_updates,
    require_same_metric,
)
from textgen.training.adversarial.rollout import Generator
from textgen.training.adversarial.step import AdversarialBatches, AdversarialStep, Passages, steps_per_epoch
from textgen.training.callback import Callback
from textgen.training.checkpoint import ADVERSARIAL, HELD_OUT_IDS, TRAINING_IDS, Checkpoint, Run, checkpoint_exists
from textgen.training.display import telling
from textgen.training.network_steps import LanguageModelValidation
from textgen.training.prepare import initial_weights, prepare
from textgen.training.run import ModelTask, run_training
from textgen.training.script_task import ScriptTask
from textgen.training.task import Encoded, Note, RunPlan, Settled, Workspace
from textgen.training.team import Cluster, Team
from textgen.training.trainer import Outcome
from textgen.wording import count

_SETTINGS = "adversarial.json"
_FEWEST_LINES = 32
_VALIDATIONS = 12
_PATIENCE = 10**9
"""No early stopping: the score of a sample is too noisy for it, and the losses vary too much."""


def adversarial_folder(folder: ModelFolder) -> Path:
    """The folder of a run's adversarial part; it exists only for an adversarial run."""
    return folder.training / ADVERSARIAL


class AdversarialTask(ModelTask):
    """Trains a script writer, then trains it against a critic that tells its lines from real ones.

    Args:
        script: trains the writer by teacher forcing first, in the same folder.
        metric: makes the metric that compares a sample with real text.
        config: the settings; a resumed run must keep its own, and None takes those.
    """

    kind, command, reads = ScriptTask.kind, ScriptTask.command, ScriptTask.reads
    rate = "--generator-rate or --critic-rate"

    def __init__(
        self, script: ScriptTask, metric: GeneratorMetricMaker, config: AdversarialConfig | None = None
    ) -> None:
        super().__init__(script.request, script.sample)
        self.script, self.metric, self.config = script, metric, config

    @property
    def corpus(self) -> Corpus:
        """That of the script."""
        return self.script.corpus

    def gather(self, note: Note) -> Team:
        """This process alone.

        Raises:
            ConfigurationError: several machines were to share the run.
        """
        Cluster.from_environment().require_one("Adversarial training")
        return Team()

    def place(self, folder: ModelFolder) -> Path:
        """The folder of the adversarial part, beside the files of the teacher forcing."""
        return adversarial_folder(folder)

    def read(self, note: Note) -> None:
        """As without a critic."""
        self.script.read(note)

    def plan(self, budget: Budget, origin: Model | None) -> RunPlan:
        """As without a critic; a conditional critic needs speakers."""
        plan = self.script.plan(budget, origin)
        conditional, labels = self.config is not None and self.config.conditional, plan.tokenizer.speakers
        if conditional and not labels:
            raise ConfigurationError(
                "A critic that knows who speaks was asked for, but no speaker of the corpus has ten lines or more: "
                "leave --conditional out, or give a script with speakers."
            )
        if conditional == "speakers" and not count_voices(labels, self.script.speakers):
            most = max(self.script.speakers.values(), default=0)
            raise ConfigurationError(
                f"A critic that learns whose lines are was asked for, but for that there must be two speakers and one "
                f"must have {FEWEST_LINES} lines; the most that a speaker of this corpus has is {most:,}: give "
                "--conditional projection, or more text."
            )
        return plan

    def encode(self, folder: ModelFolder, plan: RunPlan, note: Note) -> Encoded:
        """As without a critic."""
        return self.script.encode(folder, plan, note)

    def settle(self, plan: RunPlan, encoded: Encoded, folder: ModelFolder) -> Settled:
        """As without a critic."""
        return self.script.settle(plan, encoded, folder)

    def describe(self, settled: Settled, run: Run) -> Iterable[str]:
        """As without a critic."""
        return self.script.describe(settled, run)

    def begin(self, folder: ModelFolder, budget: Budget, origin: Model | None, note: Note) -> None:
        """Prepares a folder for both parts of a new run; with an `origin` there is no teacher forcing.

        Raises:
            ConfigurationError: the critic is conditional, but no speaker has a label; or the budget ends within the
                critic's warm-up.
            TrainingError: there are too few lines to learn from.
        """
        config = self.config or AdversarialConfig()
        if origin is not None:
            config = replace(config, pretraining=0.0)
        prepare(self, folder, _part(budget, config.pretraining) if config.pretraining else budget, origin, note)
        try:
            _add(folder, config, budget)
        except BaseException:
            shutil.rmtree(folder.path, ignore_errors=True)  # it was made just now
            raise

    def go_on(self, folder: ModelFolder, budget: Budget | None, note: Note) -> None:
        """Checks that a run can be resumed, and gives it a new budget if there is one.

        Raises:
            ConfigurationError: the corpus or the settings differ, or the budget is spent, or it is too small for the
                writer to learn from the critic.
        """
        own = adversarial_folder(folder)
        if not own.is_dir():
            raise ConfigurationError(
                f"The run in {folder.path} was begun without --adversarial: finish it, and give --from "
                f"{folder.path} --adversarial with another --out."
            )
        config, usual = load_settings(folder), AdversarialConfig()
        if self.config not in (None, usual, config, replace(config, pretraining=usual.pretraining)):
            raise ConfigurationError(
                f"The run in {folder.path} was begun with other adversarial settings than those given now, and "
                "they cannot change on the way: leave them out to resume, or begin anew with another --out."
            )
        rest = budget and _part(budget, 1.0 - config.pretraining)
        if rest is not None:
            passages = _passages(folder, TRAINING_IDS, config)
            require_generator_updates(config, rest, steps_per_epoch(passages, config.batch))
        if self._taught(folder, config):
            super().go_on(folder, rest, note)
            return
        self.script.go_on(folder, budget and _part(budget, config.pretraining), note)
        if rest is not None:
            run = Run.load(own)
            replace(run, training=replace(run.training, budget=rest)).save(own)

    def run(
        self,
        folder: ModelFolder,
        display: Callback,
        tensorboard: bool,
        callbacks: Sequence[Callback] = (),
        team: Team | None = None,
    ) -> Outcome:
        """Trains the rest of both parts."""
        config, own = load_settings(folder), adversarial_folder(folder)
        if not self._taught(folder, config):
            outcome = run_training(self.script, folder, display, tensorboard, callbacks, team)
            if outcome.reason in ("interrupted", "stopped"):
                return outcome
        if not checkpoint_exists(own):
            display.note(
                f"adversarial {Run.load(own).training.budget.describe()}: loss {config.loss}, gradient "
                f"{config.gradient}, {len(_passages(folder, TRAINING_IDS, config)):,} lines of at most "
                f"{config.length} tokens; the critic learns alone for {count(config.warm_up, 'step')}"
            )
        outcome = run_training(self, folder, display, tensorboard, callbacks, team)
        seen = observations(own).read()
        if seen and outcome.reason != "interrupted":
            display.note(f"kept      {kept_writer(seen, config.warm_up)}")
        return outcome

    def why_finished(self, folder: ModelFolder, budget: Budget | None = None) -> str | None:
        """Why the run is over, and what to do about it; None if it can be resumed."""
        if not adversarial_folder(folder).is_dir():
            return None
        config = load_settings(folder)
        if not self._taught(folder, config):
            return None
        return super().why_finished(folder, budget and _part(budget, 1.0 - config.pretraining))

    def batches(self, at: Workspace) -> AdversarialBatches:
        """Windows for teacher forcing, and real lines."""
        config = load_settings(at.folder)
        passages = _passages(at.folder, TRAINING_IDS, config)
        windows, updates = self.script.batches(at), config.critic_steps + 1
        return AdversarialBatches(windows, passages, config.batch, updates, at.run.training.seed)

    def network(self, at: Workspace) -> KerasLanguageModel:
        """The generator's network."""
        return self.script.network(at)

    def step(self, at: Workspace, network: KerasLanguageModel, batches: AdversarialBatches) -> AdversarialStep:
        """The updates of the generator and the critic."""
        config, training, tokenizer = load_settings(at.folder), at.run.training, at.model.tokenizer
        assert isinstance(training, ScriptTrainingConfig)
        spoken = np.arange(tokenizer.vocabulary_size) >= tokenizer.first_piece
        spoken[LINE_END] = True
        generator = Generator(network, spoken, batches.passages.length)
        critic = Critic(_discriminator(at.model, config, training.seed), config, training.seed, training.clip)
        return AdversarialStep(generator, critic, training, config, batches.windows.streams, batches.steps_per_epoch)

    def validate(self, at: Workspace, network: KerasLanguageModel) -> LanguageModelValidation | None:
        """The generator's score of held-out text."""
        return self.script.validate(at, network)

    def rank(self, at: Workspace, step: AdversarialStep, listeners: list[Callback]) -> Monitor:
        """Makes the monitor, which ranks the weights by the distance of a sample from real text."""

        def tell(text: str) -> None:
            for listener in listeners:
                listener.note(text)

        config = load_settings(at.folder)
        compared = _passages(at.folder, HELD_OUT_IDS, config)
        if len(compared) < _FEWEST_LINES:
            compared = _passages(at.folder, TRAINING_IDS, config)
        seen = observations(at.place, tell)
        if checkpoint_exists(at.place):
            seen.forget_after(Checkpoint.load(at.place).position.step)
        monitor = Monitor(step, compared, at.model.tokenizer, self.metric, seen, listeners)
        require_same_metric(at.place, monitor.metric)
        tell(f"judged    by {monitor.metric.measure}")
        tell(f"real text {telling(monitor.metric.of_real)}; a critic that guesses: accuracy 0.500")
        return monitor

    def watch(self, at: Workspace, display: Callback) -> list[Callback]:
        """Warns early if the run will end within the critic's warm-up."""
        warm_up = load_settings(at.folder).warm_up
        return [] if checkpoint_exists(at.place) else [WarmUpWatch(warm_up, display.note)]

    def draw(self, at: Workspace, title: str) -> None:
        """Draws the curves of the generator and the critic."""
        draw_curves(at.place, title, load_settings(at.folder).warm_up)

    def _taught(self, folder: ModelFolder, config: AdversarialConfig) -> bool:
        """Whether teacher forcing is over: it has ended, the adversarial part has begun, or a model was given."""
        if not config.pretraining or checkpoint_exists(adversarial_folder(folder)):
            return True
        return self.script.why_finished(folder) is not None


def _add(folder: ModelFolder, config: AdversarialConfig, budget: Budget) -> None:
    """Adds the adversarial part to a folder that was prepared for teacher forcing."""
    passages = _passages(folder, TRAINING_IDS, config)
    found = len(passages)
    if found < _FEWEST_LINES:
        raise TrainingError(
            f"Adversarial training was asked for, but only {count(found, 'line')} of the training text have at "
            f"most {config.length} tokens, and {_FEWEST_LINES} are needed: give more text, or a larger --length."
        )
    own_budget = _part(budget, 1.0 - config.pretraining)
    require_generator_updates(config, own_budget, steps_per_epoch(passages, config.batch))
    run = Run.load(folder.training)
    training = replace(
        run.training,
        budget=own_budget,
        learning_rate=config.generator_rate,
        validations=_VALIDATIONS,
        patience=_PATIENCE,
    )
    own = adversarial_folder(folder)
    own.mkdir(parents=True, exist_ok=True)
    with replacing(own / _SETTINGS) as file:
        file.write(json.dumps({"format_version": FORMAT_VERSION, **config.to_json()}, indent=1).encode())
    replace(run, training=training).save(own)


def _discriminator(model: Model, config: AdversarialConfig, seed: int) -> KerasDiscriminator:
    tokenizer = model.tokenizer
    architecture = DiscriminatorConfig(
        tokenizer.vocabulary_size,
        speakers=len(tokenizer.speakers) + 1 if config.conditional == "projection" else 0,
        voices=voices_of(model) if config.conditional == "speakers" else 0,
    )
    network, weights = KerasDiscriminator(architecture), initial_weights(architecture, seed)
    for name, variable in network.named_weights().items():
        variable.assign(weights[name])
    return network


def load_settings(folder: ModelFolder) -> AdversarialConfig:
    """The settings an adversarial run was begun with.

    Raises:
        TrainingError: they are damaged.
    """
    path = adversarial_folder(folder) / _SETTINGS
    try:
        stored = migrate(parse(read_ordinary(path)), FORMAT_VERSION, {1: unchanged}, unnumbered=1)
        return AdversarialConfig.from_json(stored)
    except (OSError, ValueError, ModelError) as error:
        raise TrainingError(
            f"The adversarial run in {folder.path} cannot be resumed ({error!r}): {path.name} is missing or damaged; "
            "the model itself still works, and --from continues from it."
        ) from None


def _passages(folder: ModelFolder, name: str, config: AdversarialConfig) -> Passages:
    tokenizer = folder.load().tokenizer
    ids = open_ids(folder.training / name, tokenizer.vocabulary_size)
    return Passages(ids, len(tokenizer.speakers), config.length)


def _part(budget: Budget, share: float) -> Budget:
    if budget.minutes is not None:
        return Budget(minutes=budget.minutes * share)
    if budget.epochs is not None:
        return Budget(epochs=budget.epochs * share)
    return Budget(steps=max(1, round((budget.steps or 0) * share)))
