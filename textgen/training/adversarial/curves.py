"""The curves of adversarial training as a picture."""

import math
from pathlib import Path
from typing import Any

from textgen.files import replacing
from textgen.training.adversarial.monitor import Observation, observations
from textgen.training.display import FIGURES

_PANELS = (
    ("loss", ("generator_loss", "critic_loss")),
    ("share of pairs ranked rightly", ("critic_accuracy",)),
    ("distance to real text", ("distance",)),
    ("share", ("distinct_2", "self_bleu_4")),
)
"""What each panel shows: its axis, and the measures by name."""


def draw_curves(folder: Path, title: str, warm_up: int) -> None:
    """Draws both losses, how well the critic tells texts apart, and how the sample compares with real text.

    Args:
        folder: of the run's observations, the first of them before its first step; `curves.png` is replaced there.
        title: above the picture.
        warm_up: steps in which the critic learned alone; their end is marked.
    """
    seen = observations(folder).read()
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 6.4))
    figure.subplots_adjust(left=0.08, right=0.98, bottom=0.08, top=0.92, wspace=0.24, hspace=0.08)
    figure.suptitle(title)
    for axes, (name, keys) in zip(figure.subplots(2, 2, sharex=True).flat, _PANELS, strict=True):
        for number, key in enumerate(keys):
            _draw(axes, seen, key, f"C{number}")
        if "critic_accuracy" in keys:
            axes.axhline(0.5, color="0.6", linestyle=":", linewidth=1, label="chance")
        if "distance" in keys:
            best = min(seen, key=lambda one: one.distance)
            axes.plot(best.epoch, best.distance, "*", color="C3", markersize=11, label="kept")
        if 0 < warm_up <= seen[-1].step:
            end = warm_up * seen[-1].epoch / seen[-1].step
            axes.axvline(end, color="0.3", linestyle="--", linewidth=1, label="from here on the writer learns")
        axes.set(ylabel=name)
        axes.grid(alpha=0.3)
        if axes.get_legend_handles_labels()[0]:
            axes.legend(fontsize="small")
    for axes in figure.axes[2:]:
        axes.set(xlabel="epochs of adversarial training")
    with replacing(folder / "curves.png") as file:
        figure.savefig(file, format="png", dpi=120)


def _draw(axes: Any, seen: list[Observation], key: str, colour: str) -> None:
    """A measure over the epochs, and that of real text where it has one; nothing where it was never known."""
    known = [(one.epoch, value) for one in seen if math.isfinite(value := getattr(one, key))]
    if known:
        axes.plot(*zip(*known, strict=True), label=FIGURES[key], color=colour, marker="o", markersize=3)
    real = getattr(seen[0], f"real_{key}", math.nan)
    if math.isfinite(real):
        axes.axhline(real, color=colour, linestyle=":", linewidth=1, label=f"{FIGURES[key]} of real text")
