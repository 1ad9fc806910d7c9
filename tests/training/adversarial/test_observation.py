"""What is worth a warning."""

import math
from dataclasses import replace
from pathlib import Path

from textgen.training.adversarial.observation import Observation, kept_writer, observations, warnings

START = Observation(0, 0.0, 0.5, 0.5, 0.7, 3.0, 1.0, 0.4, 0.50, 0.3, 0.1, 0.60, 0.3, 2.0)


def test_a_healthy_run_is_not_worth_one() -> None:
    now = replace(START, step=10, distinct_2=0.45, critic_accuracy=0.9, held_out=2.3)
    assert warnings(START, now, "least-squares") == {}


def test_each_has_its_name_and_what_to_change() -> None:
    collapsed = warnings(START, replace(START, distinct_2=0.29), "minimax")
    assert list(collapsed) == ["mode collapse"]
    assert "fell to 0.29 from 0.50" in collapsed["mode collapse"]
    assert "raise --teacher-forcing or lower --generator-rate" in collapsed["mode collapse"]
    won = warnings(START, replace(START, critic_accuracy=0.99, gradient_norm=0.001), "minimax")
    assert list(won) == ["the critic has won"]
    assert "99.0% of the pairs" in won["the critic has won"]
    assert "lower --critic-rate" in won["the critic has won"]
    lost = warnings(START, replace(START, held_out=2.8), "minimax")
    assert list(lost) == ["divergence"]
    assert "2.80 nats a token after 2.00" in lost["divergence"]


def test_a_critic_that_learns_alone_has_beaten_nobody() -> None:
    assert warnings(START, replace(START, critic_accuracy=0.99, gradient_norm=math.nan), "minimax") == {}


def test_which_writer_is_kept_is_told() -> None:
    alone, worse, better = (replace(START, step=step, distance=far) for step, far in ((5, 0.4), (10, 0.7), (15, 0.3)))
    assert kept_writer([START, alone], warm_up=5).startswith(
        "the writer as it was: the critic learns alone for 5 steps, and there were 5;"
    )
    assert kept_writer([START, alone, worse], 5) == (
        "the writer as it was, at distance 0.400; the best since then was at 0.700"
    )
    assert kept_writer([START, worse, better], 5) == (
        "the writer of step 15, at distance 0.300; before the critic 0.400"
    )


def test_the_gradient_of_wasserstein_does_not_vanish() -> None:
    assert warnings(START, replace(START, critic_accuracy=1.0), "wasserstein") == {}


def test_without_held_out_text_nothing_is_said_of_it() -> None:
    start, now = replace(START, held_out=float("nan")), replace(START, held_out=float("nan"))
    assert warnings(start, now, "minimax") == {}


def test_a_diverse_start_is_no_reason_to_warn_where_real_text_is_not() -> None:
    start = replace(START, distinct_2=0.9, real_distinct_2=0.4)
    assert warnings(start, replace(start, distinct_2=0.5), "minimax") == {}


def test_the_table_comes_back(tmp_path: Path) -> None:
    observations(tmp_path).append(START)
    assert observations(tmp_path).read() == [START]
    assert (tmp_path / "monitor.csv").read_text().startswith("step,epoch,generator_loss,")
