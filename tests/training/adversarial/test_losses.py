"""Each loss at logits whose values a person can check."""

import math

import numpy as np
import pytest

from textgen.config import ADVERSARIAL_LOSSES
from textgen.training.adversarial.losses import LOSSES

LOG_2, LOG_3 = math.log(2), math.log(3)

# At a logit of log 3 the probability of "real" is 3/4, at 0 it is 1/2.
CRITIC = {
    # -0.9 log(3/4) - 0.1 log(1/4) - log(1/2)
    "minimax": 0.9 * math.log(4 / 3) + 0.1 * math.log(4) + LOG_2,
    "non-saturating": 0.9 * math.log(4 / 3) + 0.1 * math.log(4) + LOG_2,
    "least-squares": 0.5 * (LOG_3 - 0.9) ** 2,
    "relativistic": math.log(4 / 3),
    "wasserstein": -LOG_3,
}
GENERATOR = {
    "minimax": math.log(1 / 4),
    "non-saturating": math.log(4 / 3),
    "least-squares": 0.5 * (LOG_3 - 0.9) ** 2,
    "relativistic": math.log(4 / 3),
    "wasserstein": -LOG_3,
}


@pytest.mark.parametrize("name", ADVERSARIAL_LOSSES)
def test_the_critic_of_a_real_line_at_log_3_and_a_generated_one_at_0(name: str) -> None:
    found = np.asarray(LOSSES[name].critic(np.array([LOG_3]), np.array([0.0]), 0.9))
    assert found == pytest.approx([CRITIC[name]], abs=1e-6)


@pytest.mark.parametrize("name", ADVERSARIAL_LOSSES)
def test_the_generator_whose_line_is_at_log_3_beside_a_real_one_at_0(name: str) -> None:
    found = np.asarray(LOSSES[name].generator(np.array([LOG_3]), np.array([0.0]), 0.9))
    assert found == pytest.approx([GENERATOR[name]], abs=1e-6)


@pytest.mark.parametrize("name", ADVERSARIAL_LOSSES)
def test_a_line_that_looks_more_real_is_better_for_the_generator_and_worse_for_the_critic(name: str) -> None:
    generated, real = np.array([-1.0, 0.0, 0.5]), np.zeros(3)
    assert (np.diff(np.asarray(LOSSES[name].generator(generated, real, 0.9))) < 0).all()
    assert (np.diff(np.asarray(LOSSES[name].critic(real, generated, 0.9)))[1:] > 0).all()


def test_the_list_of_names_is_complete() -> None:
    assert tuple(LOSSES) == ADVERSARIAL_LOSSES
