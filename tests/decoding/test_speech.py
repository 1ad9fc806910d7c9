import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decoding.fakes import PIECES, TOKENIZER
from textgen.decoding.ngrams import ngram_hashes, word_hashes
from textgen.decoding.speech import CopyGuard, Speech, whole_characters
from textgen.decoding.structure import Place
from textgen.tokenizers.special import FIRST_LABEL, LINE_END, NAME, NAME_END, SCENE, START

WORDS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"]
JERRY = FIRST_LABEL


def guard(words: list[str] = WORDS) -> CopyGuard:
    return CopyGuard(np.sort(ngram_hashes(word_hashes(words), 8)), PIECES)


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


@settings(max_examples=60, deadline=None)
@given(st.text("ab \n\u00a0é", max_size=30))
def test_words_are_what_split_finds(text: str) -> None:
    speech = follow(TOKENIZER.encode(text))[0].closed()
    assert list(speech.recent) == word_hashes(text.split()[-8:]).tolist()
