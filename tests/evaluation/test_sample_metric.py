import math
import random

import pytest

from tests.evaluation.test_text_metrics import WordCounts, captions
from textgen.errors import CorpusError
from textgen.evaluation.sample_metric import SampleMetric

REAL = captions(400, 0)


@pytest.fixture(scope="module", params=[WordCounts(), None], ids=["encoder", "no encoder"])
def metric(request: pytest.FixtureRequest) -> SampleMetric:
    return SampleMetric(REAL, 200, request.param)


def shuffled(lines: list[str]) -> list[str]:
    draw = random.Random(0)
    return [" ".join(draw.sample(words := line.split(), len(words))) for line in lines]


def test_it_says_what_it_measures(metric: SampleMetric) -> None:
    measure = {True: "Frechet distance between sentence embeddings, word counts", False: "since no sentence encoder"}
    assert measure["frechet_distance" in metric.of_real] in metric.measure
    assert {"distance", "distinct_2", "self_bleu_4", "bleu_4"} <= set(metric.of_real)


def test_lines_of_the_same_kind_are_near_and_a_collapsed_generator_is_far(metric: SampleMetric) -> None:
    like, collapsed = metric(captions(200, 1)), metric(REAL[:2] * 100)
    assert metric.of_real["distance"] <= like["distance"] < 0.2 * collapsed["distance"]
    assert like["distinct_2"] > 0.1 > collapsed["distinct_2"]
    assert like["self_bleu_4"] < 0.9 < collapsed["self_bleu_4"]


def test_without_an_encoder_the_order_of_words_is_seen() -> None:
    metric = SampleMetric(REAL, 200, None)
    lines = captions(200, 1)
    assert metric(shuffled(lines))["distance"] > 3 * metric(lines)["distance"]
    assert metric.of_real["distance"] == 0


def test_the_plain_distance_by_hand() -> None:
    # Real lines share nothing; of the sample BLEU-4 is 1, and self-BLEU-4 too.
    metric = SampleMetric(["a b c d e", "f g h i j"], 2, None)
    assert metric(["a b c d e", "a b c d e"])["distance"] == pytest.approx(math.sqrt(2))


@pytest.mark.parametrize("lines", [[], [""] * 200, ["a n1", *[" "] * 199]])
def test_saying_nothing_is_the_worst(metric: SampleMetric, lines: list[str]) -> None:
    found = metric(lines)
    assert found["distance"] == math.inf
    assert (found["distinct_2"], found["self_bleu_4"]) == (0, 1)


def test_where_embeddings_are_too_few_for_a_covariance_nothing_else_is_put_in_their_place() -> None:
    metric = SampleMetric(REAL, 200, WordCounts())
    assert metric([*captions(127, 1), *[""] * 73])["distance"] == math.inf


def test_few_real_lines_are_judged_without_an_encoder() -> None:
    metric = SampleMetric(captions(40, 0), 40, WordCounts())
    assert metric.measure.endswith("since lines are too few for sentence embeddings")
    assert math.isfinite(metric(captions(40, 1))["distance"])


def test_real_text_has_to_have_lines() -> None:
    with pytest.raises(CorpusError, match="holds 1 lines"):
        SampleMetric(["a"], 1, None)
