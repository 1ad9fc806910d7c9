"""Making a model folder ready for a chatbot's run: dialogues to vocabulary, ids and first weights."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Literal

from textgen.config import Budget, ChatTrainingConfig, EncoderDecoderConfig
from textgen.corpus.dialogue_encoding import DialogueEncoder
from textgen.corpus.dialogue_split import DialogueSplit, split_dialogues
from textgen.corpus.dialogue_survey import DialogueSurvey, survey
from textgen.corpus.dialogues import DialogueCorpus
from textgen.corpus.exchanges import DEFAULT_TURNS, Exchange, Exchanges
from textgen.data.pairs import PairStore, ends_path
from textgen.errors import ConfigurationError, TrainingError
from textgen.model_folder import Model, ModelFolder
from textgen.text.detokenisation import detokenise
from textgen.text.store import IdStoreWriter
from textgen.text.tokenizer import Tokenizer
from textgen.training.building import Prepared, build
from textgen.training.machine import best_precision, thread_count
from textgen.training.observing import NoveltyIndexer
from textgen.training.run import Note
from textgen.training.run_record import HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.sizing import ChatChoice, choose_chat_training, choose_encoder_decoder
from textgen.training.vocabulary import learn_chosen

Spacing = Literal["auto", "natural", "as-is"]

_LONGEST = {"character": (400, 240), "word": (100, 60), "subword": (100, 60)}
"""Tokens of a context and of a reply at each level: more turns of chat than that are rare, and every token of the
longest context in a batch is a step of the encoder for all."""

_FEWEST_EXCHANGES = 4
_MOST_OFFSET = 1 << 32


@dataclass(frozen=True)
class Listening:
    """How dialogues are read.

    Args:
        turns: before a reply that are its context; 0 trains a model that ignores the context.
        replies_by: whose turns are replies; None for everybody's.
        spacing: `natural` puts tokenised text ("I ' m here .") back into normal writing, `as-is` leaves it, `auto`
            does the former where the corpus is written so.
    """

    turns: int = DEFAULT_TURNS
    replies_by: str | None = None
    spacing: Spacing = "auto"

    def __post_init__(self) -> None:
        if self.turns < 0:
            raise ConfigurationError(
                f"turns is {self.turns}; it must be 0 (the context is ignored) or more: give such a number."
            )
        if self.spacing not in ("auto", "natural", "as-is"):
            raise ConfigurationError(
                f"spacing is {self.spacing!r}; it must be one of auto, natural, as-is: choose one of them."
            )


class ChatSources:
    """The exchanges a run learns from, and those it is judged by.

    Args:
        corpus: of the dialogues to learn from.
        validation: of held-out dialogues; None holds out the last tenth of each file.
        listening: how they are read.

    Raises:
        TrainingError: there are too few exchanges.
        ConfigurationError: nobody of the name asked for speaks.
    """

    def __init__(self, corpus: DialogueCorpus, validation: DialogueCorpus | None, listening: Listening) -> None:
        self.corpus, self.listening = corpus, listening
        turns, name = listening.turns, listening.replies_by
        self.survey: DialogueSurvey = survey(corpus, turns, name)
        self.detokenised = listening.spacing == "natural" or (listening.spacing == "auto" and self.survey.tokenised)
        self._normalise = normalise = detokenise if self.detokenised else str
        if self.detokenised:
            self.survey = survey(corpus, turns, name, normalise)
        self.split: DialogueSplit | None = split_dialogues(self.survey.dialogues) if validation is None else None
        self.training = Exchanges(corpus, turns, name, normalise, "training", self.split)
        self.held_out: Iterable[Exchange] = ()
        if validation is not None:
            self.held_out = Exchanges(validation, turns, name, normalise, "all", None)
        elif self.split is not None:
            self.held_out = Exchanges(corpus, turns, name, normalise, "held out", self.split)
        if self.survey.exchanges < _FEWEST_EXCHANGES:
            raise TrainingError(
                f"The dialogues hold {self.survey.exchanges} exchanges to learn from, and a model needs "
                f"{_FEWEST_EXCHANGES} at the very least (5,000 or more to be fun): give more dialogues, or look at how "
                "they are read with textgen inspect --corpus FILE."
            )
        if next(iter(self.training), None) is None:
            raise TrainingError(
                "The dialogues to learn from, once the last ones are held out, hold no exchange: give more dialogues, "
                "or give others with --validation, and all of these are learned from."
            )

    def texts(self) -> Iterator[str]:
        """Every turn to learn from, as a reply and as the newest of a context.

        A model that ignores the context learns the same vocabulary as one that does not, so that the two compare.
        """
        turns = self.listening.turns or DEFAULT_TURNS
        for exchange in Exchanges(
            self.corpus, turns, self.listening.replies_by, self._normalise, "training", self.split
        ):
            yield from exchange.context[-1:]
            yield exchange.reply


@dataclass(frozen=True)
class ChatPlan:
    """A run as it was decided on before anything is written; its size is settled when the exchanges are.

    Args:
        tokenizer: learned, or the one of the model to go on from.
        architecture: of the model, as it suits the length of the replies.
        training: how it is trained.
        longest_context, longest_reply: in tokens.
    """

    tokenizer: Tokenizer
    architecture: EncoderDecoderConfig
    training: ChatTrainingConfig
    longest_context: int
    longest_reply: int


Settle = Callable[[ChatPlan, PairStore], ChatPlan]
"""Completes a plan when it is known how long the exchanges to learn from are."""


def make_chat_plan(
    sources: ChatSources, choice: ChatChoice, budget: Budget, seed: int, start_from: Model | None
) -> ChatPlan:
    """Decides on a run: what the person asked for, and for the rest what suits the dialogues.

    Args:
        sources: the exchanges.
        choice: what was asked for.
        budget: of the run.
        seed: of all randomness.
        start_from: a model to go on from, whose vocabulary and architecture are kept; None begins afresh.
    """
    characters = sources.survey.characters
    precision = best_precision() if choice.precision == "auto" else choice.precision
    if start_from:
        tokenizer, architecture = start_from.tokenizer, start_from.card.architecture
        if not isinstance(architecture, EncoderDecoderConfig):
            raise ConfigurationError(
                f"--from names {start_from.path}, a {start_from.card.kind} model, but a chatbot can only go on from a "
                "chatbot: name a model trained by train-chat, or use train-script."
            )
    else:
        tokenizer = learn_chosen(choice, characters, sources.texts(), [])
        architecture = choose_encoder_decoder(choice, characters, tokenizer.vocabulary_size)
    training = choose_chat_training(choice, characters, budget, seed, precision, thread_count())
    if start_from:  # it knows its language, and is not to forget how to listen
        training = replace(training, empty_at_first=0.0)
    return ChatPlan(tokenizer, architecture, training, *_LONGEST[tokenizer.level])


def prepare_chat(
    folder: ModelFolder,
    sources: ChatSources,
    plan: ChatPlan,
    start_from: Model | None,
    index: bool,
    note: Note,
    settle: Settle = lambda plan, store: plan,
) -> None:
    """Writes a model folder that loads, with first weights and all that a run needs.

    Args:
        folder: must not hold a model.
        sources: the exchanges.
        plan: of the run.
        start_from: a model whose weights are the first ones; None draws them.
        index: whether to write the novelty index.
        note: is told what a person should know.
        settle: completes the plan.
    """
    encode = partial(_encode, sources=sources, plan=plan, index=index, note=note, settle=settle)
    build(folder, "chat", plan.tokenizer, start_from, encode)


def _encode(
    folder: ModelFolder, sources: ChatSources, plan: ChatPlan, index: bool, note: Note, settle: Settle
) -> Prepared:
    """Writes ids and index."""
    novelty = NoveltyIndexer()

    def observe(exchange: Exchange) -> None:
        if index:
            novelty.add([exchange.reply])

    learned = _store(folder.training / TRAINING_IDS, sources.training, plan, observe)
    judged = _store(folder.training / HELD_OUT_IDS, sources.held_out, plan, lambda exchange: None)
    if learned["exchanges"] == 0:
        raise TrainingError(
            f"All {learned['too long']:,} replies to learn from are longer than {plan.longest_reply} tokens: give "
            "dialogues with shorter turns."
        )
    for name, counts in (("", learned), ("held-out ", judged)):
        if counts["too long"]:
            note(f"left out  {counts['too long']:,} x {name}reply of more than {plan.longest_reply} tokens")
    if index and not novelty.save(folder.novelty):
        note("The text is too long for an index of its word sequences: no_copy will not be offered by this model.")
    plan = settle(plan, PairStore(folder.training / TRAINING_IDS))
    run = Run(
        plan.training,
        (learned["characters"], judged["characters"]),
        (learned["tokens"], judged["tokens"]),
        thread_count(),
    )
    listening, corpus = sources.listening, sources.corpus
    said = {
        "fingerprint": corpus.fingerprint,
        "files": [path.name for file in corpus.files for path in file.paths],
        "normalisation": sources.survey.normalisation.to_json(),
        "turns": listening.turns,
        "longest_context": plan.longest_context,
        "longest_reply": plan.longest_reply,
        "replies_by": listening.replies_by,
        "split": sources.split.to_json() if sources.split else None,
        "detokenise": sources.detokenised,
        "exchanges": learned["exchanges"],
        "characters": learned["characters"],
    }
    return Prepared(plan.architecture, run, said)


def _store(
    path: Path, exchanges: Iterable[Exchange], plan: ChatPlan, observe: Callable[[Exchange], None]
) -> Counter[str]:
    """Writes the ids of exchanges; returns how many exchanges, characters and tokens of replies they have."""
    encoder, counts = DialogueEncoder(plan.tokenizer, plan.longest_context), Counter[str]()
    vocabulary = plan.tokenizer.vocabulary_size
    with IdStoreWriter(path, vocabulary) as store, IdStoreWriter(ends_path(path), _MOST_OFFSET) as ends:
        for exchange in exchanges:
            reply = encoder.encode_reply(exchange.reply)
            if len(reply) - 1 > plan.longest_reply:
                counts["too long"] += 1
                continue
            observe(exchange)
            store.append(encoder.encode_context(exchange.context))
            ends.append([store.length])
            store.append(reply)
            ends.append([store.length])
            counts["exchanges"] += 1
            counts["tokens"] += len(reply) - 1
            counts["characters"] += len(exchange.reply) + 1
    return counts
