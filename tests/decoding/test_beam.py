import math
from itertools import product

import numpy as np
import pytest

from tests.decoding.fakes import PIECES, TOKENIZER, markov_model, prompt, random_model, spelling_model, state
from textgen.decoding.constraints.base import Constraint
from textgen.decoding.loop import decode
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import GeneratedSequence, Mask, collect
from textgen.tokenizers.base import END, START

A, B, C = TOKENIZER.encode("abc")
CHAIN = {
    START: {A: 0.5, B: 0.4, C: 0.1},
    A: {A: 0.3, B: 0.3, C: 0.3, END: 0.1},
    B: {A: 0.05, C: 0.05, END: 0.9},
    C: {A: 0.2, B: 0.2, END: 0.6},
}
MODEL = markov_model(CHAIN, PIECES.size)


def search(**options: object) -> list[GeneratedSequence]:
    chosen = DecodingOptions(**{"temperature": 0.0, "num_beams": 64, "length_penalty": 0.0, **options})  # type: ignore[arg-type]
    return collect(decode(MODEL, state(), prompt(), chosen, first_piece=PIECES.first))


def exhaustive(length: int, penalty: float) -> list[tuple[float, tuple[int, ...]]]:
    """All sequences of at most `length` tokens that end or are that long, best first."""
    found = []
    for size in range(1, length + 1):
        for ids in product((A, B, C, END), repeat=size):
            whole = END not in ids[:-1] and (ids[-1] == END or size == length)
            chances = (
                [CHAIN[last].get(token, 0) for last, token in zip((START, *ids[:-1]), ids, strict=True)]
                if whole
                else [0]
            )
            if all(chances):
                found.append((sum(map(math.log, chances)) / size**penalty, ids))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("penalty", [-1.0, 0.0, 0.7, 2.0])
def test_wide_beams_find_what_exhaustive_search_finds(penalty: float) -> None:
    expected = exhaustive(4, penalty)[:5]
    found = search(max_new_tokens=4, length_penalty=penalty, num_return_sequences=5)
    scores = [sequence.log_probability / len(sequence.ids) ** penalty for sequence in found]
    assert scores == pytest.approx([score for score, _ in expected], abs=1e-5)
    assert found[0].ids == expected[0][1]


def test_beams_see_further_than_greed() -> None:
    greedy = collect(decode(MODEL, state(), prompt(), DecodingOptions(temperature=0, max_new_tokens=2)))[0]
    best = search(max_new_tokens=2, num_beams=2)[0]
    assert greedy.ids[0] == A
    assert best.ids == (B, END)
    assert best.log_probability == pytest.approx(math.log(0.36), abs=1e-6)


def test_a_penalty_of_length_changes_the_winner() -> None:
    short, long = search(max_new_tokens=4, length_penalty=0.0)[0], search(max_new_tokens=4, length_penalty=3.0)[0]
    assert len(short.ids) < len(long.ids)


def test_it_stops_when_no_beam_can_win() -> None:
    steps = 0

    def counted(ids: np.ndarray, before: tuple[np.ndarray, ...]) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        nonlocal steps
        steps += 1
        return MODEL(ids, before)

    options = DecodingOptions(temperature=0, num_beams=4, length_penalty=0.0, max_new_tokens=500)
    assert collect(decode(counted, state(), prompt(), options))[0].ids == (B, END)
    assert steps == 2


def test_the_pieces_of_the_best_add_up() -> None:
    spell = spelling_model([*TOKENIZER.encode("hello there"), END])

    def with_a_second_choice(
        ids: np.ndarray, counts: tuple[np.ndarray, ...]
    ) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        logits, after = spell(ids, counts)
        logits[counts[0][:, 0] == 4, A] = 5.0  # instead of the o, so that one text is the second best
        return logits, after

    options = DecodingOptions(temperature=0, num_beams=3, num_return_sequences=2)
    events = list(decode(with_a_second_choice, state(), prompt(), options))
    best = [event for event in events if event.row == 0]
    assert "".join(event.text for event in best) == "hello there"
    assert len(best) > 3
    assert [event.row for event in events if event.sequence is not None] == [0, 1]
    other = [event for event in events if event.row == 1]
    assert len(other) == 1 and other[0].sequence is not None
    assert other[0].text == other[0].sequence.text == "hella there"


@pytest.mark.parametrize("num_beams", [2, 5, 20])
def test_of_equals_the_lower_are_followed(num_beams: int) -> None:
    """Of equally likely beams the earlier ones, of equally likely ids the lower ones, on every processor."""

    def undecided(ids: np.ndarray, before: tuple[np.ndarray, ...]) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        logits = np.where(PIECES.text, np.float32(0.0), np.float32(-np.inf))
        return np.tile(logits, (len(ids), 1)), before

    options = DecodingOptions(temperature=0, num_beams=num_beams, num_return_sequences=num_beams, max_new_tokens=2)
    found = collect(decode(undecided, state(), prompt(), options))
    assert [sequence.ids for sequence in found] == [(PIECES.first, PIECES.first + k) for k in range(num_beams)]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_shown_is_never_taken_back(seed: int) -> None:
    model = random_model(seed, PIECES.size)
    options = DecodingOptions(temperature=0, num_beams=4, max_new_tokens=12, stop="e", length_penalty=1.5)
    events = list(decode(model, state(), prompt(), options))
    sequence = events[-1].sequence
    assert sequence is not None
    assert "".join(event.text for event in events) == sequence.text
    assert "e" not in sequence.text


class NoB:
    """Forbids B."""

    def allowed(self) -> Mask:
        mask = np.ones(PIECES.size, bool)
        mask[B] = False
        return mask

    def advance(self, token: int, /) -> Constraint:
        assert token != B
        return self


def test_constraints_hold_for_every_beam() -> None:
    options = DecodingOptions(temperature=0, num_beams=8, max_new_tokens=4, num_return_sequences=4)
    found = collect(decode(MODEL, state(), prompt(constraint=NoB()), options))
    assert len(found) == 4
    assert not any(B in sequence.ids for sequence in found)
    assert found[0].log_probability == pytest.approx(
        sum(math.log(CHAIN[a][b]) for a, b in zip((START, *found[0].ids), found[0].ids, strict=False)), abs=1e-5
    )


def test_forbidden_repetition_counts_in_the_search() -> None:
    found = search(max_new_tokens=6, no_repeat_ngram_size=1, num_return_sequences=3, num_beams=8)
    for sequence in found:
        pieces = [token for token in sequence.ids if token >= PIECES.first]
        assert len(pieces) == len(set(pieces))


class OnlyB(NoB):
    """Allows B alone."""

    def allowed(self) -> Mask:
        return ~super().allowed()

    def advance(self, token: int, /) -> Constraint:
        assert token == B
        return self


def test_what_alone_is_allowed_may_be_repeated() -> None:
    options = DecodingOptions(temperature=0, num_beams=2, max_new_tokens=3, no_repeat_ngram_size=1)
    model = random_model(1, PIECES.size)
    (found,) = collect(decode(model, state(), prompt(constraint=OnlyB()), options, first_piece=PIECES.first))
    assert found.ids == (B, B, B)


def test_the_state_follows_its_beam() -> None:
    random = random_model(1, PIECES.size)
    options = DecodingOptions(temperature=0, num_beams=5, max_new_tokens=6)
    best = collect(decode(random, state(), prompt(), options))[0]
    total, before, last = 0.0, state(), START
    for token in best.ids:
        logits, before = random(np.array([last]), before)
        total += float(logits[0, token]) - float(np.log(np.exp(logits[0].astype(float)).sum()))
        last = token
    assert best.log_probability == pytest.approx(total, abs=1e-4)


def test_nothing_allowed_is_an_error_of_ours() -> None:
    class Nothing(NoB):
        def allowed(self) -> Mask:
            return np.zeros(PIECES.size, bool)

    options = DecodingOptions(temperature=0, num_beams=2)
    with pytest.raises(RuntimeError, match="No token is left"):
        list(decode(MODEL, state(), prompt(constraint=Nothing()), options))
