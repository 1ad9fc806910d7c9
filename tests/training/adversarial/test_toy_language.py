"""Adversarial training alone learns a language whose distribution is known."""

from typing import Any

import pytest

from tests.training.adversarial.toy import Automaton, learn, players, sample


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [{"loss": "least-squares"}, {"loss": "minimax", "gradient": "reinforce", "warm_up": 30}],
    ids=["gumbel", "reinforce"],
)
def test_the_exact_nll_of_its_lines_falls(settings: dict[str, Any]) -> None:
    language = Automaton()
    step, batches = players(language.corpus(2000), **settings)
    start = language.nll(*sample(step))
    assert start == pytest.approx(2.58, abs=0.1)  # lines of the language itself have 1.18
    learn(step, batches, 250)
    ids, lengths = sample(step)
    assert language.nll(ids, lengths) < start - 0.5
    assert len(set(map(tuple, ids.tolist()))) > 60  # and it did not learn one good line by heart
