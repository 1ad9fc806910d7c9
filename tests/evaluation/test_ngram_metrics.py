import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu

from textgen.evaluation.text_metrics import BLEU_ORDERS, Distinct, References, SelfBleu, count_ngrams

SHORT_LINES = st.lists(st.lists(st.sampled_from("abc"), max_size=6), max_size=5)


@given(lines=SHORT_LINES, n=st.integers(1, 4))
def test_every_ngram_of_every_line_is_counted(lines: list[list[str]], n: int) -> None:
    (found,) = count_ngrams(lines, [n])
    expected = [Counter(tuple(line[k : k + n]) for k in range(len(line) - n + 1)) for line in lines]
    counted = [sorted(found.counts[found.lines == number].tolist()) for number in range(len(lines))]
    assert counted == [sorted(counts.values()) for counts in expected]
    assert len(set(found.ids.tolist())) == len(set().union(*expected))


WORDS = ("the", "cat", "sat", "on", "a", "mat")
LINES = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), min_size=2, max_size=6)


def nltk_bleu(line: list[str], references: list[list[str]]) -> list[float]:
    method = SmoothingFunction().method1
    return [float(sentence_bleu(references, line, (1 / n,) * n, method)) for n in BLEU_ORDERS]


def self_bleu(lines: list[list[str]]) -> np.ndarray:
    return SelfBleu(lines).of(np.arange(len(lines)))


def caption_lines(count: int, seed: int) -> list[list[str]]:
    draw = random.Random(seed)
    return [draw.choices(WORDS, k=draw.randint(1, 9)) for _ in range(count)]


@given(lines=LINES, references=LINES)
def test_bleu_is_that_of_nltk(lines: list[list[str]], references: list[list[str]]) -> None:
    expected = [nltk_bleu(line, references) for line in lines]
    np.testing.assert_allclose(References(references).bleu(lines), expected, rtol=1e-9, atol=1e-12)


@given(lines=LINES)
def test_self_bleu_is_that_of_nltk_against_all_others(lines: list[list[str]]) -> None:
    expected = [nltk_bleu(line, lines[:k] + lines[k + 1 :]) for k, line in enumerate(lines)]
    np.testing.assert_allclose(self_bleu(lines), expected, rtol=1e-9, atol=1e-12)


def test_many_lines_of_many_lengths_are_as_in_nltk() -> None:
    lines, references = caption_lines(30, 1), caption_lines(40, 2)
    expected = [nltk_bleu(line, references) for line in lines]
    np.testing.assert_allclose(References(references).bleu(lines), expected, rtol=1e-9, atol=1e-12)


def test_one_line_by_hand() -> None:
    # Of "the cat the" 2 of 3 words match, 1 of 2 pairs, and of the one triple 0 become 0.1.
    score = References([["the", "cat", "sat", "on"]]).bleu([["the", "cat", "the"]])[0]
    brevity = np.exp(1 - 4 / 3)
    assert score[0] == pytest.approx(brevity * (2 / 3 * 1 / 2) ** (1 / 2))
    assert score[1] == pytest.approx(brevity * (2 / 3 * 1 / 2 * 0.1) ** (1 / 3))


def test_nothing_in_common_is_nought() -> None:
    assert not References([["a", "b"]]).bleu([["c", "d"]]).any()


def test_a_line_said_twice_has_itself_as_a_reference() -> None:
    assert self_bleu([["a", "b", "c", "d", "e"], ["a", "b", "c", "d", "e"], ["f"]])[0] == pytest.approx([1, 1, 1, 1])


@given(lines=LINES, data=st.data())
def test_some_lines_stand_for_themselves(lines: list[list[str]], data: st.DataObject) -> None:
    rows = data.draw(st.permutations(range(len(lines))))[: data.draw(st.integers(1, len(lines)))]
    np.testing.assert_allclose(SelfBleu(lines).of(np.array(rows)), self_bleu([lines[row] for row in rows]))


def test_lines_without_tokens_have_no_bleu() -> None:
    assert not References([["a"]]).bleu([[]]).any()
    assert not References([[]]).bleu([["a"]]).any()
    assert not self_bleu([[], []]).any()


THREE_LINES = [["a", "a", "b"], ["a", "b"], ["c"]]


def test_shares_of_different_ngrams() -> None:
    # Words: a a b a b c; pairs: aa ab ab; one triple.
    assert Distinct(THREE_LINES).of(np.arange(3)) == pytest.approx([3 / 6, 2 / 3, 1, 0])


def test_of_some_lines() -> None:
    assert Distinct(THREE_LINES).of(np.array([1, 2])) == pytest.approx([1, 1, 0, 0])


def test_an_ngram_does_not_reach_into_the_next_line() -> None:
    assert Distinct([["a"], ["b"]]).of(np.arange(2)) == pytest.approx([1, 0, 0, 0])
