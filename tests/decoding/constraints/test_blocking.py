import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.decoding.fakes import PieceRenderer, random_model, state
from textgen.decoding.constraints.base import AllOf, Pieces, Utf8Constraint
from textgen.decoding.constraints.reply import BlockList
from textgen.decoding.loop import decode
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import GeneratedSequence, collect
from textgen.decoding.sequence import SequenceStart
from textgen.tokenizers.base import END, START, Tokenizer
from textgen.tokenizers.character import CharacterTokenizer
from textgen.tokenizers.subword import SubwordTokenizer
from textgen.tokenizers.word import WordTokenizer

TEXTS = ["damn it, said the ass of the class: hell, hello, damned hell hath no ASS", "an ass, a damn ass"] * 4
TOKENIZERS = {
    "character": CharacterTokenizer.learn(TEXTS, ["jerry"]),
    "word": WordTokenizer.learn(TEXTS, ["jerry"]),
    "subword": SubwordTokenizer.learn(TEXTS, ["jerry"]),
}
PIECES = {level: Pieces(tokenizer) for level, tokenizer in TOKENIZERS.items()}


def accepts(level: str, words: list[str], ids: list[int], room: int | None = None) -> bool:
    """Whether the constraint lets these ids through, END after them included."""
    constraint = BlockList(PIECES[level], words).begin(room)
    for token in ids:
        if not constraint.allowed()[token]:
            return False
        constraint = constraint.advance(token)
    return bool(constraint.allowed()[END])


def spelled(tokenizer: Tokenizer, text: str, alphabet: str = "bytes") -> list[int]:
    """The ids of a text in bytes, or in the tokenizer's own pieces."""
    if alphabet == "bytes":
        return [tokenizer.first_byte + value for value in text.encode()]
    return tokenizer.encode(text)


def holds(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text.casefold()) is not None


@pytest.mark.parametrize("level", TOKENIZERS)
@pytest.mark.parametrize("alphabet", ["bytes", "pieces"])
@pytest.mark.parametrize(
    ("text", "blocked"),
    [
        ("damn", True),
        ("Damn it", True),
        ("oh dAMN", True),
        ("oh,damn!", True),
        ("damned", False),
        ("goddamn", False),
        ("the class", False),
        ("an ass", True),
        ("ass's", True),
        ("ass_", False),
        ("hello", False),
        ("hell", True),
        ("hell hath", True),
        ("new york", True),
        ("a new  york", False),
        ("new yorkers", False),
        ("a new new york.", True),
        ("it is naïve", True),
        ("naïveté", False),
    ],
)
def test_whole_words_in_any_case_are_kept_out(level: str, alphabet: str, text: str, blocked: bool) -> None:
    words = ["damn", "ass", "Hell ", "New York", "naïve"]
    ids = spelled(TOKENIZERS[level], text, alphabet)
    if blocked or alphabet == "bytes" or level == "character":
        assert accepts(level, words, ids) is not blocked


def test_a_piece_that_spells_the_whole_word_is_ruled_out_at_once() -> None:
    pieces = PIECES["word"]
    constraint = BlockList(pieces, ["ass"]).begin()
    (token,) = pieces.spelling(b" ass")
    assert not constraint.allowed()[token]


def test_a_spelled_word_may_be_the_beginning_of_a_longer_one_unless_the_text_is_cut_off() -> None:
    tokenizer = TOKENIZERS["character"]
    ids = tokenizer.encode("hell")
    assert accepts("character", ["hell"], tokenizer.encode("hello"))
    constraint = BlockList(PIECES["character"], ["hell"]).begin(room=4)
    for token in ids[:-1]:
        constraint = constraint.advance(token)
    assert not constraint.allowed()[ids[-1]]
    assert constraint.allowed()[tokenizer.encode("o")[0]]


def test_a_word_that_ends_in_no_letter_needs_nothing_behind_it() -> None:
    tokenizer = TOKENIZERS["character"]
    assert not accepts("character", ["f***"], tokenizer.encode("f***k"))
    assert accepts("character", ["f***"], tokenizer.encode("f**"))


def test_what_was_cut_off_loses_a_word_of_the_list_at_its_end() -> None:
    words = BlockList(PIECES["character"], ["damn", "new york"])
    assert words.without_end("oh Damn") == "oh"
    assert words.without_end("in new york") == "in new"
    assert words.without_end("oh damned") == "oh damned"
    assert words.without_end("damn") == ""


def written(level: str, words: list[str], seed: int, **options: object) -> list[GeneratedSequence]:
    pieces = PIECES[level]
    chosen = DecodingOptions(seed=seed, max_new_tokens=options.pop("max_new_tokens", 40), **options)  # type: ignore[arg-type]
    constraint = AllOf(BlockList(pieces, words).begin(chosen.max_new_tokens), Utf8Constraint(pieces))
    prompt = SequenceStart([START], PieceRenderer(pieces), constraint)
    return collect(decode(random_model(seed, pieces.size), state(), prompt, chosen, first_piece=pieces.first))


@given(
    st.sampled_from(sorted(TOKENIZERS)),
    st.lists(st.sampled_from(["a", "ass", "s", "e", "damn it", "é", "h", "'", "no ass", "\n"]), min_size=1, max_size=5),
    st.integers(0, 2**32),
    st.integers(1, 30),
)
def test_blocked_words_never_occur(level: str, words: list[str], seed: int, tokens: int) -> None:
    words = [word for word in words if word.strip()] or ["a"]
    for sequence in written(level, words, seed, max_new_tokens=tokens, num_return_sequences=3):
        assert not any(holds(sequence.text, word) for word in words if word != "'")
        assert "'" not in sequence.text or "'" not in words


def test_blocked_words_never_occur_with_beams() -> None:
    for sequence in written("word", ["ass", "the"], 3, temperature=0, num_beams=4, num_return_sequences=4):
        assert not holds(sequence.text, "ass") and not holds(sequence.text, "the")


def test_a_long_list_leaves_everything_else() -> None:
    pieces = PIECES["subword"]
    mask = BlockList(pieces, [f"word{number}" for number in range(500)]).begin().allowed()
    assert np.count_nonzero(~mask) == 0
