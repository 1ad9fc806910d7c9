import numpy as np
import pytest

from textgen.corpus.scene import Line, Scene
from textgen.evaluation.familiarity import Familiarity
from textgen.text.ngrams import ngram_hashes, word_hashes

KNOWN = [str(number) for number in range(9)]
INDEX = np.sort(ngram_hashes(word_hashes(KNOWN), 8))


def test_spans_that_the_index_holds_are_counted() -> None:
    familiarity = Familiarity(INDEX)
    familiarity.add(Scene(None, (Line("a", " ".join(KNOWN[:4])), Line("b", " ".join(KNOWN[4:])), Line("a", "ten"))))
    assert familiarity.share == pytest.approx(2 / 3)
    assert familiarity.warning is not None and "67%" in familiarity.warning


@pytest.mark.parametrize("index", [None, np.empty(0, np.uint64), INDEX])
def test_new_text_is_not_warned_of(index: np.ndarray | None) -> None:
    familiarity = Familiarity(index)
    familiarity.add(Scene(None, (Line(None, "nothing in this was ever written there before"),)))
    familiarity.add(Scene("[empty]"))
    assert familiarity.share == 0
    assert familiarity.warning is None
