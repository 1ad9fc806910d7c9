import random

import pytest

from textgen.errors import ConfigurationError
from textgen.evaluation.bootstrap import Estimate
from textgen.evaluation.curves import Curve, Point, draw_curve, writes
from textgen.evaluation.text_metrics import TextMetrics
from textgen.writer import ScriptWriter

WORDS = ["a", "b", "c", "d", "e", "f", "g", "h"]


def lines(temperature: float, count: int, seed: int) -> list[str]:
    """The warmer, the more different words."""
    draw = random.Random(seed)
    return [" ".join(draw.choices(WORDS[: int(8 * temperature)], k=6)) for _ in range(count)]


@pytest.fixture
def metrics() -> TextMetrics:
    return TextMetrics(lines(1.0, 60, 9), resamples=5)


def test_a_curve_has_a_point_for_each_temperature(metrics: TextMetrics) -> None:
    told: list[str] = []
    curve = draw_curve("mine", lines, metrics, [1.0, 0.5, 1.0], lines=40, seed=1, tell=told.append)
    assert [point.temperature for point in curve.points] == [0.5, 1.0]
    assert told == ["mine: 40 lines at temperature 0.5.", "mine: 40 lines at temperature 1."]
    cold, warm = (point.figures["self_bleu_3"].value for point in curve.points)
    assert cold > warm


def test_as_many_lines_with_words_are_measured_as_were_asked_for(metrics: TextMetrics) -> None:
    seeds: list[int] = []

    def often_silent(temperature: float, count: int, seed: int) -> list[str]:
        seeds.append(seed)
        return [line if place % 3 == 0 else " " for place, line in enumerate(lines(temperature, count, seed))]

    measured: list[int] = []
    measure = metrics.measure
    metrics.measure = lambda found: measured.append(len(found)) or measure(found)  # type: ignore[method-assign]
    draw_curve("mine", often_silent, metrics, [1.0], lines=30, seed=2)
    assert (seeds, measured) == ([2, 32, 62], [30])
    with pytest.raises(ConfigurationError, match="0 lines with words were to be judged"):
        draw_curve("mine", lambda temperature, count, seed: [""] * count, metrics, [1.0], lines=30)


@pytest.mark.parametrize("temperatures", [[], [0.0, 1.0], [-1.0], [float("inf")], [float("nan")]])
def test_temperatures_that_make_no_curve(metrics: TextMetrics, temperatures: list[float]) -> None:
    with pytest.raises(ConfigurationError, match="above 0"):
        draw_curve("mine", lines, metrics, temperatures)


def test_the_json_object() -> None:
    curve = Curve("mine", (Point(0.5, {"bleu_2": Estimate(0.4, 0.01)}),))
    assert curve.to_json_object() == {
        "name": "mine",
        "points": [{"temperature": 0.5, "bleu_2": 0.4, "standard_errors": {"bleu_2": 0.01}}],
    }


def test_a_model_draws_from_its_own_distribution(uniform: ScriptWriter) -> None:
    asked: list[dict[str, object]] = []
    write = uniform.write_several
    uniform.write_several = lambda **options: asked.append(options) or write(**options)  # type: ignore[method-assign]
    try:
        assert len(writes(uniform)(0.7, 3, 5)) == 3
    finally:
        del uniform.write_several  # type: ignore[method-assign]
    assert asked[0]["min_p"] == 0 and asked[0]["temperature"] == 0.7 and asked[0]["seed"] == 5
