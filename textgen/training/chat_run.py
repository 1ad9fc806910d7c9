"""How the encoder-decoder of a chatbot is trained: what is asked for, how its folder is begun, its recipe."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from textgen.config import Budget, ChatTrainingConfig, EncoderDecoderConfig
from textgen.corpus.dialogues import DialogueCorpus
from textgen.data.pairs import Pairs, PairStore
from textgen.model_folder import Model, ModelFolder
from textgen.models.encoder_decoder import EncoderDecoder
from textgen.training.chat_preparation import ChatPlan, ChatSources, Listening, make_chat_plan, prepare_chat
from textgen.training.describing import describe_chat_plan, describe_dialogues, describe_smaller
from textgen.training.encoder_decoder_step import EncoderDecoderStep, EncoderDecoderValidation
from textgen.training.estimating import estimate_chat, has_time
from textgen.training.machine import measure_flops
from textgen.training.run import Note, Recipe
from textgen.training.run_record import HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.sizing import ChatChoice, choose_encoder_decoder, choose_size

_VALIDATION_EXCHANGES = 4000


@dataclass(frozen=True)
class ChatRequest:
    """What a person asked to be trained.

    Args:
        corpus: of the dialogues to learn from.
        validation: of held-out dialogues; None holds out the last tenth of each file.
        listening: how dialogues are read.
        choice: level, size and their details.
        budget: of the run.
        seed: of all randomness.
        start_from: a model to go on from; None begins afresh.
        index: whether to write the novelty index.
    """

    corpus: DialogueCorpus
    validation: DialogueCorpus | None
    listening: Listening
    choice: ChatChoice
    budget: Budget
    seed: int
    start_from: Model | None
    index: bool


def begin_chat(folder: ModelFolder, request: ChatRequest, note: Note) -> None:
    """Prepares a folder for a new run, and tells what was decided before the work starts."""
    sources = ChatSources(request.corpus, request.validation, request.listening)
    for line in describe_dialogues(request.corpus, sources.survey, sources.detokenised):
        note(line)
    plan = make_chat_plan(sources, request.choice, request.budget, request.seed, request.start_from)
    flops = measure_flops(plan.training.precision, plan.training.batch, plan.architecture.hidden)
    characters = sources.survey.characters
    settle = partial(_settled, request=request, characters=characters, flops=flops)
    prepare_chat(folder, sources, plan, request.start_from, request.index, note, settle)
    store = PairStore(folder.training / TRAINING_IDS)
    settled = settle(plan, store)
    guess, usual = (estimate_chat(one.architecture, one.training, store.lengths, flops) for one in (settled, plan))
    for line in describe_chat_plan(settled, Run.load(folder.training), guess):
        note(line)
    if settled.architecture != plan.architecture:
        note(describe_smaller(choose_size(request.choice, characters), usual))


def _settled(plan: ChatPlan, store: PairStore, request: ChatRequest, characters: int, flops: float) -> ChatPlan:
    """The plan of a run that learns from these exchanges, now that it is known how much there is to read."""
    if request.start_from is not None:
        return plan
    lengths = store.lengths
    model = choose_encoder_decoder(
        request.choice,
        characters,
        plan.tokenizer.vocabulary_size,
        fits=lambda model: has_time(request.budget, estimate_chat(model, plan.training, lengths, flops)),
    )
    return replace(plan, architecture=model)


def _batches(folder: Path, run: Run) -> Pairs:
    config = run.training
    assert isinstance(config, ChatTrainingConfig)
    store = PairStore(folder / TRAINING_IDS)
    return Pairs(store, config.batch, config.empty_contexts, config.seed, config.empty_at_first)


def _network(model: Model, run: Run) -> EncoderDecoder:
    assert isinstance(model.card.architecture, EncoderDecoderConfig)
    return EncoderDecoder(model.card.architecture, run.training.precision)


def _step(model: Model, network: EncoderDecoder, run: Run, batches: Pairs) -> EncoderDecoderStep:
    assert isinstance(run.training, ChatTrainingConfig)
    return EncoderDecoderStep(network, run.training, batches.batch_size)


def _validation(network: EncoderDecoder, folder: Path, run: Run) -> EncoderDecoderValidation | None:
    store = PairStore(folder / HELD_OUT_IDS)
    return EncoderDecoderValidation(network, store, _VALIDATION_EXCHANGES) if len(store) else None


CHAT = Recipe("chat", _batches, _network, _step, _validation)
"""How chatbots learn."""
