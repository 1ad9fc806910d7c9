"""The loop on models known by heart, and the whole way with the corpus's own renderer on random ones."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decoding.fakes import PIECES, TOKENIZER, markov_model, prompt, random_model, spelling_model, state
from textgen.corpus.script import ScriptStyle
from textgen.corpus.token_parser import ScriptRenderer, decode_script
from textgen.decoding.constraints.base import AllOf, Pieces, Utf8Constraint
from textgen.decoding.constraints.script import ScriptGrammar, ScriptShape
from textgen.decoding.copy_detection import CopyGuard, ngram_hashes, word_hashes
from textgen.decoding.logits import log_totals
from textgen.decoding.loop import Batch, LineByLine, begin_drafts, decode, draw_sequences
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Event, GeneratedSequence, Ids, State, StepFunction, collect
from textgen.decoding.sequence import SequenceStart
from textgen.errors import ModelError
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END, SCENE, START
from textgen.tokenizers.word import WordTokenizer

SPEAKING_TOKENIZER = WordTokenizer([" a", " b", "a", "b", " ", "!", "é"], ["jerry", "elaine"])
SPEAKING_PIECES = Pieces(SPEAKING_TOKENIZER)
SHAPE = ScriptShape(longest_line=8, narration=True, scenes=True, spelled_names=True)
CORPUS = ["ab"[bit] for bit in np.random.default_rng(0).integers(0, 2, 120)]
INDEX = np.unique(ngram_hashes(word_hashes(CORPUS), 8))
RUNS = {tuple(CORPUS[k : k + 8]) for k in range(len(CORPUS) - 7)}


def speaking_model(seed: int) -> StepFunction:
    """A random model that likes words, and little else."""
    likes = np.full(SPEAKING_PIECES.size, -6.0, np.float32)
    likes[: SPEAKING_PIECES.size - 256] = 0.0
    likes[SPEAKING_PIECES.spelling(b" a") + SPEAKING_PIECES.spelling(b" b")] = 4.0
    base = random_model(seed, SPEAKING_PIECES.size, spread=1.0)

    def step(ids: Ids, before: State) -> tuple[np.ndarray, State]:
        logits, after = base(ids, before)
        return logits + likes, after

    return step


def write_speech(
    seed: int | None, style: str = "colon", model: int = 7, **options: Any
) -> tuple[list[Event], list[GeneratedSequence]]:
    chosen = DecodingOptions(**{"seed": seed, "temperature": 1.0, **options})
    rules = ScriptGrammar(SPEAKING_PIECES, SHAPE, may_end=chosen.lines is None)
    asked = SequenceStart(
        context=[START],
        renderer=ScriptRenderer(SPEAKING_TOKENIZER, ScriptStyle(style)),
        constraint=AllOf(Utf8Constraint(SPEAKING_PIECES), rules.begin([START])),
    )
    guard = CopyGuard(INDEX, SPEAKING_PIECES)
    events = list(decode(speaking_model(model), state(), asked, chosen, guard, SPEAKING_PIECES.first))
    return events, [event.sequence for event in events if event.sequence is not None]


@given(st.integers(0, 10**6), st.sampled_from(["colon", "play", "fountain", "plain"]), st.sampled_from([1, 3]))
def test_the_text_is_that_of_the_script(seed: int, style: str, beams: int) -> None:
    options = {"temperature": 0.0, "num_beams": beams} if beams > 1 else {}
    events, (written,) = write_speech(seed, style, seed, lines=3, max_new_tokens=80, **options)
    script = decode_script(written.ids, SPEAKING_TOKENIZER, ScriptStyle(style))
    assert "".join(event.text for event in events) == written.text
    if written.finish_reason == "lines":
        assert written.text == script.text
        assert len(script.lines) == 3
    else:
        assert script.text.startswith(written.text)


def write_lines(seed: int, model: int = 7, candidates: int = 3, **options: Any) -> tuple[list[Event], list[Any]]:
    """Line by line, the last candidate being the best; also what was chosen from, each time."""
    asked_for, step = list[tuple[list[int], list[GeneratedSequence]]](), speaking_model(model)
    chosen = DecodingOptions(**{"seed": seed, "temperature": 1.0, **options})
    rules = ScriptGrammar(SPEAKING_PIECES, SHAPE, may_end=chosen.lines is None)

    def write(before: State, prompt: SequenceStart, options: DecodingOptions) -> Iterator[Event]:
        return decode(step, before, prompt, options, CopyGuard(INDEX, SPEAKING_PIECES), SPEAKING_PIECES.first)

    def read(ids: Ids, before: State) -> State:
        for row in ids:
            before = step(row, before)[1]
        return before

    def choose(context: Sequence[int], found: Sequence[GeneratedSequence]) -> int:
        asked_for.append((list(context), list(found)))
        return len(found) - 1

    start = SequenceStart(
        [START],
        ScriptRenderer(SPEAKING_TOKENIZER, ScriptStyle("colon")),
        AllOf(Utf8Constraint(SPEAKING_PIECES), rules.begin([START])),
    )
    return list(LineByLine(write, read, choose, candidates).decode(state(), start, chosen)), asked_for


@given(st.integers(0, 10**6), st.sampled_from([None, 1, 3]), st.sampled_from([None, 1, 12, 80]))
def test_line_by_line_the_text_is_that_of_the_script(seed: int, lines: int | None, most: int | None) -> None:
    events, asked_for = write_lines(seed, seed, lines=lines, max_new_tokens=most or (None if lines else 60))
    (written,) = (event.sequence for event in events if event.sequence is not None)
    assert "".join(event.text for event in events) == written.text
    assert [len(found) for _, found in asked_for] == [3] * len(events)
    context, found = asked_for[-1]
    assert written.ids == (*context[1:], *found[-1].ids)
    step, before, log_probability = speaking_model(seed), state(), 0.0
    for token, following in pairwise([START, *written.ids]):
        logits, before = step(np.array([token]), before)
        log_probability += float(logits[0, following] - log_totals(logits)[0])
    assert written.log_probability == pytest.approx(log_probability, abs=1e-3)
    script = decode_script(written.ids, SPEAKING_TOKENIZER, ScriptStyle("colon"))
    assert written.seed == seed
    if written.finish_reason == "lines":
        assert (written.text, len(script.lines)) == (script.text, lines)
    elif written.finish_reason == "end":
        assert (written.text, written.ids[-1], lines) == (script.text, END, None)
    else:
        assert written.finish_reason == "length"
        assert len(written.ids) == (most or 60)
        assert script.text.startswith(written.text)


@given(st.integers(0, 10**6), st.integers(0, 30), st.integers(1, 4))
def test_line_by_line_a_stop_string_may_begin_in_one_line_and_end_in_the_next(seed: int, at: int, size: int) -> None:
    whole = "".join(event.text for event in write_lines(seed, seed, lines=4)[0])
    stop = whole[at : at + size]
    events, _ = write_lines(seed, seed, lines=4, stop=(stop,) if stop else ())
    assert "".join(event.text for event in events) == (whole.partition(stop)[0] if stop else whole)
    sequence = events[-1].sequence
    assert sequence is not None
    assert sequence.finish_reason == ("stop" if stop else "lines")
    text, renderer = "", ScriptRenderer(SPEAKING_TOKENIZER, ScriptStyle("colon"))
    for token in sequence.ids[:-1]:
        piece, renderer = renderer.advance(token)
        text += piece
    assert not stop or stop not in text  # the last token completes it


def test_line_by_line_each_sequence_has_a_seed_and_each_line_other_draws() -> None:
    events, asked_for = write_lines(5, lines=2, num_return_sequences=3)
    several = collect(iter(events))
    assert several == [collect(iter(write_lines(seed, lines=2)[0]))[0] for seed in (5, 6, 7)]
    seeds = [sequence.seed for _, found in asked_for for sequence in found]
    assert len(set(seeds)) == 3 * 2 * 3


@given(st.integers(0, 10**6), st.sampled_from([8, 9]), st.booleans())
def test_nothing_is_copied_unless_it_is_said(seed: int, longest: int, beams: bool) -> None:
    options = {"temperature": 0.0, "num_beams": 3, "max_new_tokens": 40} if beams else {"max_new_tokens": 120}
    events, (written,) = write_speech(seed, model=seed, no_copy=longest, **options)
    script = decode_script(written.ids, SPEAKING_TOKENIZER, ScriptStyle("colon"))
    words = [word for line in script.lines for word in line.text.split()]
    hits = [tuple(words[k : k + 8]) in RUNS for k in range(len(words) - 7)]
    copied = any(all(hits[k : k + longest - 7]) for k in range(len(hits) - longest + 8))
    assert copied <= written.relaxed
    assert "".join(event.text for event in events) == written.text


def test_the_guard_had_something_to_do() -> None:
    def copies(no_copy: int) -> int:
        scripts = [
            decode_script(
                write_speech(seed, max_new_tokens=60, no_copy=no_copy)[1][0].ids, SPEAKING_TOKENIZER, ScriptStyle()
            )
            for seed in range(8)
        ]
        texts = [[word for line in script.lines for word in line.text.split()] for script in scripts]
        return sum(tuple(words[k : k + 8]) in RUNS for words in texts for k in range(len(words) - 7))

    assert copies(0) > 5
    assert copies(8) == 0


def test_several_sequences() -> None:
    events, written = write_speech(4, num_return_sequences=3, lines=2)
    assert sorted(sequence.seed for sequence in written) == [4, 5, 6]
    for row in range(3):
        sequence = next(event.sequence for event in events if event.row == row and event.sequence)
        assert "".join(event.text for event in events if event.row == row) == sequence.text
        assert sequence.seed == 4 + row


def test_a_fresh_seed_is_told_and_can_be_given_again() -> None:
    fresh = write_speech(None, lines=1)[1][0]
    assert write_speech(fresh.seed, lines=1)[1][0] == fresh


GREEDY = {"temperature": 0.0}


def spell(text: str, **options: object) -> GeneratedSequence:
    tokens = [LINE_END if token == TOKENIZER.encode("\n")[0] else token for token in TOKENIZER.encode(text)]
    model = spelling_model([*tokens, END])
    return collect(decode(model, state(), prompt(), DecodingOptions(**options)))[0]  # type: ignore[arg-type]


def test_the_word_that_the_model_spells() -> None:
    written = spell("hello", **GREEDY)
    assert written.text == "hello"
    assert written.ids == (*TOKENIZER.encode("hello"), END)
    assert written.finish_reason == "end"
    assert not written.relaxed


def test_the_log_probability_is_that_of_the_model_alone() -> None:
    written = spell("hi", temperature=0.1, top_k=1)
    each = 20 - math.log(math.exp(20) + PIECES.size - 1)
    assert written.log_probability == pytest.approx(3 * each, abs=1e-5)
    half = markov_model({START: {8: 0.5, 9: 0.5}, 8: {END: 0.25, 9: 0.75}, 9: {END: 1.0}}, 12)
    options = DecodingOptions(temperature=0)
    sequence = collect(decode(half, state(), prompt(), options))[0]
    assert sequence.ids == (8, 9, END)
    assert sequence.log_probability == pytest.approx(math.log(0.5 * 0.75), abs=1e-6)


def test_length() -> None:
    written = spell("hello", max_new_tokens=3, **GREEDY)
    assert (written.text, written.finish_reason) == ("hel", "length")


def test_the_end_token_on_the_last_step_is_not_lost() -> None:
    assert spell("hi", max_new_tokens=3, **GREEDY).finish_reason == "end"


def test_stop() -> None:
    written = spell("hello jerry", stop="lo", **GREEDY)
    assert (written.text, written.finish_reason) == ("hel", "stop")
    assert written.ids == tuple(TOKENIZER.encode("hello"))


def test_what_was_held_back_for_a_stop_string_is_shown_in_the_end() -> None:
    assert spell("hell", stop="lo", **GREEDY).text == "hell"


def test_lines() -> None:
    written = spell("a\nb\nc\n", lines=2, **GREEDY)
    assert (written.text, written.finish_reason) == ("a\nb\n", "lines")


def test_headings_are_no_lines() -> None:
    a = TOKENIZER.encode("a")[0]
    model = spelling_model([SCENE, a, LINE_END, a, LINE_END, END])
    written = collect(decode(model, state(), prompt(), DecodingOptions(lines=1, temperature=0)))[0]
    assert written.ids == (SCENE, a, LINE_END, a, LINE_END)


def test_the_line_of_the_prompt_counts_when_it_is_finished() -> None:
    a = TOKENIZER.encode("a")[0]
    asked = prompt(context=(START, FIRST_LABEL, a))
    model = spelling_model([a, LINE_END, END])
    written = collect(decode(model, state(), asked, DecodingOptions(lines=1, temperature=0)))[0]
    assert written.ids == (a, LINE_END)


def test_pieces_add_up_and_show_no_beginning_of_a_stop_string() -> None:
    tokens = [*TOKENIZER.encode("the cat sat"), END]
    options = DecodingOptions(temperature=0, stop=("sat", "tx"))  # "t" is held back until it is no "tx"
    events = list(decode(spelling_model(tokens), state(), prompt(), options))
    assert [event.text for event in events] == ["th", "e", " ", "c", "a", "t ", ""]
    assert "".join(event.text for event in events) == "the cat "
    assert events[-1].sequence is not None and events[-1].sequence.text == "the cat "
    assert [event.sequence for event in events[:-1]] == [None] * (len(events) - 1)


def test_whole_characters_only() -> None:
    tokens = [*TOKENIZER.encode("é€"), END]
    events = list(decode(spelling_model(tokens), state(), prompt(), DecodingOptions(temperature=0)))
    assert [event.text for event in events] == ["é", "€", ""]


def drawn(rows: list[int], **options: object) -> list[GeneratedSequence]:
    model = random_model(3, PIECES.size, spread=2.0)
    asked = DecodingOptions(max_new_tokens=30, **options)  # type: ignore[arg-type]
    prompts = [prompt(seed=seed) for seed in rows]
    return collect(draw_sequences(model, state(len(rows)), prompts, asked, first_piece=PIECES.first))


OPTIONS = {"temperature": 0.9, "top_k": 40, "top_p": 0.9, "repetition_penalty": 1.3, "no_repeat_ngram_size": 2}


def test_a_sequence_does_not_depend_on_its_batch() -> None:
    together = drawn([1, 2, 3, 4], **OPTIONS)
    assert together == [drawn([seed], **OPTIONS)[0] for seed in (1, 2, 3, 4)]
    assert len({sequence.ids for sequence in together}) == 4


def test_rows_finish_one_by_one() -> None:
    ends = markov_model({START: {8: 1.0}, 8: {8: 0.8, END: 0.2}}, 12)
    prompts = [prompt(seed=seed) for seed in range(6)]
    batches: list[int] = []

    def watched(ids: np.ndarray, before: tuple[np.ndarray, ...]) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        batches.append(len(ids))
        assert len(before[0]) == len(ids)
        return ends(ids, before)

    sequences = collect(draw_sequences(watched, state(6), prompts, DecodingOptions(temperature=1.0)))
    lengths = [len(sequence.ids) for sequence in sequences]
    assert batches == [sum(length > step for length in lengths) for step in range(max(lengths))]
    assert len(set(lengths)) > 2


def test_each_sequence_can_be_written_again_alone() -> None:
    model = random_model(3, PIECES.size, spread=2.0)

    def write(seed: int, count: int) -> list[GeneratedSequence]:
        options = DecodingOptions(seed=seed, num_return_sequences=count, max_new_tokens=20)
        return collect(decode(model, state(), prompt(), options))

    assert write(10, 3)[2] == write(12, 1)[0]
    assert write(12, 1)[0].seed == 12


def test_the_same_seed_gives_the_same_text() -> None:
    assert drawn([5], temperature=1.0) == drawn([5], temperature=1.0)
    assert drawn([5], temperature=1.0) != drawn([6], temperature=1.0)


def test_no_ngram_is_repeated() -> None:
    ids = drawn([1], temperature=0.3, no_repeat_ngram_size=2)[0].ids
    pieces = [pair for pair in pairwise(ids) if pair[1] >= PIECES.first]
    assert len(pieces) == len(set(pieces)) > 10


def test_a_long_text_outgrows_its_first_room() -> None:
    long = spelling_model([TOKENIZER.encode("a")[0]])
    options = DecodingOptions(temperature=0, max_new_tokens=600)
    assert collect(decode(long, state(), prompt(), options))[0].text == "a" * 600


def test_log_totals() -> None:
    assert log_totals(np.log(np.array([[1.0, 3.0], [2.0, 6.0]]))) == pytest.approx([math.log(4), math.log(8)])


def test_numbers_that_are_not_finite_are_told() -> None:
    def broken(ids: np.ndarray, before: tuple[np.ndarray, ...]) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
        return np.full((1, 12), np.nan, np.float32), before

    with pytest.raises(ModelError, match="not finite"):
        list(decode(broken, state(), prompt(), DecodingOptions()))


def finish(batch: Batch) -> list[GeneratedSequence]:
    """The sequences of a batch, in the order in which they end."""
    sequences = []
    while batch:
        for _, event in batch.advance():
            assert isinstance(event, Event)
            sequences += [event.sequence] if event.sequence else []
    return sequences


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9), st.sampled_from([0.5, 1.0, 2.0])), max_size=5))
def test_who_joins_a_running_batch_writes_what_it_would_alone(arrivals: list[tuple[int, int, float]]) -> None:
    model, batch, expected, found = random_model(3, PIECES.size), Batch(random_model(3, PIECES.size)), {}, {}
    for number, (wait, length, temperature) in enumerate(arrivals):
        options = DecodingOptions(max_new_tokens=length, temperature=temperature, repetition_penalty=1.1)
        expected[number] = collect(draw_sequences(model, state(), [prompt(number)], options, None, PIECES.first))[0]
        for _ in range(wait if batch else 0):
            if batch:
                events = [event for _, event in batch.advance() if isinstance(event, Event)]
                found |= {event.sequence.seed: event.sequence for event in events if event.sequence}
        batch.join(begin_drafts(state(), [prompt(number)], options, None, PIECES.first), state())
    assert found | {sequence.seed: sequence for sequence in finish(batch)} == expected


def test_who_is_not_wanted_leaves_and_an_error_ends_one_sequence_alone() -> None:
    class Breaking:
        """A renderer that fails."""

        def advance(self, token: int, /) -> tuple[str, "Breaking"]:
            raise RuntimeError("broken")

        def flush(self) -> str:
            return ""

    batch, options = Batch(random_model(3, PIECES.size)), DecodingOptions(max_new_tokens=3)
    prompts = [prompt(1), SequenceStart((START,), Breaking()), prompt(2)]
    drafts = begin_drafts(state(3), prompts, options)
    batch.join(drafts, state(3))
    failed = [(draft, str(event)) for draft, event in batch.advance() if isinstance(event, Exception)]
    assert failed == [(drafts[1], "broken")] and len(batch) == 2
    batch.keep(lambda draft: draft is not drafts[0])
    assert [sequence.seed for sequence in finish(batch)] == [2]
