"""Hashes of word n-grams, by which copies from a corpus are found without keeping the corpus."""

from collections.abc import Iterable, Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

# Odd, so that multiplying by it loses no bits modulo 2^64; these are the bits of the golden ratio.
MULTIPLIER = 0x9E3779B97F4A7C15
_MODULUS = 1 << 64


def word_hashes(words: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Hash words: the first 8 bytes of BLAKE2b of their UTF-8, little-endian; the same on every machine.

    Returns:
        One hash a word. *Shape:* (words,)
    """
    hashes = {word: _hash(word) for word in dict.fromkeys(words)}
    return np.fromiter((hashes[word] for word in words), dtype=np.uint64, count=len(words))


def ngram_hashes(hashes: npt.NDArray[np.uint64], n: int) -> npt.NDArray[np.uint64]:
    """Hash all runs of n words: a polynomial in MULTIPLIER modulo 2^64, the last word at power 0.

    Args:
        hashes: hashes of the words. *Shape:* (words,)
        n: words in a run, at least 1.

    Returns:
        One hash a run, none where there are fewer than n words. *Shape:* (max(words - n + 1, 0),)

    Raises:
        ValueError: n is below 1.
    """
    if n < 1:
        raise ValueError(f"n-grams need n of at least 1, not {n}.")
    runs = max(len(hashes) - n + 1, 0)
    total = np.zeros(runs, dtype=np.uint64)
    for place in range(n):
        power = np.uint64(pow(MULTIPLIER, n - 1 - place, _MODULUS))
        total += hashes[place : place + runs] * power
    return total


def ngram_hash(hashes: Iterable[int]) -> int:
    """Hash one run of words, as `ngram_hashes` does; quicker for a single one.

    Args:
        hashes: hashes of its words.
    """
    total = 0
    for word in hashes:
        total = (total * MULTIPLIER + word) % _MODULUS
    return total


def _hash(word: str) -> int:
    return int.from_bytes(blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
