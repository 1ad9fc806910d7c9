"""A small part of `python -m tests.hostile`, and that it notices what it looks for."""

import time
from pathlib import Path

import numpy as np
import pytest

from textgen.errors import CorpusError

from .hostile import MAKERS, damaged_folders, hostile_corpora, outcomes, uses_of_a_corpus, uses_of_a_folder

FOLDERS = 24


def test_every_use_of_a_damaged_folder_ends_in_a_result_or_a_sentence(tmp_path: Path) -> None:
    ends = list[str | None]()
    for name, model in damaged_folders(FOLDERS, seed=1, at=tmp_path / "model"):
        try:
            ends += outcomes(uses_of_a_folder(model))
        except AssertionError as error:
            raise AssertionError(name) from error
    assert ends.count(None) > FOLDERS and len(ends) - ends.count(None) > FOLDERS


def test_every_way_of_reading_a_hostile_corpus_ends_in_a_result_or_a_sentence(tmp_path: Path) -> None:
    for name, path in hostile_corpora(len(MAKERS), seed=1, at=tmp_path / "corpus"):
        try:
            assert list(outcomes(uses_of_a_corpus(path)))
        except AssertionError as error:
            raise AssertionError(name) from error


def test_the_same_seed_makes_the_same_cases(tmp_path: Path) -> None:
    first, again = ([name for name, _ in damaged_folders(9, 3, tmp_path / "model")] for _ in range(2))
    assert first == again and len(set(first)) == 9


def _refuses() -> None:
    raise CorpusError("No.")


def _overflows() -> object:
    return np.float32(1e38) * np.float32(1e38)


def _rambles() -> None:
    raise CorpusError("One.\nTwo.")


def test_results_and_sentences_are_told_from_everything_else() -> None:
    assert list(outcomes(iter([int, _refuses]))) == [None, "No."]
    for bad, kind in ((lambda: 1 / 0, "ZeroDivisionError"), (_overflows, "RuntimeWarning"), (_rambles, "One")):
        with pytest.raises(AssertionError, match=kind):
            list(outcomes(iter([bad])))
    begun = time.monotonic()
    with pytest.raises(AssertionError, match="TookTooLong"):
        list(outcomes(iter([_hangs]), seconds=0.1))
    assert time.monotonic() - begun < 10


def _hangs() -> None:
    while True:
        time.sleep(0.01)
