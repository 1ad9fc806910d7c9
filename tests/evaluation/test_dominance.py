import pytest

from textgen.evaluation.bootstrap import Estimate
from textgen.evaluation.curves import Curve, Plane, Point, gaps

PLANE = Plane("bleu_4", "self_bleu_4")
DISTANCE = Plane("frechet_distance", "self_bleu_4")


def curve(name: str, points: list[tuple[float, float]], plane: Plane = PLANE, error: float = 0.001) -> Curve:
    """A curve of (diversity, quality), the first point at temperature 1, the second at 2 and so on."""
    figures = [{plane.diversity: Estimate(across, error), plane.quality: Estimate(up, error)} for across, up in points]
    return Curve(name, tuple(Point(float(number), each) for number, each in enumerate(figures, 1)))


BELOW = curve("below", [(0.8, 0.6), (0.4, 0.4), (0.2, 0.2)])


def test_a_point_is_compared_with_the_line_between_two() -> None:
    (gap,) = gaps(curve("above", [(0.6, 0.58)]), BELOW, PLANE)
    assert (gap.temperature, gap.diversity) == (1.0, 0.6)
    assert gap.gain == pytest.approx(0.58 - 0.5)
    # Half of each end's error, and both sides' error of diversity along a slope of a half.
    across = (1 + 0.25 + 0.25) * 0.5**2
    assert gap.error == pytest.approx(0.001 * (1 + 0.25 + 0.25 + across) ** 0.5)
    assert gap.is_outside


def test_of_a_distance_less_is_better() -> None:
    other = curve("other", [(0.8, 0.6), (0.4, 0.4)], DISTANCE)
    near, far = gaps(curve("mine", [(0.6, 0.45), (0.6, 0.55)], DISTANCE), other, DISTANCE)
    assert (near.is_outside, far.is_outside) == (True, False)
    assert (near.gain, far.gain) == (pytest.approx(0.05), pytest.approx(-0.05))


def test_within_the_noise_nothing_is_outside() -> None:
    (gap,) = gaps(curve("above", [(0.6, 0.502)]), BELOW, PLANE)
    assert gap.gain > 0 and not gap.is_outside


def test_the_more_points_the_larger_a_gap_must_be() -> None:
    error = gaps(curve("one", [(0.6, 0.5)]), BELOW, PLANE)[0].error
    gain = 0.5 + 2.2 * error  # beyond 1.96 errors, within 2.81
    assert gaps(curve("one", [(0.6, gain)]), BELOW, PLANE)[0].is_outside
    assert not gaps(curve("ten", [(0.6, gain)] * 10), BELOW, PLANE)[0].is_outside


def test_what_the_other_curve_does_not_reach_is_not_compared() -> None:
    assert gaps(curve("colder", [(0.9, 0.9), (0.1, 0.9)]), BELOW, PLANE) == []
    assert gaps(BELOW, curve("single", [(0.4, 0.1)]), PLANE) == []


def test_a_figure_that_is_missing_is_no_plane() -> None:
    assert gaps(BELOW, BELOW, DISTANCE) == []


def test_a_curve_is_not_outside_itself() -> None:
    assert not any(gap.is_outside for gap in gaps(BELOW, BELOW, PLANE))
    assert len(gaps(BELOW, BELOW, PLANE)) == 3


def test_of_a_curve_that_comes_back_the_best_counts() -> None:
    back = curve("back", [(0.4, 0.3), (0.8, 0.3), (0.4, 0.6)])
    (gap,) = gaps(curve("mine", [(0.5, 0.5)]), back, PLANE)
    assert gap.gain < 0
