"""The settings of adversarial training: a frozen dataclass that refuses what makes no sense or would have no effect."""

import math
from dataclasses import dataclass
from typing import Any

from textgen.config import JsonConfig, require, require_share
from textgen.errors import ConfigurationError

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
