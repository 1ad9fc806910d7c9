"""How many tokens a second a training step learns from: the same networks in textgen, PyTorch and stock Keras.

    python benchmarks/training_throughput.py

- `characters` and `words` are the networks of `generation_latency.py`: two LSTM layers of 512 and a softmax of its own,
  over 100 characters or 10,000 words, 64 streams. The state is carried from window to window.
- `-256-streams` is the same work in another shape: four times the streams, a quarter of the window.
- `textgen-fit` is textgen's network trained by Keras's `fit`, as a program may do.
- `encoder-decoder` is a chat model with attention and a tied softmax, 64 exchanges of 40 tokens and 12; its tokens are
  those of the replies. Nothing is padded, so that the peer needs no masks.
- `40,000 words` is a vocabulary at which the softmax is most of the work; textgen takes a sample of it in each step.

Each system is as its own users would write it (`training_keras.py`, `training_pytorch.py`), with AdamW, a clipped norm
and no dropout; `bfloat16` is autocast in PyTorch. Each has a process of its own, so that no framework's threads meet
another's, and waits until it is its turn. Before anything is timed, systems that compute the same must find the same
loss in the first batch, in bfloat16 to 0.02, else to 0.001.

On a processor that is not fast at bfloat16 everything is float32, as `textgen` chooses there by itself, and what would
be measured twice is measured once. PyTorch's bfloat16 LSTM does not run on all of them.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from importlib import import_module
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from measuring import Row, interleaved, shown, worker
from networks import Architecture, architecture
from numpy.typing import NDArray

from textgen.config import EncoderDecoderConfig, ModelConfig
from textgen.tokenizers.base import FIRST_LABEL
from textgen.training.machine import Precision, best_precision
from textgen.training.prepare import initial_weights

Batch = tuple[NDArray[np.int32], ...]

CONTEXT = 40
TOLERANCES = {"float32": 1e-3, "bfloat16": 2e-2}
ROUNDS = 5
TURN = 2.0
"""Seconds of a system's turn, about; a step that takes longer is made once."""


class System(NamedTuple):
    """What trains a network.

    Args:
        builder: `MODULE.FUNCTION` beside this script: a network, its weights and the fields below to its `Train`.
        precision: of its matrix products.
        streams: sequences in a batch.
        window: tokens of each; of a reply in a chat model.
    """

    builder: str
    precision: str
    streams: int
    window: int

    @property
    def work(self) -> tuple[object, ...]:
        """What is computed, but for the precision and who does it."""
        return self.builder.split(".")[-1], self.streams, self.window


class Case(NamedTuple):
    """A network, and who trains it; `textgen` is what the others are compared with."""

    config: ModelConfig | EncoderDecoderConfig
    systems: Mapping[str, System]


def language_models(window: int) -> dict[str, System]:
    """Who trains a language model on 64 streams with this window, or on 256 with a quarter of it."""
    systems = {
        "textgen": ("training_textgen", "bfloat16"),
        "textgen-f32": ("training_textgen", "float32"),
        "keras": ("training_keras", "float32"),
        "pytorch-f32": ("training_pytorch", "float32"),
        "pytorch-bf16": ("training_pytorch", "bfloat16"),
    }
    found = {
        name: System(f"{module}.language_model", precision, 64, window) for name, (module, precision) in systems.items()
    }
    wide = {f"{name}-256-streams": found[name]._replace(streams=256, window=window // 4) for name in found}
    return found | wide


CASES = {
    "characters": Case(
        architecture("characters"),
        language_models(128) | {"textgen-fit": System("training_textgen.fitted_language_model", "float32", 64, 128)},
    ),
    "words": Case(architecture("words"), language_models(64)),
    "encoder-decoder": Case(
        EncoderDecoderConfig(4300, 256, 512, 1),
        {
            "textgen": System("training_textgen.encoder_decoder", "bfloat16", 64, 12),
            "textgen-f32": System("training_textgen.encoder_decoder", "float32", 64, 12),
            "keras": System("training_keras.encoder_decoder", "float32", 64, 12),
        },
    ),
    "40,000 words": Case(
        Architecture(40_000, 256, 512, 2, tied=False),
        {
            "textgen": System("training_textgen.sampled_language_model", "bfloat16", 64, 32),
            "textgen-all-words": System("training_textgen.language_model", "bfloat16", 64, 32),
        },
    ),
}


def systems_of(case: str, fastest: Precision) -> dict[str, System]:
    """Who trains a case on a machine with this precision."""
    systems = CASES[case].systems
    if fastest == "bfloat16":
        return dict(systems)
    found: dict[System, str] = {}
    for name, system in systems.items():
        found.setdefault(system._replace(precision="float32"), name)
    return {name: system for system, name in found.items()}


def first_weights(config: ModelConfig | EncoderDecoderConfig) -> dict[str, NDArray[np.float32]]:
    """Weights as textgen begins with, but for a softmax that is sure of itself.

    One that is not would have the same loss, the logarithm of the vocabulary's size, whatever came before it.
    """
    weights = initial_weights(config, seed=0)
    weights["output/kernel"] *= 8
    return weights


def batches(config: ModelConfig | EncoderDecoderConfig, streams: int, window: int) -> Iterator[Batch]:
    """Random tokens, the same each time: (inputs, targets), with contexts before them for a chat model."""
    random = np.random.default_rng(0)

    def draw(time: int) -> NDArray[np.int32]:
        return random.integers(FIRST_LABEL, config.vocabulary_size, (time, streams), dtype=np.int32)

    while True:
        contexts = [draw(CONTEXT)] if isinstance(config, EncoderDecoderConfig) else []
        text = draw(window + 1)
        yield (*contexts, text[:-1], text[1:])


def child(case: str, name: str) -> None:
    """What a system's process does: a training step for each line it is given, answered with the loss."""
    config, system = CASES[case].config, systems_of(case, best_precision())[name]
    module, function = system.builder.split(".")
    train = getattr(import_module(module), function)(config, first_weights(config), *system[1:])
    given = batches(config, system.streams, system.window)
    for _ in sys.stdin:
        print(train(*next(given)), flush=True)


def check_agreement(systems: Mapping[str, System], losses: Mapping[str, float]) -> None:
    """Stops where systems that compute the same found another loss in the first batch."""
    for (one, of_one), (other, of_other) in combinations(systems.items(), 2):
        tolerance = max(TOLERANCES[of_one.precision], TOLERANCES[of_other.precision])
        alike = of_one.work == of_other.work
        if alike and not abs(losses[one] - losses[other]) <= tolerance:
            raise SystemExit(
                f"{one} and {other} begin with the same weights, but in the first batch they find a loss of "
                f"{losses[one]:.4f} and {losses[other]:.4f}: nothing was timed."
            )


def measure(case: str) -> list[Row]:
    """Times the training steps of all systems of a case in turn."""
    systems = systems_of(case, best_precision())
    with ExitStack() as stack:
        steps = {
            name: stack.enter_context(worker([sys.executable, __file__, "--child", case, name])) for name in systems
        }
        check_agreement(systems, {name: float(step()) for name, step in steps.items()})
        return rows_of(case, interleaved(steps, ROUNDS, TURN))


def rows_of(case: str, seconds: Mapping[str, float]) -> list[Row]:
    """The figures of each system.

    Args:
        case: its name.
        seconds: of a step of each system.
    """
    systems = CASES[case].systems
    rates = {name: systems[name].streams * systems[name].window / taken for name, taken in seconds.items()}
    return [
        {
            "case": case,
            "system": name,
            "tokens_per_second": rate,
            "milliseconds_per_step": 1000 * seconds[name],
            "times_textgen": rates["textgen"] / rate,
        }
        for name, rate in rates.items()
    ]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measure how many tokens a second textgen and its peers learn from.")
    parser.add_argument("--case", choices=CASES, help="this one only")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of tables")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    asked: Any = parser.parse_args()
    if asked.child:
        child(*asked.child)
        return
    rows = [row for case in CASES if asked.case in (None, case) for row in measure(case)]
    formats = {"tokens_per_second": ",.0f", "milliseconds_per_step": ",.0f", "times_textgen": ".2f"}
    print(shown(rows, asked.json, formats))


if __name__ == "__main__":
    main()
