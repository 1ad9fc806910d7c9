"""What a token costs: one network with the same weights in textgen, PyTorch, TensorFlow and Keras.

    python benchmarks/generation_latency.py

The network has two LSTM layers of 512 and a softmax of its own; characters are 100 with vectors of 64, words 10,000
with vectors of 256. The kind of word model that textgen trains by itself, whose softmax shares the embedding, is
smaller, and a row of its own. (A character model that textgen has trained has 264 ids more, for bytes and structure;
here it has as many as its peers.)

- Before anything is timed, all systems must give the same logits, to 1e-3, after the same tokens. The weights are those
  that training begins with: smaller ones would give the same logits whatever is done with them.
- A step is ids in and logits out, both NumPy arrays. "share of bandwidth" is the rate at which textgen's step goes
  through its matrices, against the rate of one product of a matrix as large as all of them with a vector.
- Of 64 sequences two loops compiled whole by TensorFlow also draw the tokens, and so does textgen's loop. None of them
  comes to an end before the last token: with these weights END is never drawn.
- Options: what a choice among 10,000 words costs beyond a plain draw, on logits with a perplexity of about 60 and
  after 200 tokens, and which share of the word model's step that is.
"""

import argparse
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from measuring import Row, interleaved, shown
from networks import VOCABULARIES, Weights, architecture
from numpy.typing import NDArray

from textgen.config import ModelConfig
from textgen.decoding.logits import history_transform
from textgen.decoding.loop import decode
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import GeneratedSequence, collect
from textgen.decoding.sampler import Sampler
from textgen.decoding.sequence import SequenceStart
from textgen.inference.language_model import LanguageModel
from textgen.tokenizers.base import END, FIRST_LABEL
from textgen.training.prepare import initial_weights

Ids = NDArray[np.integer]
Step = Callable[[Ids], NDArray[np.float32]]
"""Ids (batch,) to logits (batch, vocabulary); the state is kept from call to call, zero before the first."""

BATCHES = (1, 64)
LOOP_TOKENS = 32
ROUNDS = 9

OPTIONS: dict[str, dict[str, Any]] = {
    "temperature 0.8": {"temperature": 0.8},
    "top_k 50": {"top_k": 50},
    "top_p 0.95": {"top_p": 0.95},
    "min_p 0.05": {"min_p": 0.05},
    "typical_p 0.95": {"typical_p": 0.95},
    "repetition_penalty 1.1": {"repetition_penalty": 1.1},
    "no_repeat_ngram_size 3": {"no_repeat_ngram_size": 3},
}
OPTIONS["all of these"] = {name: value for chosen in OPTIONS.values() for name, value in chosen.items()}
HISTORY = 200
DEVIATION = 3.5
"""Of normal logits of 10,000 words with a perplexity of about 60."""


class Stepper:
    """textgen's network, its state kept as the peers keep theirs.

    Args:
        network: the model.
        batch: sequences.
    """

    def __init__(self, network: LanguageModel, batch: int) -> None:
        self._network, self._state = network, network.initial_state(batch)

    def __call__(self, ids: Ids) -> NDArray[np.float32]:
        logits, self._state = self._network.step(ids, self._state)
        return logits


class Silent:
    """A renderer without words: the benchmark asks for ids only."""

    def advance(self, token: int, /) -> tuple[str, "Silent"]:
        """No text."""
        return "", self

    def flush(self) -> str:
        """No text."""
        return ""


def check_agreement(systems: dict[str, Step], vocabulary: int, batch: int) -> None:
    """Stops where the systems do not compute the same."""
    for ids in np.arange(3 * batch).reshape(3, batch) % vocabulary:
        logits = {name: step(ids) for name, step in systems.items()}
        for name, found in logits.items():
            if not np.allclose(found, logits["textgen"], atol=1e-3):
                raise SystemExit(f"{name} and textgen give other logits with the same weights: nothing was timed.")


def measure_steps(case: str, batch: int) -> list[Row]:
    """Times a token, and at larger batches a whole loop of tokens, in each system."""
    import peers

    vocabulary, config = VOCABULARIES[case], architecture(case)
    weights = endless_weights(config)
    network = LanguageModel(config, weights)
    systems: dict[str, Step] = {
        "textgen": Stepper(network, batch),
        "pytorch-f32": peers.pytorch_step(weights, batch),
        "tensorflow-step": peers.tensorflow_step(weights, batch),
    }
    if batch == 1:
        systems["keras"] = peers.keras_predict(weights, batch)
    check_agreement(systems, vocabulary, batch)
    if case == "words":
        tied = architecture(case, tied=True)
        systems["textgen-tied"] = Stepper(LanguageModel(tied, endless_weights(tied)), batch)
    ids = np.arange(batch) % vocabulary
    actions: dict[str, Callable[[], object]] = {name: partial(step, ids) for name, step in systems.items()}
    if batch > 1:
        actions["textgen-loop"] = partial(write, network, batch)
        for name, compiled in (("tensorflow-loop", False), ("tensorflow-loop-xla", True)):
            actions[name] = peers.tensorflow_loop(weights, batch, LOOP_TOKENS, compiled)
    else:
        actions["product"] = whole_product(case, weights)
    taken = interleaved(actions, ROUNDS)
    product = taken.pop("product", None)
    for name in taken:
        taken[name] /= batch if name in systems else batch * LOOP_TOKENS
    rows = [row(f"{case}, batch {batch}", name, seconds, taken["textgen"]) for name, seconds in taken.items()]
    if product is not None:
        rows[0]["share_of_bandwidth"] = product / taken["textgen"]
    return rows


def endless_weights(config: ModelConfig) -> Weights:
    """Those that training begins with, but that the text never ends: a sequence that does leaves the batch."""
    weights = initial_weights(config, seed=0)
    weights["output/bias"][END] = -30.0
    return weights


def write(network: LanguageModel, batch: int) -> list[GeneratedSequence]:
    """textgen's own loop, drawing from the distribution as it is."""
    options = DecodingOptions(temperature=1.0, num_return_sequences=batch, max_new_tokens=LOOP_TOKENS, seed=1)
    return collect(decode(network.step, network.initial_state(), SequenceStart([FIRST_LABEL], Silent()), options))


def row(case: str, system: str, seconds: float, ours: float) -> Row:
    """The figures of a system, and how many times as long it takes as textgen's step."""
    return {
        "case": case,
        "system": system,
        "tokens_per_second": 1 / seconds,
        "milliseconds_per_token": 1000 * seconds,
        "times_textgen": seconds / ours,
    }


def whole_product(case: str, weights: Weights) -> Callable[[], object]:
    """One product of a vector with a matrix that is as large as all that a step multiplies with."""
    read = {name: array for name, array in weights.items() if name.endswith("kernel")}
    if case == "characters":
        del read["lstm_0/kernel"]  # the first layer's input comes from a table
    matrix = np.ones((1024, sum(array.size for array in read.values()) // 1024), np.float32)
    vector = np.ones(1024, np.float32)
    return lambda: vector @ matrix


def measure_options(batch: int, step_seconds: float) -> list[Row]:
    """Times choices among words, one after the other for a batch.

    Args:
        batch: choices a step.
        step_seconds: of the word model at this batch, a token.
    """
    random = np.random.default_rng(0)
    logits = random.normal(scale=DEVIATION, size=(batch, VOCABULARIES["words"])).astype(np.float32)
    history = random.integers(0, VOCABULARIES["words"], HISTORY)

    def chooser(chosen: dict[str, Any]) -> Callable[[], object]:
        options = DecodingOptions(**{"temperature": 1.0, **chosen})
        sampler, transform = Sampler(options), history_transform(options, FIRST_LABEL)

        def choose() -> None:
            for place, one in enumerate(logits):
                sampler.choose(one if transform is None else transform(one, history), 1, place)

        return choose

    actions = {name: chooser(chosen) for name, chosen in {"a plain draw": {}, **OPTIONS}.items()}
    taken = {name: seconds / batch for name, seconds in interleaved(actions, ROUNDS, seconds=0.1).items()}
    return [
        {
            "case": f"options, words, batch {batch}",
            "system": f"textgen, {name}",
            "milliseconds_per_token": 1000 * seconds,
            "share_of_step": (seconds - taken["a plain draw"]) / step_seconds,
        }
        for name, seconds in taken.items()
    ]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measure what a token costs in textgen and its peers.")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of tables")
    asked = parser.parse_args()
    rows: list[Row] = []
    for batch in BATCHES:
        for case in VOCABULARIES:
            rows += measure_steps(case, batch)
        words = next(row for row in rows if row["case"] == f"words, batch {batch}" and row["system"] == "textgen")
        rows += measure_options(batch, words["milliseconds_per_token"] / 1000)
    formats = {
        "milliseconds_per_token": ",.3f",
        "tokens_per_second": ",.0f",
        "times_textgen": ".2f",
        "share_of_bandwidth": ".0%",
        "share_of_step": ".0%",
    }
    print(shown(rows, asked.json, formats))


if __name__ == "__main__":
    main()
