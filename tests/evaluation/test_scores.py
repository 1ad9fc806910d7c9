import math

import pytest

from textgen.evaluation.scores import Scores


def test_two_bits_a_token_by_hand() -> None:
    scores = Scores(nats=40 * math.log(4), tokens=40, characters=80, words=8, line_ends=2)
    assert scores.bits_per_character == pytest.approx(1.0)
    assert scores.perplexity == pytest.approx(4.0)
    assert scores.word_perplexity == pytest.approx(4.0**4)


def test_a_perplexity_beyond_all_numbers_is_infinite() -> None:
    scores = Scores(nats=2000.0, tokens=400, characters=400, words=0, line_ends=1)
    assert scores.word_perplexity == math.inf
    assert scores.perplexity == pytest.approx(math.exp(5))


@pytest.mark.parametrize(("characters", "told"), [(999, True), (1000, False)])
def test_a_short_text_is_told_to_say_little(characters: int, told: bool) -> None:
    notes = Scores(nats=20.0, tokens=400, characters=characters, words=100, line_ends=1).notes
    assert notes == (("999 characters are too few to judge a model by: score more text.",) if told else ())
