"""Quality-diversity curves over rising temperatures (Caccia et al. 2020), and where one lies outside another.

A single temperature says little: a colder model writes better and says the same more often. Models are compared by the
curves they draw in a plane of quality and diversity, and one is better only where its curve lies outside the other's.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, permutations
from math import hypot
from statistics import NormalDist
from typing import Any, NamedTuple

from textgen.decoding.options import TABLE
from textgen.errors import ConfigurationError
from textgen.evaluation.bootstrap import Estimate
from textgen.evaluation.generated_samples import write_lines
from textgen.evaluation.text_metrics import TEXT_MEASURES, TextMetrics, tokens
from textgen.wording import count
from textgen.writer import ScriptWriter

TEMPERATURES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3)

PURE: dict[str, Any] = {
    name: option.off for name, option in TABLE.items() if option.edits == "distribution" and name != "temperature"
}
"""Decoding that draws from the model's own distribution, changed by nothing but the temperature."""

WriteLines = Callable[[float, int, int], Sequence[str]]
"""Anything that writes lines: a temperature, a number of lines and a seed to lines."""


@dataclass(frozen=True)
class Point:
    """The figures of lines of one temperature, by the names of `TEXT_MEASURES`."""

    temperature: float
    figures: Mapping[str, Estimate]


@dataclass(frozen=True)
class Curve:
    """The points of one model, by rising temperature."""

    name: str
    points: tuple[Point, ...]

    def to_json_object(self) -> dict[str, Any]:
        """The points as plain JSON values, standard errors included."""
        return {
            "name": self.name,
            "points": [
                {
                    "temperature": point.temperature,
                    **{name: figure.value for name, figure in point.figures.items()},
                    "standard_errors": {name: figure.error for name, figure in point.figures.items()},
                }
                for point in self.points
            ],
        }


def draw_curve(
    name: str,
    write: WriteLines,
    metrics: TextMetrics,
    temperatures: Sequence[float] = TEMPERATURES,
    lines: int = 1000,
    seed: int = 0,
    tell: Callable[[str], None] = lambda text: None,
) -> Curve:
    """Measures lines that are written at each temperature.

    Args:
        name: of what writes.
        write: gives the lines.
        metrics: with real lines; the same for all curves that are to be compared.
        temperatures: above 0.
        lines: at each temperature; the same for all curves that are to be compared.
        seed: of the lines.
        tell: is told what is being done.

    Raises:
        ConfigurationError: there is no temperature, or one is not above 0.

    Example:
        >>> draw_curve("mine", writes(writer), metrics, temperatures=[0.8, 1.0], lines=300)  # doctest: +SKIP
    """
    check_temperatures(temperatures)
    points = []
    for temperature in sorted(set(temperatures)):
        tell(f"{name}: {count(lines, 'line')} at temperature {temperature:g}.")
        points.append(Point(temperature, metrics.measure(_with_words(write, temperature, lines, seed)).estimates))
    return Curve(name, tuple(points))


def _with_words(write: WriteLines, temperature: float, lines: int, seed: int) -> list[str]:
    """Writes this many lines with words, since only these are measured; fewer where a model writes none."""
    found = list[str]()
    while len(found) < lines:
        written = [line for line in write(temperature, lines, seed) if tokens(line)]
        if not written:
            break
        found += written
        seed += lines  # a line takes one seed at most
    return found[:lines]


def check_temperatures(temperatures: Sequence[float]) -> None:
    """Refuses temperatures that no curve can be drawn from.

    Raises:
        ConfigurationError: there is none, or one is not above 0.
    """
    if not temperatures or not all(0 < temperature < float("inf") for temperature in temperatures):
        raise ConfigurationError(
            f"The temperatures {', '.join(map(str, temperatures)) or '(none)'} were asked for; a curve takes one or "
            "more numbers above 0: give numbers such as 0.7,1.0,1.3."
        )


def writes(writer: ScriptWriter) -> WriteLines:
    """How a script model gives lines for a curve: drawn from its own distribution, without any truncation."""

    def write(temperature: float, lines: int, seed: int) -> list[str]:
        return [line.text for line in write_lines(writer, lines, seed, temperature=temperature, **PURE)]

    return write


_ERROR_RATE = 0.05
"""How often a curve may wrongly be said to lie outside an equal one, over all its points together."""


class Plane(NamedTuple):
    """Two figures that trade off against each other, by their names in `TEXT_MEASURES`."""

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

    Between two points the other curve is a straight line. The more points are compared, the larger a gap must be
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
