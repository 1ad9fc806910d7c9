"""What a model is and how it is trained: frozen dataclasses that refuse values which make no sense."""

import math
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal, Self

from textgen.errors import ConfigurationError, ModelError


def _require(holds: bool, name: str, value: object, allowed: str) -> None:
    if not holds:
        raise ConfigurationError(f"{name} is {value!r}; it must be {allowed}: give a value in that range.")


class _JsonConfig:
    """Saving and loading shared by the dataclasses below."""

    def to_json(self) -> dict[str, Any]:
        """The fields as a dictionary of plain JSON values."""
        return asdict(self)  # type: ignore[call-overload, no-any-return]

    @classmethod
    def from_json(cls, values: object) -> Self:
        """The configuration saved by `to_json`.

        Raises:
            ModelError: a field is missing, unknown or out of range.
        """
        names = {field.name for field in fields(cls)}  # type: ignore[arg-type]
        if not isinstance(values, dict) or set(values) != names:
            found = sorted(values) if isinstance(values, dict) else type(values).__name__
            raise ModelError(
                f"The saved {cls.__name__} holds {found}, but this version reads {sorted(names)}: "
                "the model folder was edited or comes from another version; train it again."
            )
        try:
            return cls(**values)
        except (ConfigurationError, TypeError) as error:
            raise ModelError(f"The saved {cls.__name__} is not usable: {error}") from error


@dataclass(frozen=True)
class ModelConfig(_JsonConfig):
    """The architecture of a language model.

    Args:
        vocabulary_size: number of ids, structural tokens and bytes included.
        embedding: width of a token's vector.
        hidden: units of each LSTM layer.
        layers: number of LSTM layers.
        tied: whether the softmax shares the embedding matrix (through a projection from `hidden` to `embedding`).
    """

    vocabulary_size: int
    embedding: int
    hidden: int
    layers: int
    tied: bool

    def __post_init__(self) -> None:
        _require(
            self.vocabulary_size > 264,
            "vocabulary_size",
            self.vocabulary_size,
            "more than 264 (bytes and structure)",
        )
        for name in ("embedding", "hidden", "layers"):
            _require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")

    @property
    def parameters(self) -> int:
        """Number of weights."""
        lstm, inputs = 0, self.embedding
        for _ in range(self.layers):
            lstm += 4 * self.hidden * (inputs + self.hidden + 1)
            inputs = self.hidden
        embedding = self.vocabulary_size * self.embedding
        output = self.hidden * (self.embedding if self.tied else self.vocabulary_size) + self.vocabulary_size
        return embedding + lstm + output


DIRECTIONS = ("forward", "backward")
"""In which the layers of an encoder read."""


@dataclass(frozen=True)
class EncoderDecoderConfig(_JsonConfig):
    """The architecture of a chat model.

    Args:
        vocabulary_size: number of ids, structural tokens and bytes included.
        embedding: width of a token's vector; encoder, decoder and softmax share them.
        hidden: units of each decoder layer; each direction of the encoder has half as many.
        layers: number of layers, of the encoder and of the decoder.
        attention: whether the decoder looks at the context again for every token, or knows it by the encoder's last
            state alone.
    """

    vocabulary_size: int
    embedding: int
    hidden: int
    layers: int
    attention: bool = True

    def __post_init__(self) -> None:
        _require(
            self.vocabulary_size > 264,
            "vocabulary_size",
            self.vocabulary_size,
            "more than 264 (bytes and structure)",
        )
        for name in ("embedding", "layers"):
            _require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        _require(self.hidden >= 2 and self.hidden % 2 == 0, "hidden", self.hidden, "an even number above 0")

    @property
    def parameters(self) -> int:
        """Number of weights."""
        lstm, inputs, half = 0, self.embedding, self.hidden // 2
        for _ in range(self.layers):
            lstm += 2 * 4 * half * (inputs + half + 1) + 4 * self.hidden * (inputs + self.hidden + 1)
            inputs = self.hidden
        attention = self.hidden * (self.hidden + self.embedding) if self.attention else 0
        output = self.hidden * self.embedding + self.vocabulary_size
        return self.vocabulary_size * self.embedding + lstm + attention + output


@dataclass(frozen=True)
class DiscriminatorConfig(_JsonConfig):
    """The architecture of a discriminator.

    Args:
        vocabulary_size: number of ids, those of the generator it judges.
        embedding: width of a token's vector.
        widths: lengths in tokens of the spans that are looked at.
        filters: patterns looked for in the spans of each width.
        speakers: number of speakers it tells apart; 0 judges a text without knowing who speaks.
    """

    vocabulary_size: int
    embedding: int = 64
    widths: tuple[int, ...] = (2, 3, 4, 5)
    filters: int = 64
    speakers: int = 0

    def __post_init__(self) -> None:
        if isinstance(self.widths, list):  # as it comes from JSON
            object.__setattr__(self, "widths", tuple(self.widths))
        for name in ("vocabulary_size", "embedding", "filters"):
            _require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        apart = bool(self.widths) and len(set(self.widths)) == len(self.widths)
        _require(apart and min(self.widths) >= 1, "widths", self.widths, "different lengths of at least 1")
        _require(self.speakers >= 0, "speakers", self.speakers, "at least 0")

    @property
    def features(self) -> int:
        """Number of patterns of all widths."""
        return len(self.widths) * self.filters


@dataclass(frozen=True)
class Budget(_JsonConfig):
    """How long a run lasts: exactly one of minutes of training, epochs over the corpus, or steps."""

    minutes: float | None = None
    epochs: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        given = {name: value for name, value in asdict(self).items() if value is not None}
        if len(given) != 1:
            raise ConfigurationError(
                f"A run has one budget, but {' and '.join(given) or 'none'} was given: choose minutes, epochs or steps."
            )
        ((name, value),) = given.items()
        _require(math.isfinite(value) and value > 0, name, value, "a number above 0")

    def describe(self) -> str:
        """The budget in words, such as `20 minutes`."""
        name, value = next((name, value) for name, value in asdict(self).items() if value is not None)
        return f"{value:g} {name if value != 1 else name[:-1]}"


@dataclass(frozen=True)
class TrainingConfig(_JsonConfig):
    """How a model of any kind is trained.

    Args:
        budget: how long.
        seed: of all randomness; the same seed on the same machine gives the same weights.
        precision: dtype of the matrix products; weights and cell states are always float32.
        learning_rate: the peak, reached after the warm-up.
        weight_decay: of AdamW, on matrices only.
        clip: largest global norm of a gradient.
        dropout: locked dropout on embeddings, between layers and before the softmax; 0 turns it off.
        embedding_dropout: share of the vocabulary whose vectors are dropped for a step; 0 turns it off.
        weight_drop: share of recurrent weights dropped for a step; 0 turns it off.
        validations: how many times the held-out text is scored in a run.
        patience: stop after this many validations without improvement.
    """

    budget: Budget
    seed: int = 0
    precision: Literal["float32", "bfloat16"] = "float32"
    learning_rate: float = 6e-3
    weight_decay: float = 0.02
    clip: float = 1.0
    dropout: float = 0.2
    embedding_dropout: float = 0.0
    weight_drop: float = 0.0
    validations: int = 20
    patience: int = 6

    def __post_init__(self) -> None:
        if isinstance(self.budget, dict):  # as it comes from JSON
            object.__setattr__(self, "budget", Budget.from_json(self.budget))
        _require(self.precision in ("float32", "bfloat16"), "precision", self.precision, "float32 or bfloat16")
        for name in ("validations", "patience"):
            _require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        for name in ("dropout", "embedding_dropout", "weight_drop"):
            _require_share(name, getattr(self, name))
        for name in ("learning_rate", "clip"):
            _require(0 < getattr(self, name) < math.inf, name, getattr(self, name), "a number above 0")
        _require(0 <= self.weight_decay < 1, "weight_decay", self.weight_decay, "at least 0 and below 1")
        _require(0 <= self.seed < 2**63, "seed", self.seed, "a whole number from 0 to 2**63 - 1")


@dataclass(frozen=True)
class ScriptTrainingConfig(TrainingConfig):
    """How a language model is trained.

    Args:
        streams: places in the corpus that are read side by side (the batch).
        window: window length, tokens a stream in one step.
        reset: share of window boundaries at which a stream's state is zeroed.
    """

    streams: int = 64
    window: int = 64
    reset: float = 0.02

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("streams", "window"):
            _require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        _require_share("reset", self.reset)


@dataclass(frozen=True)
class ChatTrainingConfig(TrainingConfig):
    """How a chat model is trained.

    Args:
        batch: exchanges in one step.
        label_smoothing: share of the target's probability that is spread over the vocabulary; 0 turns it off.
        empty_contexts: share of exchanges whose context is hidden, so that the model learns how likely a reply is by
            itself.
    """

    batch: int = 64
    label_smoothing: float = 0.05
    empty_contexts: float = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        _require(self.batch >= 1, "batch", self.batch, "at least 1")
        for name in ("label_smoothing", "empty_contexts"):
            _require_share(name, getattr(self, name))


def _require_share(name: str, value: float) -> None:
    _require(0 <= value < 1, name, value, "at least 0 and below 1")
