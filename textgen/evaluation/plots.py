"""Figures as pictures; matplotlib is imported when one is drawn."""

import importlib.util
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from textgen.evaluation.curve import Curve
from textgen.evaluation.estimates import Estimate
from textgen.evaluation.measures import TEXT_MEASURES
from textgen.evaluation.outside import PLANES
from textgen.wording import to_install

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

NO_PICTURES = f"No pictures were drawn: they take matplotlib, which is not installed; {to_install('eval')}"


def can_draw() -> bool:
    """Whether matplotlib is installed."""
    return importlib.util.find_spec("matplotlib") is not None


def lengths_picture(written: Sequence[int], real: Sequence[int]) -> bytes:
    """How many lines have how many tokens, written and real, as a PNG.

    Args:
        written, real: tokens of each line; at least one of either.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.add_subplot()
    edges = [length - 0.5 for length in range(max((*written, *real)) + 2)]
    axes.hist(real, edges, density=True, label="real", color="0.75")
    axes.hist(written, edges, density=True, label="written", histtype="step", color="C0", linewidth=1.5)
    axes.set(xlabel="tokens a line", ylabel="share of lines")
    axes.legend()
    return _png(figure)


def curves_picture(curves: Sequence[Curve], real: Mapping[str, Estimate]) -> bytes:
    """Quality against diversity for each model, with error bars, in one panel a plane, as a PNG.

    Args:
        curves: one a model.
        real: the figures of real lines, for comparison.
    """
    from matplotlib.figure import Figure

    planes = [plane for plane in PLANES if set(plane) <= set(real)]
    figure = Figure(figsize=(7 * len(planes), 5.2), layout="constrained")
    for axes, plane in zip(figure.subplots(1, len(planes), squeeze=False)[0], planes, strict=True):
        for number, curve in enumerate(curves):
            _draw(axes, curve, *plane, color=f"C{number}")
        axes.plot(real[plane.diversity].value, real[plane.quality].value, "*", color="black", label="real text")
        axes.set(xlabel=_axis(plane.diversity), ylabel=_axis(plane.quality))
        axes.grid(alpha=0.3)
        axes.legend()
    return _png(figure)


def _draw(axes: "Axes", curve: Curve, quality: str, diversity: str, color: str) -> None:
    points = [point for point in curve.points if {quality, diversity} <= set(point.figures)]
    if not points:
        return
    across = [point.figures[diversity] for point in points]
    up = [point.figures[quality] for point in points]
    axes.errorbar(
        [figure.value for figure in across],
        [figure.value for figure in up],
        xerr=[1.96 * figure.error for figure in across],
        yerr=[1.96 * figure.error for figure in up],
        marker="o",
        markersize=3,
        elinewidth=0.6,
        color=color,
        label=curve.name.replace("$", r"\$"),
    )
    for end in (points[0], points[-1]):
        place = (end.figures[diversity].value, end.figures[quality].value)
        axes.annotate(f"{end.temperature:g}", place, textcoords="offset points", xytext=(4, 4), color=color, fontsize=8)


def _axis(name: str) -> str:
    measure = TEXT_MEASURES[name]
    return f"{measure.title} ({measure.better} is better)"


def _png(figure: "Figure") -> bytes:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=120, metadata={"Software": None})
    return buffer.getvalue()
