"""Training a discriminator: real texts against fresh samples of a frozen generator."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import textgen.models  # noqa: F401 - imports TensorFlow without its remarks, so it comes before all that imports it
from textgen.config import Budget, DiscriminatorConfig, TrainingConfig
from textgen.errors import TrainingError
from textgen.inference.discriminator import Discriminator as NumpyDiscriminator
from textgen.judging.calibration import cross_entropy, fit_temperature
from textgen.judging.judge import JUDGED
from textgen.judging.matching import Examples, Text, balanced, halves, matched
from textgen.judging.saved import SavedDiscriminator, Weights
from textgen.judging.worth import accuracy, measure_worth
from textgen.model_folder import Model
from textgen.models.discriminator import Discriminator
from textgen.training.building import versions
from textgen.training.discriminator_step import DiscriminatorStep, TextBatches
from textgen.training.initialisation import initial_weights
from textgen.training.real_texts import RealTexts
from textgen.training.schedule import Clock, learning_rate
from textgen.training.step import exported

FEWEST = 50
"""Texts of a kind without which no figure means anything."""

_BATCH = 64
_VALIDATIONS_AN_EPOCH = 2
_PATIENCE = 6

Note = Callable[[str], None]


@dataclass(frozen=True)
class Samples:
    """What the frozen generator wrote.

    Args:
        training: ids of the texts to learn from.
        held_out: of those to be judged by.
        decoding: how they were written, the seed included.
    """

    training: Sequence[Text]
    held_out: Sequence[Text]
    decoding: dict[str, Any]


def parts_of(samples: int) -> tuple[int, int]:
    """How many of the samples are learned from, and how many the rest are, to be judged by."""
    learned = samples * 2 // 3
    return learned, samples - learned


def require_enough(real: RealTexts, samples: int, noun: str) -> None:
    """Refuses what can only fail, before anything is written.

    Args:
        real: the real texts.
        samples: how many are to be written.
        noun: what the texts are, in the plural.

    Raises:
        TrainingError: there are too few of either kind in one of the parts.
    """
    for whose, parts, advice in (
        ("real", (len(real.training), len(real.held_out)), "give more text with --corpus"),
        ("generated", parts_of(samples), "give --samples a larger number"),
    ):
        needed = {"to learn from": FEWEST, "to be judged by": 2 * FEWEST}
        for there, (purpose, fewest) in zip(parts, needed.items(), strict=True):
            if there < fewest:
                raise TrainingError(
                    f"A discriminator was to be trained, but there would be only {there:,} {whose} {noun} {purpose}, "
                    f"and {fewest} are needed: {advice}."
                )


def make_discriminator(
    model: Model, real: RealTexts, samples: Samples, budget: Budget, seed: int, note: Note
) -> SavedDiscriminator:
    """Trains a discriminator, makes its probabilities honest and measures what it is worth.

    The held-out texts are halved: the first half says when to stop and sets the temperature, the second one is seen
    by the figures alone.

    Args:
        model: the frozen generator.
        real, samples: the texts.
        budget: of the training.
        seed: of the first weights, the order and the draws.
        note: is told how it goes.

    Raises:
        TrainingError: there are too few texts, or the loss is no longer finite.
    """
    noun = JUDGED[model.card.kind]
    training = matched(real.training, samples.training, seed)
    first, second = zip(halves(real.held_out, seed), halves(samples.held_out, seed), strict=True)
    deciding, judging = matched(*first, seed), matched(*second, seed)
    _require_enough_matched(training, deciding, judging, noun=noun)
    note(f"learning  from {len(training.texts):,} {noun}, half of them real, of equal lengths")
    config = DiscriminatorConfig(model.tokenizer.vocabulary_size)
    how = TrainingConfig(budget, seed=seed, learning_rate=2e-3, weight_decay=0.1, dropout=0.5)
    weights = learn(config, how, training, deciding, note)
    network = NumpyDiscriminator(config, weights)
    temperature = fit_temperature(network.logits(deciding.texts), deciding.real)
    metrics = measure_worth(
        network,
        temperature,
        (training, balanced(real.training, samples.training, seed)),
        (judging, balanced(*second, seed)),
    )
    return SavedDiscriminator(
        config, weights, temperature, model.card.metrics, samples.decoding, real.corpus, metrics, versions()
    )


def learn(
    config: DiscriminatorConfig, how: TrainingConfig, training: Examples, deciding: Examples, note: Note
) -> Weights:
    """Trains a network.

    Args:
        config: its architecture.
        how: budget, rates and seed.
        training: to learn from.
        deciding: says which weights are the best, and when nothing better comes.
        note: is told of each validation.

    Returns:
        The weights with the least cross-entropy on `deciding`.

    Raises:
        TrainingError: the loss is no longer finite.
    """
    network = Discriminator(config)
    for name, array in initial_weights(config, how.seed).items():
        network.named_weights()[name].assign(array)
    batches, step = TextBatches(training, _BATCH, how.seed), DiscriminatorStep(network, how)
    clock, every = Clock(how.budget, batches.steps_per_epoch), max(1, batches.steps_per_epoch // _VALIDATIONS_AN_EPOCH)
    best, least, stale, number, started = exported(network), float("inf"), 0, 0, time.monotonic()
    while (progress := clock.progress(number, time.monotonic() - started)) < 1.0 and stale < _PATIENCE:
        loss, _ = step(batches.batch(number), [], number, learning_rate(how.learning_rate, number, progress))
        if not np.isfinite(loss):
            raise TrainingError(
                f"The discriminator's loss was no longer finite after {number} steps, so nothing was saved: "
                "train again with another --seed."
            )
        number += 1
        if number % every and clock.progress(number, time.monotonic() - started) < 1.0:
            continue
        logits = NumpyDiscriminator(config, exported(network)).logits(deciding.texts)
        nats, right = cross_entropy(logits, deciding.real), accuracy(logits, deciding.real)
        is_best = nats < least
        if is_best:
            best, least, stale = exported(network), nats, 0
        else:
            stale += 1
        epoch = number / batches.steps_per_epoch
        note(
            f"epoch {epoch:.1f}  training {loss:.3f}  held out {nats:.3f} nats, {right:.1%} right"
            f"{'  best so far' if is_best else ''}"
        )
    return best


def _require_enough_matched(*parts: Examples, noun: str) -> None:
    fewest = min(len(part.texts) // 2 for part in parts)
    if fewest < FEWEST:
        raise TrainingError(
            f"A discriminator was to be trained, but there are only {fewest} real and generated {noun} of equal "
            f"lengths in one of the parts, and {FEWEST} are needed: give --samples a larger number, or more text with "
            "--corpus."
        )
