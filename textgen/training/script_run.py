"""How the language model of a script writer is trained: what is asked for, how its folder is begun, its recipe."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from textgen.config import Budget, ModelConfig, ScriptTrainingConfig
from textgen.corpus.collection import ScriptCorpus
from textgen.data.windows import Windows
from textgen.inference.lanes import lay_out
from textgen.model_folder import Model, ModelFolder
from textgen.models.language_model import LanguageModel
from textgen.text.store import open_ids
from textgen.training.candidates import CandidateSampler
from textgen.training.describing import describe_corpus, describe_plan, describe_smaller
from textgen.training.estimating import estimate, has_time
from textgen.training.language_model_step import LanguageModelStep, LanguageModelValidation
from textgen.training.machine import measure_flops
from textgen.training.preparation import Plan, Sources, make_plan, prepare
from textgen.training.run import Note, Recipe
from textgen.training.run_record import HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.sizing import (
    ScriptChoice,
    choose_model,
    choose_size,
    dropout_for,
    with_dropout,
    with_weight_decay,
)

_VALIDATION_TOKENS = 1 << 16
_LANES = 64


@dataclass(frozen=True)
class ScriptRequest:
    """What a person asked to be trained.

    Args:
        corpus: of the training text.
        validation: of the held-out text; None holds out the last tenth of the corpus.
        choice: level, size and their details.
        budget: of the run.
        seed: of all randomness.
        start_from: a model to go on from; None begins afresh.
        index: whether to write the novelty index.
        check: is given the plan before anything is written, and raises where it cannot be carried out.
    """

    corpus: ScriptCorpus
    validation: ScriptCorpus | None
    choice: ScriptChoice
    budget: Budget
    seed: int
    start_from: Model | None
    index: bool
    check: Callable[[Plan], None] = lambda plan: None


def begin(folder: ModelFolder, request: ScriptRequest, note: Note) -> None:
    """Prepares a folder for a new run, and tells what was decided before the work starts."""
    sources = Sources(request.corpus, request.validation)
    for line in describe_corpus(request.corpus, sources.survey):
        note(line)
    plan = make_plan(sources, request.choice, request.budget, request.seed, request.start_from)
    request.check(plan)
    flops = measure_flops(plan.training.precision, plan.training.streams, plan.architecture.hidden)
    settle = partial(_settled, request=request, characters=sources.characters, flops=flops)
    prepare(folder, sources, plan, request.start_from, request.index, note, settle)
    run = Run.load(folder.training)
    tokens = run.tokens[0]
    settled = settle(plan, tokens)
    guess, usual = (estimate(one.architecture, one.training, tokens, flops) for one in (settled, plan))
    for line in describe_plan(settled, run, guess):
        note(line)
    if settled.architecture != plan.architecture:
        note(describe_smaller(choose_size(request.choice, sources.characters), usual))


def _settled(plan: Plan, tokens: int, request: ScriptRequest, characters: int, flops: float) -> Plan:
    """The plan of a run whose training text has so many tokens, now that it is known how often it will be read."""
    choice, level, model, training = request.choice, plan.tokenizer.level, plan.architecture, plan.training
    if request.start_from is None:
        model = choose_model(
            choice,
            level,
            characters,
            plan.tokenizer.vocabulary_size,
            fits=lambda model: has_time(request.budget, estimate(model, training, tokens, flops)),
        )
        # What a model knew before is not in the text, and would be forgotten.
        training = with_weight_decay(training, characters, tokens)
    if choice.dropout is None:
        training = with_dropout(training, level, dropout_for(estimate(model, training, tokens, flops).epochs))
    return replace(plan, architecture=model, training=training)


def _batches(folder: Path, run: Run) -> Windows:
    config = run.training
    assert isinstance(config, ScriptTrainingConfig)
    return Windows(open_ids(folder / TRAINING_IDS), config.streams, config.window, config.reset, config.seed)


def _network(model: Model, run: Run) -> LanguageModel:
    assert isinstance(model.card.architecture, ModelConfig)
    return LanguageModel(model.card.architecture, run.training.precision)


def _step(model: Model, network: LanguageModel, run: Run, batches: Windows) -> LanguageModelStep:
    config, tokenizer = run.training, model.tokenizer
    assert isinstance(config, ScriptTrainingConfig)
    sampler = None
    if config.sampled_words:
        sampler = CandidateSampler(tokenizer.vocabulary_size, tokenizer.ranked_ids(), config.sampled_words, config.seed)
    return LanguageModelStep(network, config, batches.streams, sampler)


def _validation(network: LanguageModel, folder: Path, run: Run) -> LanguageModelValidation | None:
    ids = open_ids(folder / HELD_OUT_IDS)
    if not len(ids):
        return None
    return LanguageModelValidation(network, lay_out(ids, _LANES, limit=_VALIDATION_TOKENS), run.training.towers)


SCRIPT = Recipe("script", _batches, _network, _step, _validation)
"""How script writers learn."""
