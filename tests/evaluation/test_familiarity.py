from pathlib import Path

import numpy as np
import pytest

from tests.chatting.small import saved_model
from textgen.evaluation.familiarity import Familiarity
from textgen.model_folder import ModelFolder
from textgen.text.ngrams import ngram_hashes, word_hashes

KNOWN = [str(number) for number in range(9)]
INDEX = np.sort(ngram_hashes(word_hashes(KNOWN), 8))
LINES = [" ".join(KNOWN[:4]), " ".join(KNOWN[4:]), "ten"]


@pytest.mark.parametrize("held_out", [True, False])
def test_spans_that_the_index_holds_are_counted(held_out: bool) -> None:
    familiarity = Familiarity(INDEX)
    familiarity.add(LINES)
    assert familiarity.share == pytest.approx(2 / 3)
    (note,) = familiarity.notes(held_out)
    assert note.startswith("67% of the eight-word spans")


@pytest.mark.parametrize("index", [np.empty(0, np.uint64), INDEX])
def test_new_text_is_not_warned_of(index: np.ndarray) -> None:
    familiarity = Familiarity(index)
    familiarity.add(["nothing in this was ever written there before"])
    familiarity.add([])
    assert familiarity.share == 0
    assert familiarity.notes(held_out=False) == ()


def test_without_an_index_it_is_not_known_what_was_learned() -> None:
    familiarity = Familiarity(None)
    familiarity.add(LINES)
    assert familiarity.share == 0
    assert familiarity.notes(held_out=True) == ()
    (note,) = familiarity.notes(held_out=False)
    assert "keeps no index" in note


def test_the_index_is_that_of_the_model_folder(tmp_path: Path) -> None:
    folder = ModelFolder(saved_model(tmp_path))
    assert len(Familiarity.of(folder).notes(held_out=False)) == 1
    folder.novelty.write_bytes(b"")
    assert Familiarity.of(folder).notes(held_out=False) == ()
    folder.novelty.write_bytes(INDEX.tobytes())
    familiarity = Familiarity.of(folder)
    familiarity.add(LINES)
    assert familiarity.share == pytest.approx(2 / 3)
