"""What a token costs: the parts that need no peer."""

import numpy as np
import pytest

from tests.benchmarks.scripts import script

latency = script("generation_latency")


@pytest.mark.slow
def test_the_network_of_a_case_runs() -> None:
    config = latency.architecture("characters")
    step = latency.Stepper(latency.LanguageModel(config, latency.initial_weights(config, seed=0)), 2)
    first, second = step(np.array([3, 99])), step(np.array([3, 99]))
    assert first.shape == (2, 100)
    assert not np.allclose(first, second)  # the state is kept


def test_no_sequence_of_the_loop_leaves_it_early() -> None:
    config = script("networks").Architecture(12, 8, 16, 1, tied=False)
    written = latency.write(latency.LanguageModel(config, latency.endless_weights(config)), 5)
    assert [len(sequence.ids) for sequence in written] == [latency.LOOP_TOKENS] * 5


def test_systems_that_disagree_are_not_timed() -> None:
    ours, theirs = np.zeros((1, 4), np.float32), np.array([[0.0, 0.0, 0.01, 0.0]], np.float32)
    latency.check_agreement({"textgen": lambda ids: ours, "other": lambda ids: ours}, 4, 1)
    with pytest.raises(SystemExit, match="other"):
        latency.check_agreement({"textgen": lambda ids: ours, "other": lambda ids: theirs}, 4, 1)


def test_the_logits_of_the_options_have_the_perplexity_that_is_told() -> None:
    logits = np.random.default_rng(1).normal(scale=latency.DEVIATION, size=(50, 10_000))
    log_p = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    entropies = -(np.exp(log_p) * log_p).sum(axis=-1)
    assert np.exp(entropies.mean()) == pytest.approx(60, rel=0.25)


def test_a_row_by_hand() -> None:
    row = latency.row("words, batch 1", "keras", 0.05, 0.001)
    figures = {key: row[key] for key in ("tokens_per_second", "milliseconds_per_token", "times_textgen")}
    assert figures == pytest.approx({"tokens_per_second": 20, "milliseconds_per_token": 50, "times_textgen": 50})
