from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decoding.fakes import PIECES, TOKENIZER
from textgen.decoding import copy_detection
from textgen.decoding.constraints.base import whole_characters
from textgen.decoding.constraints.script import Place
from textgen.decoding.copy_detection import MULTIPLIER, CopyGuard, Speech, ngram_hash, ngram_hashes, word_hashes
from textgen.tokenizers.base import FIRST_LABEL, LINE_END, NAME, NAME_END, SCENE, START


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


@given(st.lists(st.sampled_from("abc"), max_size=20), st.integers(1, 5))
def test_equal_runs_and_only_those_have_equal_hashes(words: list[str], n: int) -> None:
    runs = [tuple(words[start : start + n]) for start in range(len(words) - n + 1)]
    hashes = ngram_hashes(word_hashes(words), n).tolist()
    assert len(hashes) == len(runs)
    assert len(set(hashes)) == len(set(runs))
    assert len(set(zip(hashes, runs, strict=True))) == len(set(runs))


@given(st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=12))
def test_a_single_run_has_the_hash_it_has_among_others(words: list[int]) -> None:
    together = ngram_hashes(np.array(words, dtype=np.uint64), len(words))
    assert together.tolist() == [ngram_hash(words)]


WORDS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]
JERRY = FIRST_LABEL


def guard(words: list[str] = WORDS) -> CopyGuard:
    return CopyGuard(np.sort(ngram_hashes(word_hashes(words), 8)), PIECES)


def test_a_limited_number_of_words_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copy_detection, "_MOST_HASHES", 3)
    found = guard()
    assert [found.hash_of(word) for word in WORDS * 2] == [int(value) for value in word_hashes(WORDS * 2)]
    assert len(found._hashes) <= 3


def follow(tokens: list[int], words: int = 8) -> tuple[Speech, list[tuple[int, int]]]:
    """The words after the tokens, and each copy: at which token it was whole, where its last word began."""
    speech, place, copies = guard().begin([], words), Place.LINE_START, []
    for position, token in enumerate(tokens):
        speech, place = speech.advance(token, place), place.after(token)
        if speech.copied_at is not None:
            copies.append((position, speech.copied_at))
    return speech, copies


def test_a_copy_is_whole_when_its_last_word_is() -> None:
    assert follow(TOKENIZER.encode("a b c d e f g h"))[1] == []
    assert follow(TOKENIZER.encode("a b c d e f g h "))[1] == [(15, 14)]


def test_seven_words_are_no_copy() -> None:
    assert follow(TOKENIZER.encode("a b c d e f g x "))[1] == []
    assert follow(TOKENIZER.encode("x b c d e f g h "))[1] == []


def test_longer_copies() -> None:
    text = TOKENIZER.encode("a b c d e f g h i j ")
    assert follow(text, words=9)[1] == [(17, 16), (19, 18)]
    assert follow(text, words=10)[1] == [(19, 18)]
    assert follow(text, words=11)[1] == []


def test_a_break_begins_the_count_again() -> None:
    assert follow(TOKENIZER.encode("a b c d e f g h x b c d e f g h i "), words=9)[1] == []


def test_a_line_end_ends_a_word_and_lines_go_on_from_each_other() -> None:
    first, second = TOKENIZER.encode("a b c d e"), TOKENIZER.encode("f g h")
    tokens = [JERRY, *first, LINE_END, JERRY, *second, LINE_END]
    assert follow(tokens)[1] == [(len(tokens) - 1, len(tokens) - 2)]


def test_names_and_headings_are_no_words() -> None:
    first, second, other = (TOKENIZER.encode(text) for text in ("a b c d ", "e f g h ", "x y"))
    tokens = [*first, LINE_END, SCENE, *other, LINE_END, NAME, *other, NAME_END, *second]
    assert len(follow(tokens)[1]) == 1


def test_the_prompt_counts() -> None:
    context = [START, JERRY, *TOKENIZER.encode("a b c d e f g")]
    speech = guard().begin(context, 8)
    assert speech.position == 0
    for token in TOKENIZER.encode(" h "):
        speech = speech.advance(token, Place.TEXT)
    assert speech.copied_at == 1


def test_a_copy_in_the_prompt_is_not_ours() -> None:
    assert guard().begin(TOKENIZER.encode("a b c d e f g h "), 8).copied_at is None


def test_a_word_begins_with_its_first_byte() -> None:
    speech = guard().begin([], 8)
    for value in "é".encode():
        speech = speech.advance(PIECES.size - 256 + value, Place.TEXT)
    assert speech.word == "é" and speech.word_at == 0 and not speech.began_word


def test_a_text_that_is_cut_ends_in_a_shorter_word() -> None:
    speech = follow(TOKENIZER.encode("a b c d e f g hello"))[0]
    assert speech.closed().copied_at is None
    assert speech.cut(4).copied_at == 14
    assert speech.cut(5).copied_at is None


def test_whole_characters() -> None:
    assert whole_characters("é€".encode()[:4]) == ("é", "€".encode()[:2])
    assert whole_characters(b"a\xffb") == ("a\ufffdb", b"")


@given(st.text("ab \n\u00a0é", max_size=30))
def test_words_are_what_split_finds(text: str) -> None:
    speech = follow(TOKENIZER.encode(text))[0].closed()
    assert list(speech.recent) == word_hashes(text.split()[-8:]).tolist()
