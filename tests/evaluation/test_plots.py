from textgen.evaluation.curve import Curve, Point
from textgen.evaluation.estimates import Estimate
from textgen.evaluation.plots import can_draw, curves_picture, lengths_picture

FIGURES = {"bleu_4": Estimate(0.4, 0.01), "self_bleu_4": Estimate(0.5, 0.02)}


def test_lengths_are_a_picture() -> None:
    assert can_draw()
    assert lengths_picture([3, 4, 4], [5, 6]).startswith(b"\x89PNG\r\n")


def test_curves_are_a_picture_and_the_same_one_each_time() -> None:
    curve = Curve("my $show_1^", (Point(0.5, FIGURES), Point(1.0, FIGURES)))
    picture = curves_picture([curve], FIGURES)
    assert picture.startswith(b"\x89PNG\r\n") and len(picture) > 5000
    assert picture == curves_picture([curve], FIGURES)
