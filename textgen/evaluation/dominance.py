"""Where one quality-diversity curve lies outside another."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from math import hypot
from statistics import NormalDist
from typing import Any, NamedTuple

from textgen.evaluation.curves import Curve, Point
from textgen.evaluation.text_metrics import TEXT_MEASURES

_ERROR_RATE = 0.05
"""How often a curve may be said to lie outside an equal one, over all its points together."""


class Plane(NamedTuple):
    """Two figures that trade one for the other, by their names in `TEXT_MEASURES`."""

    quality: str
    diversity: str


PLANES = (Plane("bleu_4", "self_bleu_4"), Plane("frechet_distance", "self_bleu_4"))


@dataclass(frozen=True)
class Gap:
    """How much better a point of one curve is than the other curve is at the same diversity.

    Args:
        temperature: of the point.
        diversity: of the point.
        gain: in quality, counted so that more is better.
        error: standard error of the gain, from both samples.
        is_outside: whether the gain is beyond the noise.
    """

    temperature: float
    diversity: float
    gain: float
    error: float
    is_outside: bool

    def to_json_object(self) -> dict[str, Any]:
        """The gap as plain JSON values."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Verdict:
    """Where one model's curve lies outside another's.

    Args:
        model: whose points were looked at.
        than: the other model.
        plane: in which figures.
        gaps: of all points that could be compared.
    """

    model: str
    than: str
    plane: Plane
    gaps: tuple[Gap, ...]

    @property
    def outside(self) -> tuple[Gap, ...]:
        """The points that lie outside the other curve."""
        return tuple(gap for gap in self.gaps if gap.is_outside)

    def to_json_object(self) -> dict[str, Any]:
        """The verdict as plain JSON values."""
        return {
            "model": self.model,
            "than": self.than,
            **self.plane._asdict(),
            "better_at": [gap.temperature for gap in self.outside],
            "points": [gap.to_json_object() for gap in self.gaps],
        }


def verdicts(curves: Sequence[Curve]) -> tuple[Verdict, ...]:
    """Compares every curve with every other, in every plane."""
    return tuple(
        Verdict(curve.name, other.name, plane, tuple(gaps(curve, other, plane)))
        for plane in PLANES
        for curve, other in permutations(curves, 2)
    )


def gaps(curve: Curve, other: Curve, plane: Plane) -> list[Gap]:
    """The gap of each point of a curve whose diversity the other curve reaches.

    The other curve is a straight line between two points. The more points are compared, the larger a gap must be
    (Bonferroni's correction).

    Args:
        curve: whose points are looked at.
        other: what they are compared with.
        plane: in which figures.
    """
    if not all(set(plane) <= set(point.figures) for point in (*curve.points, *other.points)):
        return []
    sign = 1 if TEXT_MEASURES[plane.quality].better == "higher" else -1
    found = [
        (point, sign * gain, error)
        for point in curve.points
        for gain, error in _against(point, other.points, plane, sign)
    ]
    if not found:
        return []
    limit = NormalDist().inv_cdf(1 - _ERROR_RATE / 2 / len(found))
    return [
        Gap(point.temperature, point.figures[plane.diversity].value, gain, error, gain > limit * error)
        for point, gain, error in found
    ]


def _against(point: Point, others: Sequence[Point], plane: Plane, sign: int) -> Iterator[tuple[float, float]]:
    """The gain on the other curve's best at this diversity, and its standard error; nothing where it is not reached."""
    quality, diversity = point.figures[plane.quality], point.figures[plane.diversity]
    crossings = []
    ordered = sorted(others, key=lambda other: other.figures[plane.diversity].value)
    for left, right in pairwise(ordered):
        (low, high), (begin, end) = (
            [side.figures[name] for side in (left, right)] for name in (plane.diversity, plane.quality)
        )
        if low.value <= diversity.value <= high.value and low.value < high.value:
            share = (diversity.value - low.value) / (high.value - low.value)
            slope = (end.value - begin.value) / (high.value - low.value)
            across = hypot(diversity.error, (1 - share) * low.error, share * high.error)
            error = hypot(quality.error, (1 - share) * begin.error, share * end.error, slope * across)
            crossings.append((quality.value - begin.value - share * (end.value - begin.value), error))
    if crossings:
        yield min(crossings, key=lambda crossing: sign * crossing[0])
