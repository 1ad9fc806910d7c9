from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decoding.fakes import PIECES, TOKENIZER, PieceRenderer, random_model, state
from textgen.decoding.constraints.base import AllOf, HealingConstraint, Pieces, Utf8Constraint
from textgen.decoding.constraints.script import Place, ScriptConstraint, ScriptGrammar, ScriptShape, place_after
from textgen.decoding.loop import decode
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import GeneratedSequence, collect
from textgen.decoding.sequence import SequenceStart
from textgen.errors import ConfigurationError
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END, NAME, NAME_END, PAD, SCENE, START, TURN
from textgen.tokenizers.subword import SubwordTokenizer
from textgen.tokenizers.word import WordTokenizer

JERRY, ELAINE = FIRST_LABEL, FIRST_LABEL + 1
A = TOKENIZER.encode("a")[0]
NEWLINE = TOKENIZER.encode("\n")[0]
SHAPE = ScriptShape(longest_line=5, narration=True, scenes=True, spelled_names=True)


def grammar(shape: ScriptShape = SHAPE, **rules: Any) -> ScriptGrammar:
    return ScriptGrammar(PIECES, shape, **rules)


def legal(constraint: ScriptConstraint, *tokens: int) -> set[int]:
    """The structure allowed after the tokens, and A and NEWLINE for all text."""
    for token in tokens:
        constraint = constraint.advance(token)
    allowed = set(np.flatnonzero(constraint.allowed()).tolist())
    return {token for token in allowed if token < PIECES.first} | (allowed & {A, NEWLINE})


def test_a_line_start() -> None:
    assert legal(grammar().begin([START])) == {END, SCENE, NAME, JERRY, ELAINE, A}


def test_what_the_corpus_has_not_is_not_written() -> None:
    bare = ScriptShape(longest_line=5, narration=False, scenes=False)
    assert legal(grammar(bare).begin([START])) == {END, JERRY, ELAINE}


def test_the_document_may_not_end_before_its_lines_are_written() -> None:
    assert END not in legal(grammar(may_end=False).begin([START]))


def test_a_line() -> None:
    begun = grammar().begin([START])
    assert legal(begun, JERRY) == {A}
    assert legal(begun, JERRY, A) == {A, LINE_END}
    assert legal(begun, A) == {A, LINE_END}


def test_empty_lines_and_line_breaks_where_the_corpus_has_them() -> None:
    shape = ScriptShape(longest_line=5, narration=True, scenes=False, line_breaks=True, empty_lines=True)
    begun = grammar(shape).begin([START])
    assert legal(begun, JERRY) == {A, NEWLINE, LINE_END}
    assert legal(begun) == {END, JERRY, ELAINE, A, NEWLINE, LINE_END}


def test_a_spelled_name() -> None:
    begun = grammar().begin([START])
    assert legal(begun, NAME) == {A}
    assert legal(begun, NAME, A) == {A, NAME_END}
    assert legal(begun, NAME, A, NAME_END) == {A}


def test_a_heading_is_followed_by_a_line() -> None:
    begun = grammar().begin([START])
    assert legal(begun, SCENE) == {A, LINE_END}
    assert legal(begun, SCENE, A, LINE_END) == {END, NAME, JERRY, ELAINE, A}


@pytest.mark.parametrize(
    ("opening", "closer"), [([JERRY], LINE_END), ([], LINE_END), ([SCENE], LINE_END), ([NAME], NAME_END)]
)
def test_what_is_too_long_must_end(opening: list[int], closer: int) -> None:
    begun = grammar().begin([START])
    assert A in legal(begun, *opening, *[A] * 4)
    assert legal(begun, *opening, *[A] * 5) == {closer}
    assert A in legal(begun, *opening, *[A] * 5, closer)


def test_a_line_that_is_too_long_finishes_its_character() -> None:
    c3 = PIECES.size - 256 + 0xC3
    constraint: Any = AllOf(Utf8Constraint(PIECES), grammar().begin([START, JERRY]))
    for token in (A, A, A, A, c3):
        constraint = constraint.advance(token)
    assert np.flatnonzero(constraint.allowed()).tolist() == list(range(c3 - 0x43, c3 - 3))
    assert np.flatnonzero(constraint.advance(c3 - 0x43).allowed()).tolist() == [LINE_END]


def test_a_heading_that_the_prompt_begins_has_the_room_of_a_heading() -> None:
    begun = grammar(ScriptShape(longest_line=2, longest_heading=4, narration=True, scenes=True)).begin(
        [START, SCENE, A]
    )
    assert A in legal(begun, A, A, A)
    assert legal(begun, A, A, A, A) == {LINE_END}


def test_a_prefix_is_text_even_where_no_narration_begins() -> None:
    bare = ScriptShape(longest_line=5, narration=False, scenes=False)
    assert legal(grammar(bare).begin([START], b"a")) == {A}


def test_the_room_for_a_prefix() -> None:
    assert A in legal(grammar().begin([START, JERRY], b"aa"), *[A] * 6)
    assert A not in legal(grammar().begin([START, JERRY], b"aa"), *[A] * 7)


def test_a_prompt_may_end_anywhere() -> None:
    assert legal(grammar().begin([START, JERRY, A, LINE_END, ELAINE])) == {A}
    assert legal(grammar().begin([START, SCENE, A])) == {A, LINE_END}


def test_only_those_asked_for_may_speak() -> None:
    begun = grammar(labels=[ELAINE]).begin([START])
    assert legal(begun) == {END, SCENE, ELAINE}
    assert legal(grammar(labels=[], names=[[A]]).begin([START])) == {END, SCENE, NAME}


def test_names_are_spelled_as_asked() -> None:
    newman, neil = TOKENIZER.encode("newman"), TOKENIZER.encode("ne")
    begun = grammar(labels=[], names=[newman, neil]).begin([START])

    def after(*tokens: int) -> list[int]:
        constraint = begun
        for token in (NAME, *tokens):
            constraint = constraint.advance(token)
        return np.flatnonzero(constraint.allowed()).tolist()

    assert after() == [newman[0]]
    assert after(*neil) == [NAME_END, newman[2]]
    assert after(*newman) == [NAME_END]
    assert A in legal(begun, NAME, *newman, NAME_END)
    assert legal(begun, NAME, *newman, NAME_END, A, LINE_END) == {END, SCENE, NAME}


def test_nobody_to_speak_is_refused() -> None:
    bare = ScriptShape(longest_line=5, narration=False, scenes=True)
    with pytest.raises(ConfigurationError, match="no speaker may have a line"):
        grammar(bare, labels=[])
    with pytest.raises(ConfigurationError, match="longest_line=0"):
        ScriptShape(longest_line=0, narration=True, scenes=True)


WORD = Pieces(WordTokenizer([" hello", "a", "b\nc", "\n", "é"], ["jerry", "elaine"]))
# The second merge ends and begins in the middle of a character.
SUBWORD = Pieces(SubwordTokenizer([(0xE2, 0x82), (0x82, 0xAC), (0x61, 0x0A)], ["jerry", "elaine"]))
LEVELS = [PIECES, WORD, SUBWORD]


def write(
    seed: int, prefix: bytes = b"", lines: int | None = 3, pieces: Pieces = PIECES, **rules: Any
) -> GeneratedSequence:
    options = DecodingOptions(lines=lines, max_new_tokens=None if lines else 60, seed=seed, temperature=1.0)
    context = [START, JERRY] if prefix else [START]
    constraint = AllOf(
        Utf8Constraint(pieces),
        HealingConstraint(pieces, prefix),
        ScriptGrammar(pieces, may_end=lines is None, **rules).begin(context, prefix),
    )
    asked = SequenceStart(context, PieceRenderer(pieces), constraint)
    model = random_model(seed, pieces.size)
    return collect(decode(model, state(), asked, options, first_piece=pieces.first))[0]


SHAPES = st.builds(
    ScriptShape,
    longest_line=st.integers(1, 6),
    narration=st.booleans(),
    scenes=st.booleans(),
    spelled_names=st.booleans(),
    line_breaks=st.booleans(),
    empty_lines=st.booleans(),
)


@given(st.integers(0, 10**6), SHAPES, st.sampled_from(LEVELS))
def test_whatever_the_model_says_whole_lines_come_out(seed: int, shape: ScriptShape, pieces: Pieces) -> None:
    written = write(seed, shape=shape, pieces=pieces)
    assert written.finish_reason == "lines"
    assert not {PAD, START, TURN, END} & set(written.ids)
    text = b"".join(pieces.of[token] for token in written.ids)
    assert text.decode().encode() == text
    if not shape.line_breaks:
        assert b"\n" not in text


@given(st.integers(0, 10**6), st.sampled_from(["kramer", "él", "a b"]))
def test_whatever_the_model_says_only_those_asked_for_speak(seed: int, name: str) -> None:
    written = write(seed, shape=SHAPE, labels=[ELAINE], names=[TOKENIZER.encode(name)])
    assert speakers(written.ids) <= {"elaine", name}
    assert len(speakers(written.ids)) >= 1


@given(st.integers(0, 10**6), st.text("abé€", min_size=1, max_size=9), st.sampled_from(LEVELS))
def test_whatever_the_model_says_the_text_begins_with_the_prefix(seed: int, prefix: str, pieces: Pieces) -> None:
    written = write(seed, prefix.encode(), pieces=pieces, shape=SHAPE)
    assert written.text.startswith(prefix)
    assert written.finish_reason == "lines"


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_a_document_ends_at_a_line_start_only(seed: int) -> None:
    written = write(seed, lines=None, shape=SHAPE)
    if END in written.ids:
        assert written.finish_reason == "end"
        assert written.ids.index(END) == len(written.ids) - 1
        assert written.ids[-2:-1] in ((), (LINE_END,))


def speakers(ids: tuple[int, ...]) -> set[str]:
    """Who begins a line."""
    found, name = set(), list[int]()
    for token in ids:
        if token == NAME_END:
            found.add(TOKENIZER.decode(name))
        if token in (NAME, NAME_END, LINE_END, SCENE):
            name = []
        elif FIRST_LABEL <= token < PIECES.first:
            found.add(TOKENIZER.speaker_of(token) or "")
        else:
            name.append(token)
    return found


PIECE = FIRST_LABEL + 1  # one label


@pytest.mark.parametrize(
    ("tokens", "place"),
    [
        ([START], Place.LINE_START),
        ([START, SCENE], Place.HEADING),
        ([START, SCENE, PIECE], Place.HEADING),
        ([START, SCENE, PIECE, LINE_END], Place.AFTER_HEADING),
        ([START, FIRST_LABEL], Place.TEXT_START),
        ([START, FIRST_LABEL, PIECE], Place.TEXT),
        ([START, PIECE], Place.TEXT),
        ([START, NAME], Place.NAME_START),
        ([START, NAME, PIECE], Place.NAME),
        ([START, NAME, PIECE, NAME_END], Place.TEXT_START),
        ([START, FIRST_LABEL, PIECE, LINE_END], Place.LINE_START),
        ([START, PIECE, LINE_END, END], Place.LINE_START),
    ],
)
def test_places(tokens: list[int], place: Place) -> None:
    assert place_after(tokens, first_piece=PIECE) is place


def test_without_the_first_piece_a_label_counts_as_text() -> None:
    assert place_after([START, FIRST_LABEL]) is Place.TEXT
