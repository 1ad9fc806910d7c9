"""Choosing one token: the likeliest, or one drawn with a number that depends on seed and step alone."""

import secrets
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.logits import distribution_transforms
from textgen.decoding.options import LARGEST_SEED, DecodingOptions
from textgen.decoding.protocols import Logits

_BLOCK = 256  # draws made at once: starting the generator costs more than the draw
_WORTH_NARROWING = 256
_STRETCH = 128  # tokens whose probabilities are summed before any running sum


def sequence_seeds(options: DecodingOptions) -> tuple[int, ...]:
    """A seed for each sequence: `seed + i`, so that each can be written again alone."""
    first = secrets.randbits(32) if options.seed is None else options.seed
    return tuple((first + i) & LARGEST_SEED for i in range(options.num_return_sequences))


def line_seed(seed: int, line: int) -> int:
    """The seed of the first candidate for a line of a sequence that is written line by line.

    Args:
        seed: of the sequence.
        line: counted from 0.
    """
    return int(np.random.SeedSequence(seed, spawn_key=(line,)).generate_state(1, np.uint64)[0])


def uniform(seed: int, step: int) -> float:
    """A number in [0, 1) that depends on the seed and the step alone (Philox, Salmon et al. 2011)."""
    return float(_uniforms(seed, step // _BLOCK)[step % _BLOCK])


@lru_cache(maxsize=256)
def _uniforms(seed: int, block: int) -> NDArray[np.float64]:
    generator = np.random.Philox(key=seed, counter=block * _BLOCK)
    bits: NDArray[np.uint64] = generator.random_raw(_BLOCK)
    return (bits >> np.uint64(11)).astype(np.float64) * 2.0**-53


def draw(logits: Logits, u: float) -> int:
    """The token at `u` of the cumulative distribution; a token of probability zero is never drawn.

    Args:
        logits: *Shape:* (tokens,).
        u: in [0, 1).

    Example:
        Probabilities 0.5, 0, 0.5: 0.49 gives 0, 0.5 gives 2.
    """
    # Exponentials take most of the time, in float64 five times more: only the running sums need that precision.
    weights = logits - logits.max()
    np.exp(weights, out=weights)
    # Sums are quick and running sums are slow: first the stretch is found, then the token within it.
    stretches = np.add.reduceat(weights, np.arange(0, len(weights), _STRETCH))
    masses = stretches.cumsum(dtype=np.float64)
    goal = u * masses[-1]
    stretch = _reached(masses, goal)
    begin = stretch * _STRETCH
    if stretch:
        goal -= masses[stretch - 1]
    return begin + _reached(weights[begin : begin + _STRETCH].cumsum(dtype=np.float64), goal)


def _reached(mass: NDArray[np.float64], goal: float) -> int:
    """The first place at which a running sum is above the goal.

    Rounding may put the goal at the end of the sum: then it is the last place that adds to the sum.
    """
    place = int(mass.searchsorted(goal, side="right"))
    return place if place < len(mass) else int(mass.searchsorted(mass[-1], side="left"))


class Sampler:
    """Chooses a token as the options say: transforms of the distribution, then a draw; or the likeliest.

    Args:
        options: what is asked.
    """

    def __init__(self, options: DecodingOptions) -> None:
        self._greedy = options.greedy
        self._transforms = distribution_transforms(options)

    def choose(self, logits: Logits, seed: int, step: int) -> int:
        """One token.

        Args:
            logits: -inf where a token may not be chosen. *Shape:* (vocabulary,).
            seed: of the sequence.
            step: tokens of the sequence before this one.

        Raises:
            RuntimeError: no token may be chosen, an error in the constraints.
        """
        likeliest = int(logits.argmax())
        if logits[likeliest] == -np.inf:
            raise nothing_left(step)
        if self._greedy:
            return likeliest
        tokens: NDArray[np.intp] | None = None
        for transform in self._transforms:
            logits = transform(logits)
            alive = logits > -np.inf
            if len(logits) > _WORTH_NARROWING and np.count_nonzero(alive) < len(logits) // 2:
                left = np.flatnonzero(alive)
                logits, tokens = logits[left], left if tokens is None else tokens[left]
        index = draw(logits, uniform(seed, step))
        return index if tokens is None else int(tokens[index])


def nothing_left(step: int) -> RuntimeError:
    """The error of a step at which the constraints rule everything out."""
    return RuntimeError(
        f"No token is left to choose at step {step}: the constraints exclude each other. "
        "This is an error in textgen; please report it with the options that were given."
    )
