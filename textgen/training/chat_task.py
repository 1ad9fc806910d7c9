"""Chatbots: how dialogues are read, planned for and encoded, and how the encoder-decoder learns from them."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NoReturn

import numpy as np

from textgen.config import Budget, ChatTrainingConfig, EncoderDecoderConfig
from textgen.corpus.collection import Corpus
from textgen.corpus.exchanges import DEFAULT_TURNS, Exchange, Exchanges, both_sides
from textgen.corpus.id_store import IdStoreWriter
from textgen.corpus.normalisation import detokenise
from textgen.corpus.split import DialogueSplit, Side, split_dialogues
from textgen.corpus.survey import DialogueSurvey, survey_dialogues
from textgen.corpus.token_grammar import DialogueEncoder
from textgen.errors import ConfigurationError, TrainingError
from textgen.model_folder import Model, ModelFolder
from textgen.models.encoder_decoder import KerasEncoderDecoder
from textgen.models.kernels import has_graphics_card
from textgen.tokenizers.base import START, TURN, Tokenizer
from textgen.training.batches import Pairs, PairStore, ends_path
from textgen.training.checkpoint import HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.corpus_stats import NoveltyIndexer
from textgen.training.machine import best_precision, measure_flops, most_shards
from textgen.training.moving_in import for_chat_tuning, with_words
from textgen.training.network_steps import EncoderDecoderStep, EncoderDecoderValidation
from textgen.training.prepare import describe_corpus, describe_plan, describe_smaller, learn_vocabulary
from textgen.training.run import ModelTask, Sample
from textgen.training.sizing import (
    ChatChoice,
    choose_chat_training,
    choose_encoder_decoder,
    choose_size,
    estimate_chat,
    has_time,
)
from textgen.training.task import Encoded, Note, RunPlan, Settled, TrainingRequest, Workspace
from textgen.training.trial import Trial, tried_in_chat

SpacingChoice = Literal["auto", "natural", "as-is"]

_LONGEST_CONTEXT = {"character": 400, "word": 200, "subword": 200}
_LONGEST_REPLY = {"character": 240, "word": 60, "subword": 60}
"""Most tokens of a context and of a reply at each level: longer ones are rare, and every token of the longest context
in a batch is an encoder step for the whole batch."""

_DETOKENISED = {"auto": None, "natural": True, "as-is": False}
_FEWEST_EXCHANGES = 4
_MOST_OFFSET = 1 << 32
_VALIDATION_EXCHANGES = 4000
_TALKS = 4


@dataclass(frozen=True)
class Listening:
    """How dialogues are read.

    Args:
        turns: how many turns before a reply are its context; 0 trains a model that ignores the context.
        replies_by: whose turns are replies; None for everybody's.
        spacing: `natural` puts tokenised text ("I ' m here .") back into normal writing, `as-is` leaves it, `auto`
            is `natural` for a tokenised corpus and `as-is` for any other.
    """

    turns: int = DEFAULT_TURNS
    replies_by: str | None = None
    spacing: SpacingChoice = "auto"

    def __post_init__(self) -> None:
        if self.turns < 0:
            raise ConfigurationError(
                f"turns is {self.turns}; it must be 0 (the context is ignored) or more: give such a number."
            )
        if self.spacing not in ("auto", "natural", "as-is"):
            raise ConfigurationError(
                f"spacing is {self.spacing!r}; it must be one of auto, natural, as-is: choose one of them."
            )


class ChatTask(ModelTask):
    """Trains the encoder-decoder of a chatbot.

    Args:
        request: what a person asked for; its choice is a `ChatChoice`.
        listening: how the dialogues are read.
        sample: writes a short sample with a model, for people to read.
        starter: a model to begin with where it knows the language of the dialogues and the network is left open.
    """

    kind, command, reads = "chat", "train-chat", "dialogues"

    survey: DialogueSurvey
    split: DialogueSplit | None
    trial: Trial | None = None

    def __init__(
        self,
        request: TrainingRequest,
        listening: Listening | None = None,
        sample: Sample = lambda model: "",
        starter: ModelFolder | None = None,
    ) -> None:
        super().__init__(request, sample)
        self.listening = listening or Listening()
        self._validation: Corpus | None = None
        self._starter = starter

    @property
    def choice(self) -> ChatChoice:
        """The settings asked for: vocabulary, network and training."""
        assert isinstance(self.request.choice, ChatChoice)
        return self.request.choice

    @property
    def asked(self) -> tuple[Any, ...]:
        """The options that a resumed run must keep."""
        return (*super().asked, self.listening)

    def read(self, note: Note) -> None:
        """Surveys the dialogues, and holds out the last tenth of each file unless held-out dialogues were given."""
        turns, name = self.listening.turns, self.listening.replies_by
        if self.request.validation is not None:
            self._validation = self.request.open(self.request.validation, "dialogues")
        self.survey = survey_dialogues(self.corpus, turns, name, _DETOKENISED[self.listening.spacing])
        self.split = split_dialogues(self.survey.dialogues) if self._validation is None else None
        if self.survey.exchanges < _FEWEST_EXCHANGES:
            raise TrainingError(
                f"The dialogues hold {self.survey.exchanges} exchanges to learn from, and a model needs "
                f"{_FEWEST_EXCHANGES} at the very least (5,000 or more to be fun): give more dialogues, or look at how "
                "they are read with textgen inspect --corpus FILE."
            )
        if not self.survey.has_training_exchanges(self.split):
            raise TrainingError(
                "The dialogues to learn from, once the last ones are held out, hold no exchange: give more dialogues, "
                "or give others with --validation, and all of these are learned from."
            )
        for line in describe_corpus(self.corpus, self.survey):
            note(line)

    def plan(self, budget: Budget, origin: Model | None) -> RunPlan:
        """Takes the model to continue from or the starter, or else learns a vocabulary and chooses a network.

        The choice depends on the replies alone, not on the time.
        """
        choice, characters = self.choice, self.survey.characters
        start = _require_chat(origin) if origin else self._tried()
        if start:
            start = with_words(start, self._texts())
            tokenizer, architecture = start.tokenizer, start.card.architecture
        else:
            tokenizer = learn_vocabulary(choice, characters, self._texts(), [])
            architecture = choose_encoder_decoder(choice, characters, tokenizer.vocabulary_size)
        precision = best_precision(has_graphics_card()) if choice.precision == "auto" else choice.precision
        training = choose_chat_training(choice, characters, budget, self.request.seed, precision, most_shards())
        if start:  # it knows the language already, and must not unlearn to use the context
            training = replace(training, empty_at_first=0.0)
        return RunPlan(tokenizer, architecture, training, start)

    def _tried(self) -> Model | None:
        """The starter; None where there is none or it does not help."""
        if self._starter is None or not self._starter.exists() or self.choice.network or not self.listening.turns:
            return None
        starter, asked = self._starter.load(), (self.listening.turns, self.listening.replies_by, self._normalise)
        exchanges = Exchanges(self.corpus, *asked, "training", self.split)
        longest = _LONGEST_CONTEXT[starter.tokenizer.level]
        self.trial = tried_in_chat(self._starter.path.name, starter, exchanges, longest)
        return starter if self.trial is not None and self.trial.helps else None

    def encode(self, folder: ModelFolder, plan: RunPlan, note: Note) -> Encoded:
        """Writes the ids of contexts and replies, and the index of the replies' word sequences."""
        novelty, level, alphabet = NoveltyIndexer(), plan.tokenizer.level, set[str]()

        def observe(side: Side, exchange: Exchange) -> None:
            alphabet.update(*exchange.context[-1:], exchange.reply)
            if self.request.index and side == "training":
                novelty.add([exchange.reply])

        learned, judged = _store(folder.training, self._sides(), plan.tokenizer, observe)
        if learned["exchanges"] == 0:
            raise TrainingError(
                f"All {learned['too long']:,} replies to learn from are longer than {_LONGEST_REPLY[level]} tokens: "
                "give dialogues with shorter turns."
            )
        if self._validation is not None and not judged["exchanges"]:
            self._refuse_validation(judged["too long"], _LONGEST_REPLY[level])
        for name, counts in (("", learned), ("held-out ", judged)):
            if counts["too long"]:
                note(f"left out  {counts['too long']:,} x {name}reply of more than {_LONGEST_REPLY[level]} tokens")
        if self.request.index:
            novelty.save(folder.novelty, note)
        corpus = {
            "fingerprint": self.corpus.fingerprint,
            "files": [path.name for file in self.corpus.files for path in file.paths],
            "normalisation": self.survey.normalisation.to_json(),
            "reading": self.request.reading.to_json(),
            "turns": self.listening.turns,
            "longest_context": _LONGEST_CONTEXT[level],
            "longest_reply": _LONGEST_REPLY[level],
            "replies_by": self.listening.replies_by,
            "split": self.split.to_json() if self.split else None,
            "detokenise": self.survey.detokenised,
            "exchanges": learned["exchanges"],
            "characters": learned["characters"],
            "alphabet": "".join(sorted(alphabet)),
        }
        tokens, characters = ((learned[of], judged[of]) for of in ("tokens", "characters"))
        return Encoded(tokens, characters, corpus)

    def _refuse_validation(self, too_long: int, longest: int) -> NoReturn:
        """Says why nothing of the dialogues that were to be held out can be scored."""
        what = "no exchange"
        if self.listening.replies_by is not None:
            what += f" in which {self.listening.replies_by} replies"
        if too_long:
            what += f" whose reply has at most {longest} tokens"
        raise TrainingError(
            f"The model was to be judged by the dialogues given with --validation, but they hold {what}: give others, "
            "or leave --validation out, and the last tenth of each file is held out."
        )

    def settle(self, plan: RunPlan, encoded: Encoded, folder: ModelFolder) -> Settled:
        """Takes a smaller network if there is no time for a large one."""
        model, training = plan.architecture, plan.training
        assert isinstance(model, EncoderDecoderConfig) and isinstance(training, ChatTrainingConfig)
        lengths = PairStore(folder.training / TRAINING_IDS).lengths
        flops = measure_flops(training.precision, training.batch, model.hidden)
        guess = usual = estimate_chat(model, training, lengths, flops)
        if plan.start is not None:
            training = for_chat_tuning(training, self.choice, guess.epochs)
        else:
            model = choose_encoder_decoder(
                self.choice,
                self.survey.characters,
                plan.tokenizer.vocabulary_size,
                fits=lambda model: has_time(training.budget, estimate_chat(model, training, lengths, flops)),
            )
            guess = estimate_chat(model, training, lengths, flops)
        return Settled(
            replace(plan, architecture=model, training=training), guess, usual if model != plan.architecture else None
        )

    def describe(self, settled: Settled, run: Run) -> Iterator[str]:
        """What the run begins with, the vocabulary, the network, the run, and why a network is smaller than usual."""
        if self.trial is not None:
            yield self.trial.describe()
        yield from describe_plan(settled.plan, run, settled.guess)
        if settled.usual is not None:
            yield describe_smaller(choose_size(self.choice, self.survey.characters), settled.usual)

    def batches(self, at: Workspace) -> Pairs:
        """Batches of exchanges of similar length."""
        config, store = at.run.training, _pairs(at.model, TRAINING_IDS)
        assert isinstance(config, ChatTrainingConfig)
        return Pairs(store, config.batch, config.empty_contexts, config.seed, config.empty_at_first)

    def network(self, at: Workspace) -> KerasEncoderDecoder:
        """The encoder-decoder."""
        architecture = at.model.card.architecture
        assert isinstance(architecture, EncoderDecoderConfig)
        return KerasEncoderDecoder(architecture, at.run.training.precision)

    def step(self, at: Workspace, network: KerasEncoderDecoder, batches: Pairs) -> EncoderDecoderStep:
        """Learns from a batch of exchanges."""
        assert isinstance(at.run.training, ChatTrainingConfig)
        return EncoderDecoderStep(network, at.run.training, batches.batch_size)

    def validate(self, at: Workspace, network: KerasEncoderDecoder) -> EncoderDecoderValidation | None:
        """Scores held-out exchanges."""
        store = _pairs(at.model, HELD_OUT_IDS)
        return EncoderDecoderValidation(network, store, _VALIDATION_EXCHANGES) if len(store) else None

    def _sides(self) -> Iterator[tuple[Side, Exchange]]:
        """The training exchanges, then the held-out ones; none of those if the dialogues could not be split."""
        asked = self.listening.turns, self.listening.replies_by, self._normalise
        yield from both_sides(self.corpus, *asked, self.split)
        if self._validation is not None:
            yield from (("held out", exchange) for exchange in Exchanges(self._validation, *asked, "all", None))

    def _normalise(self, text: str) -> str:
        """A turn in the spacing that the model learns."""
        return detokenise(text) if self.survey.detokenised else text

    def _texts(self) -> Iterator[str]:
        """Every turn to learn from, as a reply and as the newest of a context.

        A model that ignores the context learns the same vocabulary as one that uses it, so that they can be compared.
        """
        turns, name = self.listening.turns or DEFAULT_TURNS, self.listening.replies_by
        for exchange in Exchanges(self.corpus, turns, name, self._normalise, "training", self.split):
            yield from exchange.context[-1:]
            yield exchange.reply


def _require_chat(origin: Model) -> Model:
    """The model that a person named, if a chatbot can go on from it."""
    if not isinstance(origin.card.architecture, EncoderDecoderConfig):
        raise ConfigurationError(
            f"--from names {origin.path}, a {origin.card.kind} model, but a chatbot can only go on from a "
            "chatbot: name a model trained by train-chat, or use train-script."
        )
    return origin


def held_out_talks(model: Model) -> list[list[str]]:
    """The turns of a few contexts, evenly spread over the held-out exchanges, or else the training exchanges.

    Args:
        model: its folder holds the run's exchanges.
    """
    store = _pairs(model, HELD_OUT_IDS)
    if not len(store):
        store = _pairs(model, TRAINING_IDS)
    chosen = np.unique(np.linspace(0, len(store) - 1, _TALKS).astype(int))
    talks = [_turns(model, store.context(int(k)).tolist()) for k in chosen]
    return [turns for turns in talks if turns]


def _pairs(model: Model, name: str) -> PairStore:
    """The exchanges that a run keeps in its model's folder, under one of two names."""
    return PairStore(ModelFolder(model.path).training / name, model.tokenizer.vocabulary_size)


def _turns(model: Model, context: list[int]) -> list[str]:
    runs = groupby((token for token in context if token != START), key=lambda token: token == TURN)
    return [model.tokenizer.decode(ids) for is_end, ids in runs if not is_end]


def _store(
    folder: Path,
    sides: Iterable[tuple[Side, Exchange]],
    tokenizer: Tokenizer,
    observe: Callable[[Side, Exchange], None],
) -> tuple[Counter[str], Counter[str]]:
    """Writes the ids of the exchanges of both sides, in one pass.

    Returns:
        how many exchanges, characters and tokens of replies each side has.
    """
    size, training, held_out = tokenizer.vocabulary_size, folder / TRAINING_IDS, folder / HELD_OUT_IDS
    with (
        IdStoreWriter(training, size) as learned,
        IdStoreWriter(ends_path(training), _MOST_OFFSET) as learned_ends,
        IdStoreWriter(held_out, size) as judged,
        IdStoreWriter(ends_path(held_out), _MOST_OFFSET) as judged_ends,
    ):
        writers: dict[Side, _PairWriter] = {
            "training": _PairWriter(learned, learned_ends, tokenizer),
            "held out": _PairWriter(judged, judged_ends, tokenizer),
        }
        for side, exchange in sides:
            if writers[side].append(exchange):
                observe(side, exchange)
    return writers["training"].counts, writers["held out"].counts


class _PairWriter:
    """Writes the ids of exchanges and where they end; leaves out those with overlong replies.

    Attributes:
        counts: how many exchanges, characters and tokens of replies were written; replies left out as "too long".
    """

    def __init__(self, store: IdStoreWriter, ends: IdStoreWriter, tokenizer: Tokenizer) -> None:
        self._store, self._ends, self._longest = store, ends, _LONGEST_REPLY[tokenizer.level]
        self._encoder, self.counts = DialogueEncoder(tokenizer, _LONGEST_CONTEXT[tokenizer.level]), Counter[str]()

    def append(self, exchange: Exchange) -> bool:
        """Writes an exchange, unless its reply is too long; returns whether it was written."""
        reply = self._encoder.encode_reply(exchange.reply)
        if len(reply) - 1 > self._longest:
            self.counts["too long"] += 1
            return False
        self._store.append(self._encoder.encode_context(exchange.context))
        self._ends.append([self._store.length])
        self._store.append(reply)
        self._ends.append([self._store.length])
        self.counts["exchanges"] += 1
        self.counts["tokens"] += len(reply) - 1
        self.counts["characters"] += len(exchange.reply) + 1
        return True
