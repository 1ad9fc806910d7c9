"""The whole way, with the corpus's own renderer: random models, and what must hold whatever they say."""

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decoding.fakes import random_model, state
from textgen.corpus.encoding import decode_script
from textgen.corpus.rendering import ScriptRenderer
from textgen.corpus.style import ScriptStyle
from textgen.decoding.constraints import AllOf, Utf8Constraint
from textgen.decoding.cursor import SequenceStart
from textgen.decoding.decode import decode
from textgen.decoding.grammar import ScriptGrammar
from textgen.decoding.ngrams import ngram_hashes, word_hashes
from textgen.decoding.options import DecodingOptions
from textgen.decoding.pieces import Pieces
from textgen.decoding.protocols import Ids, State, StepFunction
from textgen.decoding.results import Event, GeneratedSequence
from textgen.decoding.shape import ScriptShape
from textgen.decoding.speech import CopyGuard
from textgen.tokenizers.special import START
from textgen.tokenizers.word import WordTokenizer

TOKENIZER = WordTokenizer([" a", " b", "a", "b", " ", "!", "é"], ["jerry", "elaine"])
PIECES = Pieces(TOKENIZER)
SHAPE = ScriptShape(longest_line=8, narration=True, scenes=True, spelled_names=True)
CORPUS = ["ab"[bit] for bit in np.random.default_rng(0).integers(0, 2, 120)]
INDEX = np.unique(ngram_hashes(word_hashes(CORPUS), 8))
RUNS = {tuple(CORPUS[k : k + 8]) for k in range(len(CORPUS) - 7)}


def speaking_model(seed: int) -> StepFunction:
    """A random model that likes words, and little else."""
    likes = np.full(PIECES.size, -6.0, np.float32)
    likes[: PIECES.size - 256] = 0.0
    likes[PIECES.spelling(b" a") + PIECES.spelling(b" b")] = 4.0
    base = random_model(seed, PIECES.size, spread=1.0)

    def step(ids: Ids, before: State) -> tuple[np.ndarray, State]:
        logits, after = base(ids, before)
        return logits + likes, after

    return step


def write(
    seed: int | None, style: str = "colon", model: int = 7, **options: Any
) -> tuple[list[Event], list[GeneratedSequence]]:
    chosen = DecodingOptions(**{"seed": seed, "temperature": 1.0, **options})
    rules = ScriptGrammar(PIECES, SHAPE, may_end=chosen.lines is None)
    asked = SequenceStart(
        context=[START],
        renderer=ScriptRenderer(TOKENIZER, ScriptStyle(style)),
        constraint=AllOf(Utf8Constraint(PIECES), rules.begin([START])),
    )
    guard = CopyGuard(INDEX, PIECES)
    events = list(decode(speaking_model(model), state(), asked, chosen, guard, PIECES.first))
    return events, [event.sequence for event in events if event.sequence is not None]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(["colon", "play", "fountain", "plain"]), st.sampled_from([1, 3]))
def test_the_text_is_that_of_the_script(seed: int, style: str, beams: int) -> None:
    options = {"temperature": 0.0, "num_beams": beams} if beams > 1 else {}
    events, (written,) = write(seed, style, seed, lines=3, max_new_tokens=80, **options)
    script = decode_script(written.ids, TOKENIZER, ScriptStyle(style))
    assert "".join(event.text for event in events) == written.text
    if written.finish_reason == "lines":
        assert written.text == script.text
        assert len(script.lines) == 3
    else:
        assert script.text.startswith(written.text)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([8, 9]), st.booleans())
def test_nothing_is_copied_unless_it_is_said(seed: int, longest: int, beams: bool) -> None:
    options = {"temperature": 0.0, "num_beams": 3, "max_new_tokens": 40} if beams else {"max_new_tokens": 120}
    events, (written,) = write(seed, model=seed, no_copy=longest, **options)
    script = decode_script(written.ids, TOKENIZER, ScriptStyle("colon"))
    words = [word for line in script.lines for word in line.text.split()]
    hits = [tuple(words[k : k + 8]) in RUNS for k in range(len(words) - 7)]
    copied = any(all(hits[k : k + longest - 7]) for k in range(len(hits) - longest + 8))
    assert copied <= written.relaxed
    assert "".join(event.text for event in events) == written.text


def test_the_guard_had_something_to_do() -> None:
    def copies(no_copy: int) -> int:
        scripts = [
            decode_script(write(seed, max_new_tokens=60, no_copy=no_copy)[1][0].ids, TOKENIZER, ScriptStyle())
            for seed in range(8)
        ]
        texts = [[word for line in script.lines for word in line.text.split()] for script in scripts]
        return sum(tuple(words[k : k + 8]) in RUNS for words in texts for k in range(len(words) - 7))

    assert copies(0) > 5
    assert copies(8) == 0


def test_several_sequences() -> None:
    events, written = write(4, num_return_sequences=3, lines=2)
    assert sorted(sequence.seed for sequence in written) == [4, 5, 6]
    for row in range(3):
        sequence = next(event.sequence for event in events if event.row == row and event.sequence)
        assert "".join(event.text for event in events if event.row == row) == sequence.text
        assert sequence.seed == 4 + row


def test_a_fresh_seed_is_told_and_can_be_given_again() -> None:
    fresh = write(None, lines=1)[1][0]
    assert write(fresh.seed, lines=1)[1][0] == fresh
