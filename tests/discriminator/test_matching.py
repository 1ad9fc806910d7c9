"""Wrong replies, and how often the true one is found."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from textgen.decoding.constraints.base import Pieces
from textgen.discriminator.matching import (
    WRONG,
    MessageReply,
    WordChanger,
    hits_at_1,
    matching_examples,
    matching_metrics,
    other_replies,
    scores_among_others,
)
from textgen.discriminator.metrics import Text
from textgen.tokenizers.base import LINE_END
from textgen.tokenizers.word import WordTokenizer

TOKENIZER = WordTokenizer.learn(["i like green tea and you like red soup"] * 3, [])


def reply(text: str) -> list[int]:
    return [*TOKENIZER.encode(text), LINE_END]


def pairs(count: int) -> list[MessageReply]:
    """Every message is answered by its own number."""
    return [MessageReply([30 + k], [30 + k, 7, LINE_END]) for k in range(count)]


def agree(messages: Sequence[Text], replies: Sequence[Text]) -> NDArray[np.floating]:
    return np.array([float(message[0] == told[0]) for message, told in zip(messages, replies, strict=True)])


def test_the_others_are_drawn_by_the_seed_and_none_is_the_true_reply() -> None:
    replies = [k % 25 for k in range(60)]
    found = other_replies(replies, seed=1)
    assert found is not None and found == other_replies(replies, seed=1) != other_replies(replies, seed=2)
    for true, others in zip(replies, found, strict=True):
        assert len(set(others)) == 19
        assert true not in [replies[k] for k in others]


@pytest.mark.parametrize("replies", [[], list(range(19)), [1] * 50 + list(range(2, 20))])
def test_with_too_few_others_there_is_no_figure(replies: list[int]) -> None:
    assert other_replies(replies) is None
    assert scores_among_others([MessageReply([9], [k]) for k in replies], agree) is None
    assert hits_at_1(None) is None


def test_hits_by_hand() -> None:
    scores = scores_among_others(pairs(30), agree)
    assert scores is not None and scores.shape == (30, 20)
    assert scores[:, 0].all() and not scores[:, 1:].any()
    assert hits_at_1(scores) == 1.0
    assert hits_at_1(np.array([[2.0, 1.0], [1.0, 1.0], [0.0, 1.0], [3.0, 2.0]])) == 0.5  # a tie finds nothing


def test_a_changed_reply_differs_in_one_word_or_in_the_places_of_two() -> None:
    changer, random = WordChanger(Pieces(TOKENIZER)), np.random.default_rng(0)
    told, other = reply("i like green tea"), reply("you like red soup")
    kinds = set()
    for _ in range(60):
        changed = changer.change(told, other, random)
        assert changed[-1] == LINE_END
        assert changed[0] == told[0]
        was, now = (TOKENIZER.decode(ids[:-1]).split() for ids in (told, changed))
        if sorted(was) == sorted(now):
            kinds.add("order" if was != now else "same")
        else:
            differ = [k for k, (one, two) in enumerate(zip(was, now, strict=True)) if one != two]
            assert len(differ) == 1 and now[differ[0]] in ("like", "red", "soup")
            kinds.add("word")
    assert {"order", "word"} <= kinds


def test_what_cannot_be_changed_stays() -> None:
    changer, random = WordChanger(Pieces(TOKENIZER)), np.random.default_rng(0)
    assert changer.change([LINE_END], reply("you"), random) == [LINE_END]
    assert changer.change(reply("you"), [LINE_END], random) == reply("you")


def test_examples_are_a_third_of_each_kind_and_none_of_the_wrong_is_right() -> None:
    true = [MessageReply(TOKENIZER.encode("like"), reply(f"i like {word} soup")) for word in ("red", "green") * 15]
    own = [MessageReply(TOKENIZER.encode("tea"), reply("tea tea"))] * 5
    found = matching_examples(true, own, WordChanger(Pieces(TOKENIZER)), seed=3)
    again = matching_examples(true, own, WordChanger(Pieces(TOKENIZER)), seed=3)
    assert found.true == again.true and found.wrong == again.wrong
    assert len(found.true) == len(found.wrong) == len(found.kinds) <= 15
    assert all(wrong.reply != right.reply for wrong, right in zip(found.wrong, found.true, strict=True))
    for wrong, kind in zip(found.wrong, found.kinds, strict=True):
        assert (WRONG[kind] == "own") == (wrong == own[0])
        if WRONG[kind] == "others":
            assert wrong in true
    assert found.real.tolist() == [True] * len(found.true) + [False] * len(found.wrong)


class Agrees:
    """Log-odds 1 where message and reply begin alike, else -1."""

    def logits(self, texts: Sequence[Text], /, *, messages: Sequence[Text]) -> NDArray[np.floating]:
        return 2 * agree(messages, texts) - 1

    def matches(self, messages: Sequence[Text], replies: Sequence[Text], /) -> NDArray[np.floating]:
        return agree(messages, replies)


def test_metrics_by_hand() -> None:
    first = TOKENIZER.first_piece
    exchanges = [
        MessageReply([first + k], [first + k, *TOKENIZER.encode(" like" if k % 2 else " tea"), LINE_END])
        for k in range(30)
    ]
    own = [MessageReply([first + k], [first + k, LINE_END]) for k in range(10)]
    found = matching_metrics(Agrees(), 2.0, matching_examples(exchanges, own, WordChanger(Pieces(TOKENIZER)), 0))
    # One reply's own beginning is right for its message; the model's own and the changed ones begin so, too.
    assert found["accuracy"] == {"own": 0.5, "others": 1.0, "changed": 0.5}
    assert found["hits_at_1"] == 1.0
    sure, unsure = found["reliability"][-1], found["reliability"][0]
    assert (unsure["found"], unsure["texts"]) == (0.0, 10)
    assert sure["texts"] == found["replies"] - 10
