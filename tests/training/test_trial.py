"""The trial of a starter: a figure of the corpus alone, and a choice that a person can follow."""

import math

import pytest

from tests.training.test_moving_in import script_model
from textgen.corpus.document import Line, Scene
from textgen.training.trial import Trial, _counted, tried

SCENE = Scene(None, tuple(Line("anna", "hello there, how are you today?") for _ in range(50)))


def test_pairs_are_counted_as_by_hand() -> None:
    # " a", "aa", "aa" over the alphabet {a}: 0.1/0.1, then 0.1/0.1, then 1.1/1.1.
    assert _counted("aaa") == pytest.approx(0.0)
    # " a", "ab" over {a, b}: 0.1/0.2 each.
    assert _counted("ab") == pytest.approx(2.0)


def test_a_model_that_knows_nothing_needs_as_many_bits_as_it_has_tokens_to_choose_from() -> None:
    model = script_model(["anna"])
    for array in model.weights.values():
        array[:] = 0.0
    trial = tried("english", model, [SCENE])
    assert trial is not None
    line = SCENE.lines[0].text
    bits = math.log2(model.tokenizer.vocabulary_size) * len(model.tokenizer.encode(line)) / len(line)
    assert trial.bits == pytest.approx(bits, rel=0.02)
    assert not trial.helps


def test_the_same_corpus_gives_the_same_figures() -> None:
    model = script_model(["anna"])
    assert tried("english", model, [SCENE] * 40) == tried("english", model, iter([SCENE] * 40))


def test_nothing_to_score() -> None:
    assert tried("english", script_model(["anna"]), [Scene(None, (Line("anna", ""),))]) is None


@pytest.mark.parametrize(("bits", "helps"), [(2.0, True), (4.0, False)])
def test_what_people_are_told(bits: float, helps: bool) -> None:
    trial = Trial("english", bits, 3.6)
    assert trial.helps is helps
    told = trial.describe()
    assert ("--from none" in told) is helps and f"{bits:.2f}" in told
