from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textgen.decoding.ngrams import MULTIPLIER, ngram_hash, ngram_hashes, word_hashes


def test_words_are_hashed_by_blake2b() -> None:
    expected = int.from_bytes(blake2b(b"soup", digest_size=8).digest(), "little")
    hashes = word_hashes(["no", "soup", "no"])
    assert hashes.dtype == np.uint64
    assert int(hashes[1]) == expected
    assert hashes[0] == hashes[2] != hashes[1]


def test_the_polynomial_by_hand() -> None:
    hashes = np.array([1, 2, 3], dtype=np.uint64)
    modulus = 2**64
    assert ngram_hashes(hashes, 1).tolist() == [1, 2, 3]
    assert ngram_hashes(hashes, 2).tolist() == [
        (1 * MULTIPLIER + 2) % modulus,
        (2 * MULTIPLIER + 3) % modulus,
    ]
    assert ngram_hashes(hashes, 3).tolist() == [(MULTIPLIER**2 + 2 * MULTIPLIER + 3) % modulus]


def test_too_few_words_have_no_ngrams() -> None:
    for words in ([], ["no"], ["no", "soup"]):
        hashes = ngram_hashes(word_hashes(words), 3)
        assert hashes.shape == (0,) and hashes.dtype == np.uint64


def test_order_matters() -> None:
    there, back = (ngram_hashes(word_hashes(words), 2) for words in (["a", "b"], ["b", "a"]))
    assert there[0] != back[0]


def test_n_must_be_positive() -> None:
    with pytest.raises(ValueError, match="at least 1, not 0"):
        ngram_hashes(word_hashes(["a"]), 0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from("abc"), max_size=20), st.integers(1, 5))
def test_equal_runs_and_only_those_have_equal_hashes(words: list[str], n: int) -> None:
    runs = [tuple(words[start : start + n]) for start in range(len(words) - n + 1)]
    hashes = ngram_hashes(word_hashes(words), n).tolist()
    assert len(hashes) == len(runs)
    assert len(set(hashes)) == len(set(runs))
    assert len(set(zip(hashes, runs, strict=True))) == len(set(runs))


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=12))
@settings(deadline=None)
def test_a_single_run_has_the_hash_it_has_among_others(words: list[int]) -> None:
    together = ngram_hashes(np.array(words, dtype=np.uint64), len(words))
    assert together.tolist() == [ngram_hash(words)]
