"""Quality-diversity curves: the text metrics of a model's lines at rising temperatures (Caccia et al. 2020).

A single temperature says little: a colder model writes better and says the same more often. Models are compared by the
curves they draw in a plane of quality and diversity, and one is better only where its curve lies outside the other's.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textgen.decoding.options import TABLE
from textgen.errors import ConfigurationError
from textgen.evaluation.bootstrap import Estimate
from textgen.evaluation.generated_samples import write_lines
from textgen.evaluation.text_metrics import TextMetrics, tokens
from textgen.wording import count
from textgen.writer import ScriptWriter

TEMPERATURES = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3)

PURE: dict[str, Any] = {
    name: option.off for name, option in TABLE.items() if option.edits == "distribution" and name != "temperature"
}
"""Decoding that draws from the model's own distribution, bent by nothing but the temperature."""

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
    """So many lines with words, as only they are measured; fewer where a model writes none."""
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
            "more numbers above 0: give such as 0.7,1.0,1.3."
        )


def writes(writer: ScriptWriter) -> WriteLines:
    """How a script model gives lines for a curve: drawn from its own distribution, without any truncation."""

    def write(temperature: float, lines: int, seed: int) -> list[str]:
        return [line.text for line in write_lines(writer, lines, seed, temperature=temperature, **PURE)]

    return write
