"""The picture of a run, of one that has just begun too."""

import math
from dataclasses import replace
from pathlib import Path

import pytest

from textgen.training.adversarial.curves import draw_curves
from textgen.training.adversarial.observation import Observation, observations

START = Observation(0, 0.0, math.nan, math.nan, 0.7, math.nan, math.nan, math.inf, 0.5, 0.3, 0.1, 0.6, 0.3, 2.0)


@pytest.mark.parametrize("rows", [1, 4])
def test_the_picture_is_drawn(tmp_path: Path, rows: int) -> None:
    for step in range(rows):
        losses = {} if step == 0 else {"generator_loss": 0.5, "critic_loss": 0.25}
        observations(tmp_path).append(replace(START, step=step, epoch=step / 10, distance=0.5 - step / 100, **losses))
    draw_curves(tmp_path, "captions")
    assert (tmp_path / "curves.png").read_bytes()[:4] == b"\x89PNG"
