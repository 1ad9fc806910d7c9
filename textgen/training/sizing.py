"""Chooses level, widths and dropout by the corpus and the time, and estimates what a run will take."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from textgen.config import Budget, ChatTrainingConfig, EncoderDecoderConfig, ModelConfig, ScriptTrainingConfig
from textgen.errors import ConfigurationError

_Architecture = TypeVar("_Architecture", ModelConfig, EncoderDecoderConfig)
_Training = TypeVar("_Training", ScriptTrainingConfig, ChatTrainingConfig)

LEVELS = ("character", "word", "subword")


class Size(NamedTuple):
    """Widths of a model: `hidden` units in each of `layers` LSTM layers, token vectors of `embedding`."""

    embedding: int
    hidden: int
    layers: int


SIZES = {
    "tiny": Size(96, 128, 1),
    "small": Size(192, 256, 2),
    "medium": Size(256, 512, 2),
    "large": Size(384, 1024, 2),
}

_CHARACTER_EMBEDDING = 64
"""There are few characters, so narrow vectors tell them apart."""

_MUCH = 1_000_000
"""Characters from which on a text is long: it is read in more streams, with a higher learning rate."""

_MERGES = ((100_000, 150), (300_000, 300), (700_000, 600), (1_500_000, 1200), (10_000_000, 2000))
_MOST_MERGES = 4000
"""Number of merges by characters of training text: each token must occur often enough to be learned."""

_MOST_DROPOUT, _MOST_INPUT_DROPOUT = 0.5, 0.1

_MOST_TOKEN_DROPOUT = {"character": 0.0, "word": 0.1, "subword": 0.1}
"""Zero for characters: dropping one harms the prediction of many that follow."""

_REMEMBERED, _MOST_DECAY = 2.5, 0.333
"""Epochs of updates that a model of long text averages over, and the strongest weight decay found to help."""

_BEGINNINGS = 0.05
"""Share of windows in which a stream begins anew: a corpus of one document has a single beginning of its own."""

_MANY_WORDS, _SAMPLED_WORDS = 20_000, 2_000
"""Number of words from which on training samples the softmax, and the size of the sample."""


_OF_THE_NETWORK = ("level", "size", "words", "vocabulary_limit", "embedding", "hidden", "layers", "attention")


@dataclass(frozen=True)
class Choice:
    """What a person asked for; None or `auto` leaves it to the corpus.

    Args:
        level: `auto`, `character`, `word` or `subword`.
        size: `auto`, `tiny`, `small`, `medium` or `large`.
        words: `natural`, or `whitespace` for corpora that are tokenised with spaces.
        vocabulary_limit: most words or merges.
        embedding: width of the token vectors.
        hidden: units of each layer.
        layers: number of layers.
        dropout: locked dropout.
        learning_rate: the peak.
        precision: `auto`, `float32` or `bfloat16`.

    Attributes:
        words_below: characters of training text below which `auto` takes words.
    """

    words_below = 0

    level: str = "auto"
    size: str = "auto"
    words: str = "natural"
    vocabulary_limit: int | None = None
    embedding: int | None = None
    hidden: int | None = None
    layers: int | None = None
    dropout: float | None = None
    learning_rate: float | None = None
    precision: str = "auto"

    @property
    def network(self) -> dict[str, object]:
        """The settings of vocabulary and network that were given; a model to continue from has its own."""
        usual = {field.name: field.default for field in fields(self) if field.name in _OF_THE_NETWORK}
        return {name: getattr(self, name) for name in usual if getattr(self, name) != usual[name]}

    def __post_init__(self) -> None:
        allowed = {
            "level": ("auto", *LEVELS),
            "size": ("auto", *SIZES),
            "words": ("natural", "whitespace"),
            "precision": ("auto", "float32", "bfloat16"),
        }
        for name, values in allowed.items():
            if getattr(self, name) not in values:
                raise ConfigurationError(
                    f"{name} is {getattr(self, name)!r}; it must be one of {', '.join(values)}: choose one of them."
                )
        if self.vocabulary_limit is not None and self.vocabulary_limit < 1:
            raise ConfigurationError(
                f"vocabulary_limit is {self.vocabulary_limit}; it must be at least 1: leave it out for the usual one."
            )


@dataclass(frozen=True)
class ScriptChoice(Choice):
    """What a person asked for, for a script writer.

    Args:
        streams: sequences in a batch.
        window: window length in tokens.
        sampled_words: words drawn for the softmax of a step; 0 takes the whole vocabulary.
    """

    streams: int | None = None
    window: int | None = None
    sampled_words: int | None = None


@dataclass(frozen=True)
class ChatChoice(Choice):
    """What a person asked for, for a chatbot.

    Args:
        batch: exchanges in a step.
        attention: whether the decoder looks at the context again for every token.
    """

    words_below = _MUCH

    batch: int | None = None
    attention: bool = True


def choose_level(choice: Choice, characters: int) -> str:
    """The level for a training text of this many characters.

    Few replies are learned faster as whole words. For scripts, even short ones, subwords are better, and words are
    taken only if spaces separate them: a word model spells one word in ten, and the result is not a real word.
    """
    if choice.level != "auto":
        return choice.level
    return "word" if choice.words == "whitespace" or characters < choice.words_below else "subword"


def choose_vocabulary_limit(choice: Choice, level: str, characters: int) -> int | None:
    """How many merges or words to learn from this many characters of training text; None for the level's own limit."""
    if choice.vocabulary_limit is not None or level != "subword":
        return choice.vocabulary_limit
    return next((merges for most, merges in _MERGES if characters < most), _MOST_MERGES)


def choose_size(choice: Choice, characters: int) -> str:
    """The name of the size for a training text of this many characters."""
    if choice.size != "auto":
        return choice.size
    return "small" if characters < 400_000 else "medium"


def choose_model(
    choice: Choice,
    level: str,
    characters: int,
    vocabulary_size: int,
    fits: Callable[[ModelConfig], bool] = lambda model: True,
) -> ModelConfig:
    """The architecture of a script writer.

    Args:
        choice: what was asked for; widths win over the size.
        level: `character`, `word` or `subword`.
        characters: of the training text.
        vocabulary_size: tokens in the vocabulary.
        fits: whether there is time for a model. Unless a person asked for a size, the largest model that fits is taken,
            up to the size that suits the text, or the smallest if none fits.
    """

    def build(size: Size) -> ModelConfig:
        narrow = level == "character" and choice.embedding is None
        embedding = _CHARACTER_EMBEDDING if narrow else size.embedding
        return ModelConfig(vocabulary_size, embedding, size.hidden, size.layers, tied=level != "character")

    return _first_that_fits(map(build, _sizes(choice, characters)), fits)


def choose_encoder_decoder(
    choice: ChatChoice,
    characters: int,
    vocabulary_size: int,
    fits: Callable[[EncoderDecoderConfig], bool] = lambda model: True,
) -> EncoderDecoderConfig:
    """The architecture of a chatbot, with one layer unless more were asked for.

    Args:
        choice, characters, vocabulary_size, fits: as for `choose_model`; characters are those of the replies.
    """

    def build(size: Size) -> EncoderDecoderConfig:
        layers = 1 if choice.layers is None else choice.layers
        attention = dict.fromkeys(("attention", "scaled", "copying", "told_whose"), choice.attention)
        return EncoderDecoderConfig(vocabulary_size, size.embedding, size.hidden, layers, **attention)

    return _first_that_fits(map(build, _sizes(choice, characters)), fits)


def choose_chat_training(
    choice: ChatChoice, characters: int, budget: Budget, seed: int, precision: str, cores: int = 1
) -> ChatTrainingConfig:
    """How to train a chatbot, by the characters of its replies and the number of cores; explicit settings win."""
    names = ("dropout", "batch", "learning_rate")
    given = {name: getattr(choice, name) for name in names if getattr(choice, name) is not None}
    usual = {
        "dropout": _chat_dropout(characters),
        "batch": 64 if characters >= _MUCH else 32,
        "learning_rate": 6e-3 if characters >= _MUCH else 4e-3,
    }
    return ChatTrainingConfig(budget=budget, seed=seed, precision=precision, towers=cores, **{**usual, **given})  # type: ignore[arg-type]


def choose_training(
    choice: ScriptChoice,
    level: str,
    characters: int,
    budget: Budget,
    seed: int,
    precision: str,
    words: int = 0,
    cores: int = 1,
) -> ScriptTrainingConfig:
    """How to train, by the number of words (without structure and spelling) and of cores; explicit settings win.

    Unless dropout was asked for, it is set later, when the number of epochs is known (`with_dropout`).

    Raises:
        ConfigurationError: a setting is out of its range, or more words are to be drawn than there are.
    """
    if choice.sampled_words is not None and choice.sampled_words >= max(words, 1):
        raise ConfigurationError(
            f"{choice.sampled_words:,} words were to be drawn for each step, but the vocabulary has {words:,} beside "
            "structure and spelling: draw fewer, or give 0 sampled words to take the whole vocabulary."
        )
    given = {
        name: getattr(choice, name)
        for name in ("streams", "window", "learning_rate", "sampled_words")
        if getattr(choice, name) is not None
    }
    usual = {
        "streams": 64 if characters >= _MUCH else 32,
        "learning_rate": 6e-3 if characters >= _MUCH else 4e-3,
        "window": 64 if level == "character" else 32,
        "sampled_words": _SAMPLED_WORDS if words >= _MANY_WORDS else 0,
        "beginnings": _BEGINNINGS,
    }
    training = ScriptTrainingConfig(budget=budget, seed=seed, precision=precision, towers=cores, **{**usual, **given})  # type: ignore[arg-type]
    return with_dropout(training, level, choice.dropout or 0.0)


def dropout_for(epochs: float) -> float:
    """Dropout for a text that is read for this many epochs: text that is read once cannot be memorised.

    Adding 0.1 whenever that number doubles is close to the best values tried (`benchmarks/README.md`).
    """
    return round(min(_MOST_DROPOUT, 0.1 * math.log2(max(epochs, 1.0))), 2)


def with_dropout(training: ScriptTrainingConfig, level: str, dropout: float) -> ScriptTrainingConfig:
    """The same training with another dropout; less on tokens and their vectors, where the information is lost."""
    return replace(
        training,
        dropout=dropout,
        input_dropout=min(dropout, _MOST_INPUT_DROPOUT),
        token_dropout=min(dropout, _MOST_TOKEN_DROPOUT[level]),
    )


def with_weight_decay(training: ScriptTrainingConfig, characters: int, tokens: int) -> ScriptTrainingConfig:
    """The same training with the weight decay that suits a text of this many characters and tokens.

    AdamW's weights are a moving average of its updates, and the number of epochs it should average over does not
    depend on the text (Wang and Aitchison 2025): the shorter the text, the fewer steps in an epoch, and the stronger
    the decay. The smaller models of short texts are regularised by dropout already (`benchmarks/README.md`).
    """
    if characters < _MUCH:
        return training
    steps = _REMEMBERED * tokens / (training.streams * training.window)
    decay = min(round(1 / (training.learning_rate * steps), 3), _MOST_DECAY)
    return replace(training, weight_decay=max(training.weight_decay, decay))


def _sizes(choice: Choice, characters: int) -> list[Size]:
    """The widths to choose from, the best first; smaller ones are for short runs."""
    names, suits = list(SIZES), choose_size(choice, characters)
    asked = {name: getattr(choice, name) for name in Size._fields if getattr(choice, name) is not None}
    if asked or choice.size != "auto":
        return [SIZES[suits]._replace(**asked)]
    return [SIZES[name] for name in reversed(names[: names.index(suits) + 1])]


def _first_that_fits(models: Iterable[_Architecture], fits: Callable[[_Architecture], bool]) -> _Architecture:
    """The first model that fits, or the last one."""
    for model in models:
        if fits(model):
            break
    return model


def _chat_dropout(characters: int) -> float:
    """Dropout of a chatbot: the shorter the text, the more often it is read, and the more dropout it needs."""
    for most, rate in ((500_000, 0.5), (2_000_000, 0.4), (10_000_000, 0.3), (40_000_000, 0.2)):
        if characters < most:
            return rate
    return 0.1


_FEWEST_TOKENS = 1_200_000
"""Fewest tokens to learn from in all epochs: with fewer, a smaller model is better after the same minutes."""

_OPERATIONS = 6 * 1.4
"""Operations per weight and token: two forward and four backward, plus about a third for the gates and the loop."""

_FRAMEWORK = 600_000_000
_BYTES_A_WEIGHT = 24


class RunEstimate(NamedTuple):
    """What a run will take: tokens a second, minutes, epochs, tokens in all epochs, bytes of memory."""

    tokens_per_second: float
    minutes: float
    epochs: float
    tokens: int
    memory: int


def estimate(model: ModelConfig, training: ScriptTrainingConfig, tokens: int, flops: float) -> RunEstimate:
    """Estimates a script writer's run.

    Args:
        model: the architecture.
        training: how it is trained.
        tokens: of the training text.
        flops: operations a second, from `machine.measure_flops`.
    """
    compared = training.sampled_words or model.vocabulary_size
    matrices = model.parameters - (0 if model.tied else model.vocabulary_size * model.embedding)
    matrices -= (model.vocabulary_size - compared) * (model.embedding if model.tied else model.hidden)
    step = training.streams * training.window
    activations = step * (12 * compared + 40 * model.hidden * model.layers)
    memory = _FRAMEWORK + _BYTES_A_WEIGHT * model.parameters + activations
    return _estimate(training.budget, flops / (_OPERATIONS * matrices), tokens, step, memory)


def estimate_chat(
    model: EncoderDecoderConfig, training: ChatTrainingConfig, lengths: NDArray[np.int64], flops: float
) -> RunEstimate:
    """Estimates a chatbot's run; tokens are those of the replies, which alone are learned.

    Args:
        model: the architecture.
        training: how it is trained.
        lengths: ids of each context and each reply to learn from. *Shape:* (exchanges, 2).
        flops: operations a second, from `machine.measure_flops`.
    """
    contexts, replies = (int(ids) for ids in lengths.sum(axis=0))
    replies -= len(lengths)  # their START is not learned
    # Fewer and fewer contexts are hidden until the middle of the run.
    hidden = max(training.empty_contexts, training.empty_at_first / 4 + training.empty_contexts / 2)
    listened = (1.0 - hidden) * contexts / replies
    spoken = model.parameters - model.encoder_parameters
    matrices = spoken + listened * model.encoder_parameters
    step = min(training.batch, len(lengths)) * replies / len(lengths)
    activations = step * (12 * model.vocabulary_size + 40 * (1 + listened) * model.hidden * model.layers)
    memory = _FRAMEWORK + _BYTES_A_WEIGHT * model.parameters + round(activations)
    return _estimate(training.budget, flops / (_OPERATIONS * matrices), replies, step, memory)


def has_time(budget: Budget, guess: RunEstimate) -> bool:
    """Whether a run has time to read enough for a model of its size; True for a budget in epochs or steps.

    Args:
        budget: of the run.
        guess: what the run will take.
    """
    return budget.minutes is None or guess.tokens >= _FEWEST_TOKENS


def _estimate(budget: Budget, speed: float, tokens: int, step: float, memory: int) -> RunEstimate:
    """The estimate for any kind of model.

    Args:
        budget: of the run.
        speed: tokens a second.
        tokens: of an epoch.
        step: tokens of a step.
        memory: in bytes.
    """
    if budget.minutes is not None:
        minutes, epochs = budget.minutes, budget.minutes * 60 * speed / tokens
    elif budget.epochs is not None:
        minutes, epochs = budget.epochs * tokens / speed / 60, budget.epochs
    else:
        epochs = (budget.steps or 0) * step / tokens
        minutes = epochs * tokens / speed / 60
    return RunEstimate(speed, minutes, epochs, round(epochs * tokens), memory)
