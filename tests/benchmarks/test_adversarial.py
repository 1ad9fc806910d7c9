"""What the benchmark of adversarial training says of curves, and how the best of several captions are chosen."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tests.benchmarks.scripts import script
from textgen.corpus.document import Line
from textgen.evaluation.bootstrap import Estimate
from textgen.evaluation.curves import PLANES, Curve, Point, Verdict, gaps

adversarial = script("adversarial")
FRECHET = PLANES[1]


def curve(name: str, *places: tuple[float, float]) -> Curve:
    """A curve through pairs of self-BLEU-4 and Frechet distance, from warm to cold."""
    return Curve(
        name,
        tuple(
            Point(1 - k / 10, {"self_bleu_4": Estimate(x, 0.001), "frechet_distance": Estimate(y, 0.01)})
            for k, (x, y) in enumerate(places)
        ),
    )


def found(*curves: Curve) -> Any:
    verdicts = [
        Verdict(one.name, other.name, FRECHET, tuple(gaps(one, other, FRECHET)))
        for one in curves
        for other in curves
        if one is not other
    ]
    return SimpleNamespace(
        curves=curves,
        verdicts=verdicts,
        real={"self_bleu_4": Estimate(0.3, 0.01), "frechet_distance": Estimate(0.02, 0.02)},
    )


START = curve(adversarial.START, (0.2, 0.2), (0.4, 0.2))


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (((0.3, 0.1),), "outside"),
        (((0.3, 0.3), (0.5, 0.3)), "inside"),
        (((0.3, 0.19),), "on the curve"),
        (((0.5, 0.1),), "shares no diversity"),
        (((0.15, 0.05), (0.25, 0.05), (0.35, 0.45), (0.45, 0.45)), "here outside, there inside"),
    ],
)
def test_where_a_curve_lies(places: tuple[tuple[float, float], ...], said: str) -> None:
    ((ours, theirs),) = adversarial.verdicts(found(START, curve("a setting", *places)))
    sentence = adversarial.sentence(ours, theirs)
    assert sentence.startswith(f"a setting: {said}")
    assert "Frechet distance at equal self-BLEU-4" in sentence


def test_gains_are_told_with_their_noise() -> None:
    ((ours, theirs),) = adversarial.verdicts(found(START, curve("a setting", (0.3, 0.1))))
    # Errors of 0.01 for the point, and of 0.01 / sqrt(2) for the middle of the other curve.
    assert "+0.100 ± 0.024 at 1)" in adversarial.sentence(ours, theirs)


def test_a_row_for_each_point_and_one_for_real_text() -> None:
    training = {"minutes": 2.5, "kept_epoch": 3.0, "bits_per_character": 1.25}
    rows = adversarial.rows(
        "captions.txt",
        found(START, curve("a setting", (0.3, 0.1))),
        lambda name: training if name == START.name else {},
    )
    assert [row.get("temperature") for row in rows] == [1.0, 0.9, 1.0, None]
    assert [row["system"] for row in rows] == [START.name, START.name, "a setting", "real text"]
    assert (rows[0]["frechet_distance"], rows[0]["minutes"]) == (0.2, 2.5)
    assert rows[-1]["intervals"]["frechet_distance"] == pytest.approx((0, 0.0592))
    heading, names, first, *rest = adversarial.table(rows)
    assert heading == "maximum likelihood: 1.250 bits per character, 2.5 minutes, epoch 3.0 kept"
    assert names.endswith("Frechet distance  (95 in 100)")
    assert first.split() == ["1.0", "0.200", "0.200", "(0.180", "to", "0.220)"]
    assert {"a setting", "real text"} <= set(rest)


@pytest.mark.parametrize(("missing", "best"), [(None, ["9", "15", "19"]), ("12", ["9", "16"])])
def test_the_best_of_several_is_what_reads_most_real(missing: str | None, best: list[str]) -> None:
    def write_several(lines: int, num_return_sequences: int, seed: int, **options: Any) -> list[Any]:
        texts = [str(seed + k) for k in range(lines)]
        return [SimpleNamespace(lines=[Line(None, text) for text in texts if text != missing])]

    judge = SimpleNamespace(lines=lambda lines: np.array([float(line.text[-1]) for line in lines]))
    writer = SimpleNamespace(style=SimpleNamespace(format="captions"), write_several=write_several, judge=judge)
    # The highest last digit of 8 to 11, of 12 to 15 and of 16 to 19; without 12, of 8 to 11 and of 13 to 16.
    assert adversarial.best_of(writer, 4)(1.0, 3, 8) == best
