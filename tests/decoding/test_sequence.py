from collections.abc import Sequence as Tokens

import numpy as np
import pytest

from tests.decoding.fakes import PieceRenderer, state
from textgen.decoding.constraints.base import Pieces
from textgen.decoding.copy_detection import CopyGuard, ngram_hashes, word_hashes
from textgen.decoding.loop import decode, draw_sequences
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import GeneratedSequence, Ids, State, StepFunction, collect
from textgen.decoding.sequence import SequenceStart
from textgen.errors import ConfigurationError
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END, START
from textgen.tokenizers.word import WordTokenizer

CORPUS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
OTHERS = [" red", " green", " blue"]
TOKENIZER = WordTokenizer([f" {word}" for word in CORPUS] + OTHERS + [" ", "x"], ["jerry"])
PIECES = Pieces(TOKENIZER)
WORDS = [TOKENIZER.first_piece + k for k in range(len(CORPUS))]
RED, GREEN, BLUE = (PIECES.spelling(word.encode())[0] for word in OTHERS)


def guard(words: Tokens[str] = CORPUS) -> CopyGuard:
    return CopyGuard(np.sort(ngram_hashes(word_hashes(words), 8)), PIECES)


def reciting_model(second: Tokens[int] = (RED, GREEN, BLUE)) -> StepFunction:
    """Recites the corpus; where it stands follows from the state, which must go back with the text.

    The next word of the corpus is the likeliest, then those of `second` in order.
    """

    def step(ids: Ids, counts: State) -> tuple[np.ndarray, State]:
        logits = np.full((len(ids), PIECES.size), -30.0, np.float32)
        for row, count in enumerate(counts[0][:, 0].astype(int)):
            for rank, token in enumerate(second):
                logits[row, token] = -1.0 - rank
            logits[row, [*WORDS, LINE_END, END][min(count, len(WORDS) + 1)]] = 5.0
        return logits, (counts[0] + 1,)

    return step


def asked(context: Tokens[int] = (START, FIRST_LABEL), seed: int = 0) -> SequenceStart:
    return SequenceStart(context=context, renderer=PieceRenderer(PIECES), seed=seed)


def write(model: StepFunction, context: Tokens[int] = (START, FIRST_LABEL), **options: object) -> GeneratedSequence:
    chosen = DecodingOptions(**{"temperature": 0.0, "no_copy": 8, **options})  # type: ignore[arg-type]
    return collect(decode(model, state(), asked(context), chosen, guard(), PIECES.first))[0]


def longest_copy(text: str) -> int:
    words, longest = text.split(), 0
    joined = " ".join(CORPUS)
    for begin in range(len(words)):
        for end in range(begin + 1, len(words) + 1):
            if f" {' '.join(words[begin:end])} " in f" {joined} ":
                longest = max(longest, end - begin)
    return longest


def test_the_eighth_word_is_taken_back() -> None:
    written = write(reciting_model())
    assert written.text.split() == [*CORPUS[:7], "red", *CORPUS[8:]]
    assert not written.relaxed


def test_longer_copies_may_be_allowed() -> None:
    written = write(reciting_model(), no_copy=10)
    assert written.text.split() == [*CORPUS[:9], "red", *CORPUS[10:]]


def test_off_it_recites() -> None:
    assert write(reciting_model(), no_copy=0).text.split() == CORPUS


def test_the_log_probability_is_that_of_the_text_that_stays() -> None:
    model, written = reciting_model(), write(reciting_model())
    total, before, last = 0.0, state(), FIRST_LABEL
    for token in written.ids:
        logits, before = model(np.array([last]), before)
        total += float(logits[0, token]) - float(np.log(np.exp(logits[0].astype(float)).sum()))
        last = token
    assert written.log_probability == pytest.approx(total, abs=1e-4)


def test_nothing_that_is_taken_back_was_shown() -> None:
    events = list(decode(reciting_model(), state(), asked(), DecodingOptions(temperature=0, no_copy=8), guard()))
    written = events[-1].sequence
    assert written is not None
    assert "".join(event.text for event in events) == written.text
    assert len(events) > 5


def test_the_last_word_counts_where_the_text_is_cut_off() -> None:
    assert write(reciting_model(), max_new_tokens=8).text.split() == [*CORPUS[:7], "red"]
    assert write(reciting_model(), stop=" nine").text.split()[:8] == [*CORPUS[:7], "red"]


def test_words_of_the_prompt_count() -> None:
    model = reciting_model()
    context = [START, FIRST_LABEL, *WORDS[:5]]
    counts = (np.full((1, 1), 5.0, np.float32),)
    options = DecodingOptions(temperature=0, no_copy=8)
    written = collect(decode(model, counts, asked(context), options, guard()))[0]
    assert written.text.split()[:4] == ["six", "seven", "red", "nine"]


def only_reciting_model() -> StepFunction:
    """Knows nothing but the corpus: every other token is impossible."""

    def step(ids: Ids, counts: State) -> tuple[np.ndarray, State]:
        logits = np.full((len(ids), PIECES.size), -np.inf, np.float32)
        for row, count in enumerate(counts[0][:, 0].astype(int)):
            logits[row, [*WORDS, LINE_END, END][min(count, len(WORDS) + 1)]] = 0.0
        return logits, (counts[0] + 1,)

    return step


def test_with_nothing_else_to_write_it_relaxes_and_says_so() -> None:
    written = write(only_reciting_model())
    assert written.text.split() == CORPUS
    assert written.relaxed


def test_one_more_word_is_taken_back_when_the_last_has_no_other() -> None:
    def step(ids: Ids, counts: State) -> tuple[np.ndarray, State]:
        logits, after = only_reciting_model()(ids, counts)
        logits[counts[0][:, 0] == 6, RED] = -1.0
        return logits, after

    written = write(step)
    assert written.text.split() == [*CORPUS[:6], "red", *CORPUS[7:]]
    assert not written.relaxed


def test_the_same_seed_goes_the_same_way_in_every_batch() -> None:
    options = DecodingOptions(temperature=2.0, no_copy=8, max_new_tokens=40)
    second = (RED, GREEN, BLUE)

    def draw(seeds: list[int]) -> list[GeneratedSequence]:
        prompts = [asked(seed=seed) for seed in seeds]
        model = reciting_model(second)
        return collect(draw_sequences(model, state(len(seeds)), prompts, options, guard(), PIECES.first))

    seeds = list(range(12))
    together = draw(seeds)
    assert together == [draw([seed])[0] for seed in seeds]
    assert not any(sequence.relaxed for sequence in together)
    assert all(longest_copy(sequence.text) < 8 for sequence in together)
    assert any("red" in sequence.text or "green" in sequence.text for sequence in together)


def test_without_an_index_it_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"no_copy=8.*no index"):
        list(decode(reciting_model(), state(), asked(), DecodingOptions(no_copy=8)))


def test_beams_do_not_follow_a_copy() -> None:
    written = write(reciting_model(), num_beams=3)
    assert longest_copy(written.text) < 8
    assert not written.relaxed
    assert write(only_reciting_model(), num_beams=3).relaxed
