import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.small import TOKENIZERS
from textgen.decoding.pieces import Pieces
from textgen.decoding.results import GeneratedSequence
from textgen.generation.ranking import FIRST_WORDS, MOST_REALNESS, REPETITION, beginning, candidate, repetition
from textgen.generation.reply import Reply
from textgen.tokenizers.special import END


def scored(
    text: str,
    nats_a_token: float = -2.0,
    familiarity: float = -4.0,
    said: tuple[str, ...] = (),
    log_odds: float = 0.0,
) -> float:
    ids = tuple(range(300, 300 + len(text.split())))
    sequence = GeneratedSequence(ids, text, "end", 0, nats_a_token * len(ids))
    return candidate(Reply(text), sequence, familiarity, said, log_odds).score


def test_the_parts_add_up() -> None:
    found = candidate(Reply("a b"), GeneratedSequence((1, 2), "a b", "end", 0, -6.0), -2.5, ["a b"])
    assert found.likelihood == -3.0
    assert (found.novelty, found.length, found.repetition) == pytest.approx((0.75, 0.125, -3.0))
    assert found.score == pytest.approx(-3.0 + 0.75 + 0.125 - 3.0)


def test_what_fits_this_message_wins_over_what_fits_every_message() -> None:
    assert scored("the tide is at nine", familiarity=-6.0) > scored("i do not know that", familiarity=-2.0)


def test_likelier_longer_and_fresher_replies_win() -> None:
    assert scored("one two three", -1.0) > scored("one two three", -2.0)
    assert scored("one two three four five six") > scored("one two")
    long = " ".join(map(str, range(20)))
    assert scored(long) == scored(f"{long} more")
    assert scored("tea is good for you") > scored("tea is good for you", said=("I said tea is good for you!",))
    assert scored("one two three four") > scored("one two one two")


def test_log_odds_add_to_the_likelihood_token_by_token() -> None:
    sequence = GeneratedSequence((1, 2, 3, 4), "a b c", "end", 0, -6.0)
    without, found = (candidate(Reply("a b c"), sequence, 0.0, [], log_odds) for log_odds in (0.0, 1.5))
    assert (without.realness, found.realness) == (0.0, 1.5 / 4)
    assert found.likelihood + found.realness == pytest.approx((-6.0 + 1.5) / 4)
    assert found.score == without.score + found.realness


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(1, 6))
def test_what_is_all_repetition_loses_however_real_it_reads(real: float, unreal: float, words: int) -> None:
    text = " ".join(["one", "two", "three", "four", "five", "six"][:words])
    assert scored(text, log_odds=real, said=(text,)) < scored(text, log_odds=unreal)
    assert 2 * MOST_REALNESS < REPETITION


@pytest.mark.parametrize(
    ("text", "said", "share"),
    [
        ("no no no no", [], 2 / 3),
        ("one two three", [], 0.0),
        ("Good morning.", ["good morning!"], 1.0),
        ("Good morning to you all.", ["a good morning to you"], 2 / 3),
        ("yes", ["yes, yes"], 0.0),
        ("😀", ["😀"], 1.0),
        ("no no no no", ["no no no no"], 1.0),
    ],
)
def test_repetition(text: str, said: list[str], share: float) -> None:
    assert repetition(text, said) == pytest.approx(share)


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=3))
def test_repetition_is_a_share(text: str, said: list[str]) -> None:
    assert 0 <= repetition(text, said) <= 1
    assert repetition(text, [*said, text]) == 1


@pytest.mark.parametrize("level", TOKENIZERS)
def test_the_beginning_is_so_many_words(level: str) -> None:
    tokenizer = TOKENIZERS[level]
    ids = [*tokenizer.encode("hello there how are you today"), END]
    assert FIRST_WORDS == 5
    assert tokenizer.decode(beginning(ids, Pieces(tokenizer))) == "hello there how are you"


@pytest.mark.parametrize("level", TOKENIZERS)
def test_of_a_short_reply_the_end_counts_too(level: str) -> None:
    ids = [*TOKENIZERS[level].encode("hello"), END]
    assert beginning(ids, Pieces(TOKENIZERS[level])) == tuple(ids)
    assert beginning([END], Pieces(TOKENIZERS[level])) == (END,)
