"""The course of an adversarial run: teacher forcing first, then both players, in a folder of its own.

training/                 of the teacher forcing: checkpoint, history, curves, samples
training/adversarial/     the same of what follows, the critic in its checkpoint; settings, `judge.txt`, `monitor.csv`
"""

import json
import shutil
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from textgen.config import AdversarialConfig, Budget, DiscriminatorConfig, ScriptTrainingConfig
from textgen.errors import ConfigurationError, ModelError, TrainingError
from textgen.files import replacing
from textgen.model_folder import FORMAT_VERSION, Model, ModelFolder
from textgen.models.discriminator import Discriminator
from textgen.stored_json import migrate, parse, unchanged
from textgen.text.special import LINE_END
from textgen.text.store import open_ids
from textgen.training.adversarial.batches import AdversarialBatches, steps_per_epoch
from textgen.training.adversarial.critic import Critic
from textgen.training.adversarial.curves import draw_curves
from textgen.training.adversarial.judging import JudgeMaker, require_same_judge
from textgen.training.adversarial.monitor import Monitor
from textgen.training.adversarial.observation import kept_writer, observations
from textgen.training.adversarial.passages import Passages
from textgen.training.adversarial.rollout import Generator
from textgen.training.adversarial.step import AdversarialStep
from textgen.training.adversarial.warm_up import TurnWatch, require_turn
from textgen.training.checkpoint import Checkpoint, checkpoint_exists
from textgen.training.display import telling
from textgen.training.initialisation import initial_weights
from textgen.training.listener import Listener
from textgen.training.preparation import Plan
from textgen.training.run import Note, Recipe, Sample, go_on, run_training, why_finished
from textgen.training.run_record import ADVERSARIAL, HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.script_run import SCRIPT, ScriptRequest, begin
from textgen.training.trainer import Outcome
from textgen.wording import count

_SETTINGS = "adversarial.json"
_FEWEST_LINES = 32
_VALIDATIONS = 12
_PATIENCE = 10**9
"""The score of a sample is too noisy, and players too moody, to end a run by it: the budget alone does."""


def adversarial_folder(folder: ModelFolder) -> Path:
    """Where the adversarial part of a run lies; it exists where there is one."""
    return folder.training / ADVERSARIAL


def begin_adversarial(folder: ModelFolder, config: AdversarialConfig, request: ScriptRequest, note: Note) -> None:
    """Prepares a folder for a new run.

    Args:
        folder: must not hold a model.
        config: of the adversarial part; nothing goes before it where the request names a trained model.
        request: of the whole run.
        note: is told what was decided.

    Raises:
        ConfigurationError: the critic is to know who speaks, and nobody has a label; or it would learn alone to the end
            of the budget.
        TrainingError: there are too few lines to learn from.
    """
    if request.start_from is not None:
        config = replace(config, pretraining=0.0)
    budget = _part(request.budget, config.pretraining) if config.pretraining else request.budget
    begin(folder, replace(request, budget=budget, check=lambda plan: _check(plan, config)), note)
    try:
        _add(folder, config, request.budget)
    except BaseException:
        shutil.rmtree(folder.path, ignore_errors=True)  # it was made just now
        raise


def _check(plan: Plan, config: AdversarialConfig) -> None:
    if config.conditional and not plan.tokenizer.speakers:
        raise ConfigurationError(
            "A critic that knows who speaks was asked for, but no speaker of the corpus has ten lines or more: leave "
            "--conditional out, or give a script with speakers."
        )


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
    require_turn(config, own_budget, steps_per_epoch(passages, config.batch))
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


class AdversarialCourse:
    """An adversarial run from a prepared folder to its end.

    Args:
        folder: of the model.
        judging: makes what says how far a sample is from real text.
        asked: the settings given now, which must be those of the run where it goes on; None takes the run's own.
    """

    def __init__(self, folder: ModelFolder, judging: JudgeMaker, asked: AdversarialConfig | None = None) -> None:
        self.folder, self.judging, self.asked, self.own = folder, judging, asked, adversarial_folder(folder)

    def go_on(self, fingerprint: str, budget: Budget | None, note: Note) -> None:
        """Makes sure that a begun run can go on, with a new budget where one is given.

        Raises:
            ConfigurationError: the corpus or the settings are others, or the budget is spent, or too small for the
                writer to learn from the critic.
        """
        if not self.own.is_dir():
            raise ConfigurationError(
                f"The run in {self.folder.path} was begun without --adversarial: finish it, and give --from "
                f"{self.folder.path} --adversarial with another --out."
            )
        config = load_settings(self.folder)
        usual = AdversarialConfig()
        if self.asked not in (None, usual, config, replace(config, pretraining=usual.pretraining)):
            raise ConfigurationError(
                f"The run in {self.folder.path} was begun with other adversarial settings than those given now, and "
                "they cannot change on the way: leave them out to resume, or begin anew with another --out."
            )
        rest = budget and _part(budget, 1.0 - config.pretraining)
        if rest is not None:
            passages = _passages(self.folder, TRAINING_IDS, config)
            require_turn(config, rest, steps_per_epoch(passages, config.batch))
        if self._pretrained(config) is None:
            go_on(self.folder, SCRIPT, fingerprint, budget and _part(budget, config.pretraining), note)
            if rest is not None:
                self._set_budget(rest)
            return
        go_on(self.folder, self._recipe(config), fingerprint, rest, note, self.own)

    def run(self, display: Listener, sample: Sample, tensorboard: bool) -> Outcome:
        """Trains; see `run_training`."""
        config = load_settings(self.folder)
        if self._pretrained(config) is None:
            outcome = run_training(self.folder, SCRIPT, display, sample, tensorboard)
            if outcome.reason == "interrupted":
                return outcome
        if not checkpoint_exists(self.own):
            display.note(
                f"adversarial {Run.load(self.own).training.budget.describe()}: loss {config.loss}, gradient "
                f"{config.gradient}, {len(_passages(self.folder, TRAINING_IDS, config)):,} lines of at most "
                f"{config.length} tokens; the critic learns alone for {count(config.warm_up, 'step')}"
            )
        outcome = run_training(self.folder, self._recipe(config), display, sample, tensorboard, self.own)
        if outcome.reason != "interrupted":
            display.note(f"kept      {kept_writer(observations(self.own).read(), config.warm_up)}")
        return outcome

    def why_finished(self) -> str | None:
        """Why the run is over, and what could be done; None where it can go on."""
        if not self.own.is_dir():
            return None
        config = load_settings(self.folder)
        return None if self._pretrained(config) is None else why_finished(self.own, self._recipe(config))

    def _pretrained(self, config: AdversarialConfig) -> str | None:
        """Why there is no more teacher forcing to do; None where there is."""
        if not config.pretraining:
            return "a trained model was given"
        if checkpoint_exists(self.own):
            return "what follows has begun"
        return why_finished(self.folder.training, SCRIPT)

    def _set_budget(self, budget: Budget) -> None:
        run = Run.load(self.own)
        replace(run, training=replace(run.training, budget=budget)).save(self.own)

    def _recipe(self, config: AdversarialConfig) -> Recipe:
        made = _Made(self.folder, config, self.judging)
        return Recipe(
            SCRIPT.kind,
            made.batches,
            SCRIPT.network,
            made.step,
            made.validation,
            made.rank,
            made.watch,
            partial(draw_curves, warm_up=config.warm_up),
            rate="--generator-rate or --critic-rate",
        )


class _Made:
    """The parts of one folder's run."""

    def __init__(self, folder: ModelFolder, config: AdversarialConfig, judging: JudgeMaker) -> None:
        self.folder, self.config, self.judging = folder, config, judging
        self.model: Model = folder.load()
        self.passages = _passages(folder, TRAINING_IDS, config)

    def batches(self, own: Path, run: Run) -> AdversarialBatches:
        windows = SCRIPT.batches(own.parent, run)
        updates = self.config.critic_steps + 1
        return AdversarialBatches(windows, self.passages, self.config.batch, updates, run.training.seed)

    def step(self, model: Model, network: Any, run: Run, batches: AdversarialBatches) -> AdversarialStep:
        training, tokenizer = run.training, model.tokenizer
        assert isinstance(training, ScriptTrainingConfig)
        spoken = np.arange(tokenizer.vocabulary_size) >= tokenizer.first_piece
        spoken[LINE_END] = True
        generator = Generator(network, spoken, self.passages.length)
        critic = Critic(self._discriminator(training.seed), self.config, training.seed, training.clip)
        return AdversarialStep(
            generator, critic, training, self.config, batches.windows.streams, batches.steps_per_epoch
        )

    def validation(self, network: Any, own: Path, run: Run) -> Any:
        return SCRIPT.validation(network, own.parent, run)

    def rank(self, step: AdversarialStep, listeners: list[Listener]) -> Monitor:
        held_out = _passages(self.folder, HELD_OUT_IDS, self.config)
        compared = held_out if len(held_out) >= _FEWEST_LINES else self.passages
        own = adversarial_folder(self.folder)
        seen = observations(own)
        if checkpoint_exists(own):
            seen.forget_after(Checkpoint.load(own).position.step)
        monitor = Monitor(step, compared, self.model.tokenizer, self.judging, seen, listeners)
        require_same_judge(own, monitor.judge)
        for listener in listeners:
            listener.note(f"judged    by {monitor.judge.measure}")
            listener.note(f"real text {telling(monitor.judge.of_real)}; a critic that guesses: accuracy 0.500")
        return monitor

    def watch(self, own: Path, display: Listener) -> list[Listener]:
        return [] if checkpoint_exists(own) else [TurnWatch(self.config.warm_up, display.note)]

    def _discriminator(self, seed: int) -> Discriminator:
        tokenizer = self.model.tokenizer
        speakers = len(tokenizer.speakers) + 1 if self.config.conditional else 0
        config = DiscriminatorConfig(tokenizer.vocabulary_size, speakers=speakers)
        network, weights = Discriminator(config), initial_weights(config, seed)
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
        stored = migrate(parse(path.read_bytes()), FORMAT_VERSION, {1: unchanged}, unnumbered=1)
        return AdversarialConfig.from_json(stored)
    except (OSError, ValueError, ModelError) as error:
        raise TrainingError(
            f"The adversarial run in {folder.path} cannot be resumed ({error!r}): {path.name} is missing or damaged; "
            "the model itself still works, and --from continues from it."
        ) from None


def _passages(folder: ModelFolder, name: str, config: AdversarialConfig) -> Passages:
    labels = len(folder.load().tokenizer.speakers)
    return Passages(open_ids(folder.training / name), labels, config.length)


def _part(budget: Budget, share: float) -> Budget:
    if budget.minutes is not None:
        return Budget(minutes=budget.minutes * share)
    if budget.epochs is not None:
        return Budget(epochs=budget.epochs * share)
    return Budget(steps=max(1, round((budget.steps or 0) * share)))
