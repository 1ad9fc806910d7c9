"""The losses of the two players, from the critic's logits."""

from collections.abc import Callable
from typing import Any, NamedTuple

from keras import ops

Tensor = Any


class Loss(NamedTuple):
    """What each player minimises.

    Args:
        critic: logits of real texts, of generated ones and the label of real text to a loss for each pair.
            *Shapes:* (batch,), (batch,), () to (batch,).
        generator: logits of generated texts, of real ones and the label of real text to a loss for each generated text.
            *Shapes:* (...), (...), () to (...).
    """

    critic: Callable[[Tensor, Tensor, float], Tensor]
    generator: Callable[[Tensor, Tensor, float], Tensor]


def _cross_entropy(real: Tensor, generated: Tensor, label: float) -> Tensor:
    """The critic's for log-odds; only real text's label is smoothed (Salimans et al. 2016)."""
    smoothed = label * ops.softplus(-real) + (1.0 - label) * ops.softplus(real)
    return smoothed + ops.softplus(generated)


LOSSES = {
    # Goodfellow et al. 2014, as it is derived: the critic is to be proved wrong.
    "minimax": Loss(_cross_entropy, lambda generated, real, label: -ops.softplus(generated)),
    # The same paper, as it is used: its gradient does not vanish while the critic is ahead.
    "non-saturating": Loss(_cross_entropy, lambda generated, real, label: ops.softplus(-generated)),
    # Mao et al. 2017: the logit is to be the label itself.
    "least-squares": Loss(
        lambda real, generated, label: 0.5 * (ops.square(real - label) + ops.square(generated)),
        lambda generated, real, label: 0.5 * ops.square(generated - label),
    ),
    # Jolicoeur-Martineau 2019, in pairs: which of the two is more real?
    "relativistic": Loss(
        lambda real, generated, label: ops.softplus(generated - real),
        lambda generated, real, label: ops.softplus(real - generated),
    ),
    # Arjovsky et al. 2017; the gradient penalty comes on top.
    "wasserstein": Loss(
        lambda real, generated, label: generated - real,
        lambda generated, real, label: -generated,
    ),
}
"""By their names in `AdversarialConfig`."""
