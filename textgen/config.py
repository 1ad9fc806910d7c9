"""Configurations of models and of training: frozen dataclasses that refuse invalid values."""

import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from textgen.errors import ConfigurationError
from textgen.json_config import JsonConfig, require, require_share


def _require_vocabulary(size: int) -> None:
    require(size >= FEWEST_TOKENS, "vocabulary_size", size, f"at least {FEWEST_TOKENS} (bytes and structure)")


class Cell(NamedTuple):
    """The structure of a type of recurrent layer, the same in Keras and in NumPy.

    Args:
        gates: number of gates, side by side in a layer's kernels and bias, each as wide as the layer.
        states: number of arrays carried from one time step to the next; the first one is the output.
        open_gates: the gates (from 0) whose biases begin at one.
    """

    gates: int
    states: int
    open_gates: tuple[int, ...]

    def parameters(self, inputs: int, units: int) -> int:
        """Number of weights of a layer."""
        return self.gates * units * (inputs + units + 1)


CELLS = {"lstm": Cell(gates=4, states=2, open_gates=(1,))}
"""The cells by name; each has a Keras layer (`models/recurrent.py`) and a NumPy one (`inference/recurrent.py`)."""

FEWEST_TOKENS = 264
"""Size of the smallest vocabulary, in which everything is spelled in bytes, as a text of a single letter is."""


@dataclass(frozen=True)
class ModelConfig(JsonConfig):
    """The architecture of a language model.

    Args:
        vocabulary_size: number of ids, structural tokens and bytes included.
        embedding: width of a token's vector.
        hidden: units of each LSTM layer.
        layers: number of LSTM layers.
        tied: whether the softmax shares the embedding matrix (through a projection from `hidden` to `embedding`).

    Attributes:
        cell: type of the recurrent layers, one of `CELLS`.
    """

    cell: ClassVar[str] = "lstm"

    vocabulary_size: int
    embedding: int
    hidden: int
    layers: int
    tied: bool

    def __post_init__(self) -> None:
        _require_vocabulary(self.vocabulary_size)
        for name in ("embedding", "hidden", "layers"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")

    @property
    def parameters(self) -> int:
        """Number of weights."""
        inputs = [self.embedding, *[self.hidden] * (self.layers - 1)]
        recurrent = sum(CELLS[self.cell].parameters(width, self.hidden) for width in inputs)
        embedding = self.vocabulary_size * self.embedding
        output = self.hidden * (self.embedding if self.tied else self.vocabulary_size) + self.vocabulary_size
        return embedding + recurrent + output


DIRECTIONS = ("forward", "backward")
"""The directions in which the layers of an encoder read."""


@dataclass(frozen=True)
class EncoderDecoderConfig(JsonConfig):
    """The architecture of a chat model.

    Args:
        vocabulary_size: number of ids, structural tokens and bytes included.
        embedding: width of a token's vector; encoder, decoder and softmax share them.
        hidden: units of each decoder layer; each direction of the encoder has half as many.
        layers: number of layers, of the encoder and of the decoder.
        attention: whether the decoder attends to the context at every token; without, it gets only the encoder's last
            state.
        scaled: whether attention's scores are divided by the root of `hidden` (Vaswani et al. 2017), and START is
            looked at in the empty context only. Without, nearly all weight goes to START, whatever is said.
        copying: whether tokens of the context can be copied (Gu et al. 2016), such as a name that was never seen.
        told_whose: whether the encoder is told whose turn each token belongs to.

    Attributes:
        cell: type of the recurrent layers, one of `CELLS`.
    """

    cell: ClassVar[str] = "lstm"

    vocabulary_size: int
    embedding: int
    hidden: int
    layers: int
    attention: bool = True
    scaled: bool = False
    copying: bool = False
    told_whose: bool = False

    def __post_init__(self) -> None:
        _require_vocabulary(self.vocabulary_size)
        for name in ("embedding", "layers"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        require(self.hidden >= 2 and self.hidden % 2 == 0, "hidden", self.hidden, "an even number above 0")

    @property
    def parameters(self) -> int:
        """Number of weights."""
        decoder = sum(CELLS[self.cell].parameters(inputs, self.hidden) for inputs in self._inputs)
        attention = self.hidden * (self.hidden + self.embedding) if self.attention else 0
        copying = (2 * self.hidden + self.embedding) * self.embedding + self.hidden + 1 if self.copying else 0
        output = self.hidden * self.embedding + self.vocabulary_size
        embedding = (self.vocabulary_size + 2 * self.told_whose) * self.embedding
        return embedding + self.encoder_parameters + decoder + attention + copying + output

    @property
    def encoder_parameters(self) -> int:
        """Number of weights of the encoder, without the token vectors."""
        return sum(2 * CELLS[self.cell].parameters(inputs, self.hidden // 2) for inputs in self._inputs)

    @property
    def _inputs(self) -> list[int]:
        """The width of each layer's input."""
        return [self.embedding, *[self.hidden] * (self.layers - 1)]


@dataclass(frozen=True)
class DiscriminatorConfig(JsonConfig):
    """The architecture of a discriminator.

    Args:
        vocabulary_size: number of ids, the same as the generator's.
        embedding: width of a token's vector.
        widths: widths of the convolutions, in tokens.
        filters: number of filters of each width.
        speakers: number of speakers it tells apart; 0 judges a text without knowing who speaks.
        matching: width of the vectors in which a reply is matched with its message; 0 judges texts by themselves.
        voices: classes of real texts, by who speaks: one for each of the first labels and one for all other speakers,
            at least 2; 0 puts real texts into one class.
    """

    vocabulary_size: int
    embedding: int = 64
    widths: tuple[int, ...] = (2, 3, 4, 5)
    filters: int = 64
    speakers: int = 0
    matching: int = 0
    voices: int = 0

    def __post_init__(self) -> None:
        for name in ("vocabulary_size", "embedding", "filters"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        apart = bool(self.widths) and len(set(self.widths)) == len(self.widths)
        require(apart and min(self.widths) >= 1, "widths", self.widths, "different lengths of at least 1")
        for name in ("speakers", "matching"):
            require(getattr(self, name) >= 0, name, getattr(self, name), "at least 0")
        require(self.voices == 0 or self.voices >= 2, "voices", self.voices, "0, or at least 2")

    @property
    def features(self) -> int:
        """Number of filters of all widths together."""
        return len(self.widths) * self.filters

    @property
    def classes(self) -> int:
        """Number of classes of real texts."""
        return max(1, self.voices)


AnyArchitecture: TypeAlias = ModelConfig | EncoderDecoderConfig | DiscriminatorConfig
"""The architecture of any network."""


@dataclass(frozen=True)
class Budget(JsonConfig):
    """How long a run lasts: exactly one of minutes of training, epochs over the corpus, or steps."""

    minutes: float | None = None
    epochs: float | None = None
    steps: int | None = None

    def __post_init__(self) -> None:
        given = {name: value for name, value in asdict(self).items() if value is not None}
        if len(given) != 1:
            raise ConfigurationError(
                f"A run has one budget, but got {' and '.join(given) or 'none'}: choose minutes, epochs or steps."
            )
        ((name, value),) = given.items()
        require(math.isfinite(value) and value > 0, name, value, "a number above 0")

    def describe(self) -> str:
        """The budget in words, such as `20 minutes`."""
        name, value = next((name, value) for name, value in asdict(self).items() if value is not None)
        return f"{value:g} {name if value != 1 else name[:-1]}"


@dataclass(frozen=True)
class TrainingConfig(JsonConfig):
    """How a model of any kind is trained.

    Args:
        budget: how long the run lasts.
        seed: seed of all randomness; the same seed on the same machine gives the same weights.
        precision: dtype of the matrix products; weights and cell states are always float32.
        towers: most parts that a batch is split into; they are computed in parallel.
        learning_rate: the peak, reached after the warm-up.
        warm_up: steps in which the learning rate rises to its peak.
        weight_decay: weight decay of AdamW, on matrices only.
        clip: largest global norm of a gradient.
        dropout: locked dropout on token vectors, between layers and before the softmax; 0 turns it off.
        embedding_dropout: share of the vocabulary whose vectors are dropped for a step; 0 turns it off.
        weight_drop: share of recurrent weights dropped for a step; 0 turns it off.
        validations: how many times the held-out text is scored in a run; fewer times in a short one.
        patience: stop after this many validations without improvement.
    """

    budget: Budget
    seed: int = 0
    precision: Literal["float32", "bfloat16"] = "float32"
    towers: int = 1
    learning_rate: float = 6e-3
    warm_up: int = 100
    weight_decay: float = 0.02
    clip: float = 1.0
    dropout: float = 0.2
    embedding_dropout: float = 0.0
    weight_drop: float = 0.0
    validations: int = 20
    patience: int = 6

    def __post_init__(self) -> None:
        require(self.precision in ("float32", "bfloat16"), "precision", self.precision, "float32 or bfloat16")
        for name in ("towers", "warm_up", "validations", "patience"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        for name in ("dropout", "embedding_dropout", "weight_drop"):
            require_share(name, getattr(self, name))
        for name in ("learning_rate", "clip"):
            require(0 < getattr(self, name) < math.inf, name, getattr(self, name), "a number above 0")
        require(0 <= self.weight_decay < 1, "weight_decay", self.weight_decay, "at least 0 and below 1")
        require(0 <= self.seed < 2**63, "seed", self.seed, "a whole number from 0 to 2**63 - 1")


@dataclass(frozen=True)
class ScriptTrainingConfig(TrainingConfig):
    """How a language model is trained.

    Args:
        input_dropout: locked dropout on token vectors, in place of `dropout`; 0 turns it off.
        token_dropout: share of input tokens that are hidden (blank noising, Xie et al. 2017); 0 turns it off.
        streams: number of places in the corpus that are read in parallel (the batch).
        window: window length, in tokens of each stream.
        reset: share of window boundaries at which a stream's state is zeroed.
        beginnings: share of windows in which a stream begins anew, as a page without a prompt does.
        sampled_words: words sampled for the softmax of each step, besides all structural and spelling tokens; 0 uses
            the whole vocabulary.
    """

    input_dropout: float = 0.0
    token_dropout: float = 0.0
    streams: int = 64
    window: int = 64
    reset: float = 0.02
    beginnings: float = 0.0
    sampled_words: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("streams", "window"):
            require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        for name in ("input_dropout", "token_dropout", "reset", "beginnings"):
            require_share(name, getattr(self, name))
        require(self.sampled_words >= 0, "sampled_words", self.sampled_words, "at least 0")


@dataclass(frozen=True)
class ChatTrainingConfig(TrainingConfig):
    """How a chat model is trained.

    Args:
        batch: exchanges in one step.
        label_smoothing: share of the target's probability that is spread over the vocabulary; 0 turns it off.
        empty_contexts: share of batches whose contexts are hidden, so that the model learns how likely a reply is
            without its context.
        empty_at_first: the same share at the beginning of a run; it falls until half of the budget is spent. Without
            contexts the model learns the language in half the time.
    """

    batch: int = 64
    label_smoothing: float = 0.05
    empty_contexts: float = 0.1
    empty_at_first: float = 0.8

    def __post_init__(self) -> None:
        super().__post_init__()
        require(self.batch >= 1, "batch", self.batch, "at least 1")
        for name in ("label_smoothing", "empty_contexts", "empty_at_first"):
            require_share(name, getattr(self, name))


ADVERSARIAL_LOSSES = ("minimax", "non-saturating", "least-squares", "relativistic", "wasserstein")
"""The losses that generator and critic can minimise in adversarial training."""

GENERATOR_GRADIENTS = ("gumbel", "reinforce")
"""The ways to get a gradient from the critic to the generator through sampled tokens."""

CONDITIONS = ("projection", "speakers")
"""The ways in which a critic can know who speaks."""

_GUMBEL_ONLY = {"tokens": "hard", "temperature": 1.0, "last_temperature": 0.5}
_REINFORCE_ONLY = {"discount": 0.5}


@dataclass(frozen=True)
class AdversarialConfig(JsonConfig):
    """Adversarial training of a generator and a critic that tells its lines from real ones.

    Some settings only apply to certain losses or gradients: None takes the usual value, and a value that would have no
    effect is refused.

    Args:
        loss: one of `ADVERSARIAL_LOSSES`.
        gradient: one of `GENERATOR_GRADIENTS`. `gumbel` passes the gradient through sampled tokens (Jang et al. 2017,
            Nie et al. 2019), `reinforce` makes rewarded tokens likelier (Yu et al. 2017, d'Autume et al. 2019).
        real_label: the critic's label of real text, smoothed below 1. Usually 0.9; 1 where the loss has no labels.
        penalty: weight of the gradient penalty, with the Wasserstein loss only; usually 10.
        tokens: `hard` shows the critic the sampled tokens, `soft` their distributions; with `gumbel` only.
        temperature: temperature of the Gumbel softmax at the beginning, with `gumbel` only; usually 1.
        last_temperature: its temperature at the end of the annealing, with `gumbel` only; usually 0.5.
        discount: factor on a reward for each token it is passed back, with `reinforce` only; usually 0.5; 0 is off.
        noise: standard deviation of the noise added to the critic's token vectors at the beginning; it falls to 0 over
            the annealing (Soenderby et al. 2017). 0 turns it off.
        annealing: epochs over which temperature and noise reach their last values.
        generator_rate: peak learning rate of the generator.
        critic_rate: learning rate of the critic, constant.
        critic_steps: critic updates for each generator update.
        warm_up: steps in which only the critic learns.
        teacher_forcing: weight of the teacher-forcing loss, so that the language is not forgotten; 0 turns it off.
        conditional: how the critic knows who speaks; False is off. `projection`, or True, tells it (Miyato and Koyama
            2018); with `speakers` it learns whose real lines are, and the generator to suit it (Salimans et al. 2016).
        batch: number of real lines in an update, and of generated lines.
        length: most tokens in a line; longer lines are left out.
        dropout: share of the critic's features dropped; 0 turns it off.
        pretraining: share of the run's budget for training by teacher forcing alone; 0 where a trained model is given.
    """

    loss: str = "least-squares"
    gradient: str = "gumbel"
    real_label: float | None = None
    penalty: float | None = None
    tokens: str | None = None
    temperature: float | None = None
    last_temperature: float | None = None
    discount: float | None = None
    noise: float = 0.1
    annealing: float = 2.0
    generator_rate: float = 3e-4
    critic_rate: float = 1e-3
    critic_steps: int = 1
    warm_up: int = 100
    teacher_forcing: float = 0.5
    conditional: bool | str = False
    batch: int = 64
    length: int = 32
    dropout: float = 0.25
    pretraining: float = 0.5

    def __post_init__(self) -> None:
        for name, allowed in (("loss", ADVERSARIAL_LOSSES), ("gradient", GENERATOR_GRADIENTS)):
            require(getattr(self, name) in allowed, name, getattr(self, name), f"one of {', '.join(allowed)}")
        if self.loss == "relativistic" and self.gradient == "reinforce":
            raise ConfigurationError(
                "The loss relativistic was asked for together with reinforce, but it compares whole lines in pairs and "
                "reinforce needs a reward for each token: take another loss, or gumbel."
            )
        labelled = self.loss not in ("relativistic", "wasserstein")
        self._settle({"real_label": 0.9}, labelled, f"the loss {self.loss} has no labels", 1.0)
        self._settle({"penalty": 10.0}, self.loss == "wasserstein", "only the loss wasserstein is penalised", 0.0)
        drawn, rewarded = self.gradient == "gumbel", self.gradient == "reinforce"
        self._settle(_GUMBEL_ONLY, drawn, "the gradient is reinforce, which sees drawn tokens only", None)
        self._settle(_REINFORCE_ONLY, rewarded, "the gradient is gumbel, which needs no rewards", None)
        if self.conditional is True:
            object.__setattr__(self, "conditional", "projection")
        known = self.conditional in (False, *CONDITIONS)
        require(known, "conditional", self.conditional, f"True, False, {' or '.join(CONDITIONS)}")
        self._check_ranges()

    def _settle(self, usual: dict[str, Any], matters: bool, why: str, otherwise: float | None) -> None:
        """Fills in settings that are None; refuses a given one that would have no effect."""
        for name, value in usual.items():
            given = getattr(self, name)
            if not matters and given not in (None, otherwise):
                raise ConfigurationError(
                    f"{name} is {given!r}, but {why}: leave it out, or choose a loss and a gradient that use it."
                )
            if given is None:
                object.__setattr__(self, name, value if matters else otherwise)

    def _check_ranges(self) -> None:
        require(self.tokens in (None, "hard", "soft"), "tokens", self.tokens, "one of hard, soft")
        for name in ("temperature", "last_temperature", "generator_rate", "critic_rate"):
            value = getattr(self, name)
            require(value is None or 0 < value < math.inf, name, value, "a number above 0")
        for name in ("penalty", "noise", "annealing", "teacher_forcing"):
            require(0 <= getattr(self, name) < math.inf, name, getattr(self, name), "a number of at least 0")
        for name, least in (("critic_steps", 1), ("batch", 1), ("warm_up", 0)):
            require(getattr(self, name) >= least, name, getattr(self, name), f"at least {least}")
        require(2 <= self.length <= 64, "length", self.length, "from 2 to 64 tokens, so that a step stays short")
        require(0.5 < (self.real_label or 0) <= 1, "real_label", self.real_label, "above 0.5 and at most 1")
        for name in ("dropout", "pretraining"):
            require_share(name, getattr(self, name))
        require(0 <= (self.discount or 0) <= 1, "discount", self.discount, "from 0 to 1")
