"""How fast training is: the batches, the check before anything is timed, and the figures."""

from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.scripts import script
from textgen.config import EncoderDecoderConfig
from textgen.training.machine import best_precision

throughput = script("training_throughput")
System = throughput.System


def test_batches_are_text_and_the_same_each_time() -> None:
    config = throughput.CASES["characters"].config
    one, other = (list(islice(throughput.batches(config, 3, 5), 2)) for _ in range(2))
    for (inputs, targets), again in zip(one, other, strict=True):
        assert inputs.shape == targets.shape == (5, 3)
        assert (inputs[1:] == targets[:-1]).all()
        assert np.array_equal(again, (inputs, targets))
        assert inputs.min() >= throughput.FIRST_LABEL and targets.max() < 100
    assert not np.array_equal(*one)


def test_a_chat_model_has_contexts_too() -> None:
    batch = next(throughput.batches(EncoderDecoderConfig(300, 4, 4, 1), 3, 5))
    assert [array.shape for array in batch] == [(throughput.CONTEXT, 3), (5, 3), (5, 3)]


def test_systems_that_find_another_loss_are_not_timed() -> None:
    systems = {
        "textgen": System("", "bfloat16", 64, 8),
        "keras": System("", "float32", 64, 8),
        "pytorch-f32": System("", "float32", 64, 8),
        "other shape": System("", "float32", 256, 2),
    }
    losses = {"textgen": 4.6, "keras": 4.6105, "pytorch-f32": 4.61, "other shape": 5.0}
    throughput.check_agreement(systems, losses)
    for name, wrong in (("textgen", 4.58), ("pytorch-f32", 4.612), ("keras", float("nan"))):
        with pytest.raises(SystemExit, match=name):
            throughput.check_agreement(systems, losses | {name: wrong})


def test_without_fast_bfloat16_nothing_is_measured_twice() -> None:
    assert throughput.systems_of("words", "bfloat16") == throughput.CASES["words"].systems
    slow = throughput.systems_of("words", "float32")
    assert list(slow) == [
        *("textgen", "keras", "pytorch-f32"),
        *("textgen-256-streams", "keras-256-streams", "pytorch-f32-256-streams"),
    ]
    assert {system.precision for system in slow.values()} == {"float32"}
    assert list(throughput.systems_of("40,000 words", "float32")) == ["textgen", "textgen-all-words"]


def test_a_row_by_hand() -> None:
    ours, wide = throughput.rows_of("characters", {"textgen": 0.5, "textgen-256-streams": 0.4})
    assert ours == {
        "case": "characters",
        "system": "textgen",
        "tokens_per_second": 16384,
        "milliseconds_per_step": 500,
        "times_textgen": 1,
    }
    assert (wide["tokens_per_second"], wide["times_textgen"]) == pytest.approx((20480, 0.8))


SMALL: dict[str, Any] = {
    "language_model": throughput.Architecture(30, 8, 16, 2, tied=False),
    "encoder_decoder": EncoderDecoderConfig(300, 8, 16, 1),
}


@cache
def losses(system: str, kind: str, precision: str) -> list[float]:
    """What a system's step tells of the first three batches."""
    config = SMALL[kind]
    train = getattr(script(f"training_{system}"), kind)(config, throughput.first_weights(config), precision, 4, 6)
    return [train(*batch) for batch in islice(throughput.batches(config, 4, 6), 3)]


@pytest.mark.slow
@pytest.mark.parametrize("kind", SMALL)
def test_systems_learn_the_same_from_the_same_batches(kind: str) -> None:
    ours = losses("textgen", kind, "float32")[:2]
    assert losses("keras", kind, "float32")[:2] == pytest.approx(ours, abs=1e-3)
    assert losses("textgen", kind, "bfloat16")[:2] == pytest.approx(ours, abs=3e-2)


@pytest.mark.slow
def test_keras_fits_our_network_to_the_same_loss() -> None:
    config = SMALL["language_model"]
    fit = script("training_textgen").fitted_language_model(config, throughput.first_weights(config), "float32", 4, 6)
    (first, *_), batch = losses("textgen", "language_model", "float32"), next(throughput.batches(config, 4, 6))
    assert fit(*batch) == pytest.approx(first, abs=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_pytorch_too(precision: str) -> None:
    pytest.importorskip("torch")
    if precision == "bfloat16" and best_precision() == "float32":
        pytest.skip("PyTorch's LSTM runs in bfloat16 only where the processor is fast at it")
    (first, *later), (its_first, *its_later) = (
        losses(system, "language_model", precision) for system in ("textgen", "pytorch")
    )
    assert its_first == pytest.approx(first, abs=throughput.TOLERANCES[precision])
    assert its_later == pytest.approx(later, abs=2e-2)  # its LSTM has two biases, which learn twice as fast as one
