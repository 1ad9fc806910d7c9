"""The recipe of nanoGPT's CPU setting, on a few characters."""

import math

import pytest

from tests.benchmarks.scripts import script

torch = pytest.importorskip("torch")
gpt = script("small_gpt")


def test_it_has_the_published_size() -> None:
    """0.80 million weights without those of the positions, as its log says."""
    model = gpt.SmallGpt(65)
    total = sum(weight.numel() for weight in model.parameters())
    assert (total - model.positions.weight.numel()) / 1e6 == pytest.approx(0.80, abs=0.005)


def test_a_fresh_model_is_nearly_uniform_and_does_not_look_ahead() -> None:
    model, run = gpt.SmallGpt(65), torch.randint(65, (3, 65))
    assert model.loss(run).item() == pytest.approx(math.log(65), abs=0.2)
    seen = []
    model.blocks.register_forward_hook(lambda block, given, outputs: seen.append(outputs))
    changed = run.clone()
    changed[:, 40:] = 1
    for ids in (run, changed):
        model.loss(ids)
    assert torch.allclose(seen[0][:, :40], seen[1][:, :40], atol=1e-6)
    assert not torch.allclose(seen[0][:, 40:], seen[1][:, 40:], atol=1e-3)


def test_the_rate_warms_up_and_falls_to_a_tenth() -> None:
    rates = [gpt._rate(step, 2000) for step in (0, 99, 100, 1050, 2000)]
    assert rates == pytest.approx([1e-3 / 101, 1e-3 * 100 / 101, 1e-3, 5.5e-4, 1e-4])


def test_it_learns() -> None:
    text = "abcdefg\n" * 200
    found = gpt.learn(text, text[:400], lambda line: None, steps=20)
    assert found["from_cold_64"] < 0.9 * math.log(8)
    assert found["epochs"] == pytest.approx(20 * 12 * 64 / 1600)
