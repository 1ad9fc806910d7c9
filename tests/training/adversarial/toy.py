"""An artificial language whose distribution is known, and small players to learn it."""

from itertools import pairwise
from typing import Any

import numpy as np
import tensorflow as tf

from textgen.config import AdversarialConfig, Budget, DiscriminatorConfig, ModelConfig, ScriptTrainingConfig
from textgen.models.discriminator import KerasDiscriminator
from textgen.models.language_model import KerasLanguageModel
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END, START
from textgen.training.adversarial.critic import Critic
from textgen.training.adversarial.rollout import Generator
from textgen.training.adversarial.step import AdversarialBatches, AdversarialStep, Passages
from textgen.training.batches import Windows
from textgen.training.prepare import initial_weights

VOCABULARY = 270
LETTERS = 6
LENGTH = 12

ARCHITECTURE = ModelConfig(VOCABULARY, embedding=12, hidden=24, layers=1, tied=False)


class Automaton:
    """A random Markov chain over a few letters; a line ends with a fixed probability once it has a letter."""

    def __init__(self, seed: int = 0) -> None:
        random = np.random.default_rng(seed)
        sharp = random.dirichlet(np.full(LETTERS, 0.15), LETTERS)
        self.moves = 0.94 * sharp + 0.06 / LETTERS  # every line is possible, so that every nll is finite
        self.first = np.full(LETTERS, 1 / LETTERS)
        self.ending = 0.15

    def line(self, random: np.random.Generator) -> list[int]:
        """The ids of a line, LINE_END included."""
        letter = int(random.choice(LETTERS, p=self.first))
        line = [letter]
        while random.random() >= self.ending and len(line) < LENGTH - 1:
            letter = int(random.choice(LETTERS, p=self.moves[letter]))
            line.append(letter)
        return [FIRST_LABEL + letter for letter in line] + [LINE_END]

    def nll(self, ids: np.ndarray, lengths: np.ndarray) -> float:
        """Exact nats a letter of lines (batch, time); how long they are does not count."""
        nats, letters = 0.0, 0
        for row, length in zip(ids, lengths, strict=True):
            line = [token - FIRST_LABEL for token in row[:length] if token != LINE_END]
            nats -= np.log(self.first[line[0]]) + sum(np.log(self.moves[a, b]) for a, b in pairwise(line))
            letters += len(line)
        return nats / letters

    def corpus(self, lines: int, seed: int = 1) -> np.ndarray:
        """Documents of one line each. *Shape:* (tokens,)."""
        random = np.random.default_rng(seed)
        return np.array([token for _ in range(lines) for token in (START, *self.line(random), END)], np.uint16)


def language_model(seed: int = 0) -> KerasLanguageModel:
    network = KerasLanguageModel(ARCHITECTURE)
    weights = initial_weights(ARCHITECTURE, seed)
    for name, variable in network.named_weights().items():
        variable.assign(weights[name])
    return network


def generator(network: KerasLanguageModel | None = None, length: int = LENGTH) -> Generator:
    spoken = np.zeros(VOCABULARY, bool)
    spoken[[LINE_END, *range(FIRST_LABEL, FIRST_LABEL + LETTERS)]] = True
    return Generator(network or language_model(), spoken, length)


def critic(config: AdversarialConfig, speakers: int = 0, voices: int = 0) -> Critic:
    chosen = DiscriminatorConfig(VOCABULARY, embedding=12, widths=(2, 3), filters=16, speakers=speakers, voices=voices)
    network, weights = KerasDiscriminator(chosen), initial_weights(chosen, 3)
    for name, variable in network.named_weights().items():
        variable.assign(weights[name])
    return Critic(network, config, seed=0, clip=1.0)


def players(ids: np.ndarray, **settings: Any) -> tuple[AdversarialStep, AdversarialBatches]:
    """Both players and their batches; the generator knows nothing yet, and nobody tells it but the critic."""
    usual = {"batch": 32, "warm_up": 10, "teacher_forcing": 0.0, "length": LENGTH, "generator_rate": 3e-3}
    config = AdversarialConfig(**{**usual, "critic_rate": 3e-3, **settings})
    training = ScriptTrainingConfig(Budget(steps=1), dropout=0.0, streams=4, window=8)
    passages = Passages(ids, 0, LENGTH)
    batches = AdversarialBatches(Windows(ids, 4, 8, 0.0, 0), passages, config.batch, config.critic_steps + 1, 0)
    judge = critic(config, voices=2 if config.conditional == "speakers" else 0)
    step = AdversarialStep(generator(), judge, training, config, 4, batches.steps_per_epoch)
    return step, batches


def learn(step: AdversarialStep, batches: AdversarialBatches, steps: int, rate: float = 3e-3) -> list[Any]:
    """Does some steps from the beginning; gives the state after them."""
    state = step.initial_state()
    for number in range(steps):
        _, state = step(batches.batch(number), state, number, rate)
    return state


def sample(step: AdversarialStep, lines: int = 400) -> tuple[np.ndarray, np.ndarray]:
    """Ids and lengths of fresh lines."""
    ids, lengths = step.generator.sample(np.full((1, lines), START), tf.constant([9, 9], tf.int64))
    return ids.numpy(), lengths.numpy()
