"""The picture of a run, of one that has just begun too."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from textgen.training.adversarial.curves import draw_curves
from textgen.training.adversarial.monitor import Observation, observations

START = Observation(0, 0.0, math.nan, math.nan, 0.7, math.nan, math.nan, math.inf, 0.5, 0.3, 0.1, 0.6, 0.3, 2.0)
WRITER = "from here on the writer learns"


@pytest.fixture
def legends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Draws a run of some rows, ten steps apart, in which the generator learns after so many; the panels' legends."""
    drawn: list[Figure] = []
    save = Figure.savefig

    def keep(figure: Figure, *arguments: Any, **options: Any) -> None:
        drawn.append(figure)
        save(figure, *arguments, **options)

    monkeypatch.setattr(Figure, "savefig", keep)

    def draw(rows: int, warm_up: int) -> list[list[str]]:
        for row in range(rows):
            losses = {"critic_loss": 0.25} if row else {}
            if 10 * row > warm_up:
                losses["generator_loss"] = 0.5
            observation = replace(START, step=10 * row, epoch=row / 10, distance=0.5 - row / 100, **losses)
            observations(tmp_path).append(observation)
        draw_curves(tmp_path, "captions", warm_up)
        assert (tmp_path / "curves.png").read_bytes()[:4] == b"\x89PNG"
        return [axes.get_legend_handles_labels()[1] for axes in drawn[-1].axes]

    return draw


def test_the_legends_name_what_is_there_and_where_the_writer_begins(legends: Any) -> None:
    assert legends(rows=5, warm_up=20) == [
        ["generator loss", "critic loss", WRITER],
        ["critic accuracy", "chance", WRITER],
        ["distance", "distance of real text", "kept", WRITER],
        ["distinct-2", "distinct-2 of real text", "self-BLEU-4", "self-BLEU-4 of real text", WRITER],
    ]


def test_what_has_no_points_yet_is_in_no_legend(legends: Any) -> None:
    assert legends(rows=1, warm_up=20)[0] == []
    losses, *others = legends(rows=2, warm_up=20)
    assert losses == ["critic loss"]
    assert not any(WRITER in labels for labels in others)


def test_a_writer_that_learns_from_the_first_step_on_needs_no_mark(legends: Any) -> None:
    assert not any(WRITER in labels for labels in legends(rows=3, warm_up=0))
