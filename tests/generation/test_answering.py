from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.small import TOKENIZERS, Parrot, chat_model
from textgen.corpus.document import turn_of
from textgen.decoding.options import chat_options
from textgen.generation.answering import Answer
from textgen.generation.chat_model import ChatModel
from textgen.generation.conversation import ReplyContext

RESPONDERS = {level: ChatModel(chat_model(level)) for level in TOKENIZERS}
TALK = ReplyContext((turn_of("hello", "user"),))


def answer(level: str = "word", seed: int = 1, talk: ReplyContext = TALK, **options: Any) -> Answer:
    return Answer(RESPONDERS[level], talk, chat_options(options), seed)


def parrot(reply: str, **options: Any) -> Answer:
    responder = ChatModel(chat_model("character"))
    responder.network = Parrot(responder.tokenizer, reply)  # type: ignore[assignment]
    return Answer(responder, TALK, chat_options(options), 0)


@pytest.mark.parametrize("level", TOKENIZERS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"candidates": 1},
        {"candidates": 3, "blocked": ("a", "day")},
        {"candidates": 1, "blocked": ("a", "day"), "stop": ("e", " y")},
        {"candidates": 1, "max_new_tokens": 3},
        {"num_beams": 3},
        {"num_beams": 3, "candidates": 1},
        {"temperature": 0},
    ],
    ids=str,
)
def test_the_pieces_are_the_reply(level: str, options: dict[str, Any]) -> None:
    for seed in range(5):
        made = answer(level, seed, **options)
        pieces = list(made.pieces())
        assert "".join(pieces) == made.reply
        assert all(pieces)
        assert made.reply == made.reply.strip()
        assert made.reply.seed == seed
        assert made.reply.log_probability < 0
        assert 1 <= made.reply.candidates <= chat_options(options).sequences


def test_a_single_reply_is_shown_while_it_is_written() -> None:
    pieces = parrot("hello there", candidates=1, temperature=1).pieces()
    assert next(pieces) == "h"
    assert list(pieces) == ["e", "l", "l", "o", " t", "h", "e", "r", "e"]


def test_white_space_at_the_ends_is_never_shown() -> None:
    assert list(parrot("a  b ", candidates=1).pieces()) == ["a", "  b"]


def test_with_blocked_words_only_whole_words_are_shown() -> None:
    assert list(parrot("hello you", candidates=1, blocked="damn").pieces()) == ["hello", " you"]


def test_a_stop_text_does_not_make_a_blocked_word() -> None:
    made = parrot("hello you", candidates=1, blocked="hell", stop="o y")
    assert "".join(made.pieces()) == made.reply == ""
    made = parrot("a hello", candidates=1, blocked="hell", stop="o")
    assert list(made.pieces()) == ["a"]
    assert made.reply.finish_reason == "stop"


def test_equal_texts_count_once() -> None:
    (only,) = parrot("hello", candidates=8).candidates()
    assert only.reply == "hello"
    assert only.reply.candidates == 1


def test_the_best_candidate_is_the_reply() -> None:
    for seed in range(5):
        made, ranked = answer(seed=seed), answer(seed=seed).candidates()
        "".join(made.pieces())
        assert made.reply == ranked[0].reply
        assert len({one.reply for one in ranked}) == len(ranked) == ranked[0].reply.candidates
        assert [one.score for one in ranked] == sorted((one.score for one in ranked), reverse=True)


def test_candidates_are_scored_in_one_batch_of_first_words_after_the_empty_context() -> None:
    responder = ChatModel(chat_model())
    calls = []
    score = responder.network.score

    def watched(contexts: Any, replies: Any) -> Any:
        calls.append((contexts, replies))
        return score(contexts, replies)

    responder.network.score = watched  # type: ignore[method-assign]
    ranked = Answer(responder, TALK, chat_options({}), 0).candidates()
    ((contexts, replies),) = calls
    assert contexts == [[1]] * len(ranked)
    assert all(reply[0] == 1 and 2 <= len(reply) <= 40 for reply in replies)


def test_an_empty_reply_is_no_candidate_where_there_are_others() -> None:
    for seed in range(10):
        made = answer("character", seed, stop=("e", "o", "a"))
        if len(made.candidates()) > 1:
            assert answer("character", seed, stop=("e", "o", "a")).candidates()[0].reply


@given(st.sampled_from(sorted(TOKENIZERS)), st.integers(0, 2**64 - 1), st.integers(1, 9), st.sampled_from([1, 3]))
def test_a_reply_is_never_empty_however_short(level: str, seed: int, tokens: int, candidates: int) -> None:
    made = answer(level, seed, max_new_tokens=tokens, candidates=candidates, temperature=1.5)
    list(made.pieces())
    assert made.reply and made.reply.strip()
    assert len(made.reply.splitlines()) == 1
