import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.generation.small import TOKENIZERS
from textgen.errors import ModelError
from textgen.explanation.tokens import explain_tokens, token_kind, token_text
from textgen.tokenizers.base import END, FIRST_LABEL, LINE_END
from textgen.tokenizers.character import CharacterTokenizer

TOKENIZER = CharacterTokenizer.learn(["abc d"] * 9, ["JERRY"])


def test_tokens_are_shown_readably() -> None:
    ids = [FIRST_LABEL, *TOKENIZER.encode("a b\u00e9"), LINE_END, END]
    assert [token_text(TOKENIZER, token) for token in ids] == ["JERRY:", "a", " ", "b", "<C3>", "<A9>", "⏎", "⟨end⟩"]
    kinds = [token_kind(TOKENIZER, token) for token in ids]
    assert kinds == ["speaker", "text", "text", "text", "bytes", "bytes", "structure", "structure"]


@given(st.sampled_from(sorted(TOKENIZERS)), st.text(st.characters(codec="utf-8"), max_size=30))
def test_what_is_shown_of_text_is_the_text(level: str, text: str) -> None:
    tokenizer = TOKENIZERS[level]
    ids = tokenizer.encode(text)
    shown = [token_text(tokenizer, token) for token in ids]
    if all(token_kind(tokenizer, token) == "text" for token in ids):
        assert "".join(shown) == text
    assert all(shown)


def test_probability_rank_and_alternatives_by_hand() -> None:
    size = TOKENIZER.vocabulary_size
    logits = np.full((2, size), -1000.0, np.float32)
    likely, second, third = TOKENIZER.encode("abc")
    logits[:, [likely, second, third]] = np.log([0.5, 0.25, 0.25])
    first, last = explain_tokens(TOKENIZER, [likely, third], logits)
    assert (first.text, first.rank, first.probability) == ("a", 1, pytest.approx(0.5))
    assert (last.text, last.rank, last.surprise) == ("c", 2, pytest.approx(np.log(4)))  # as likely as the second
    assert [(one.text, one.probability) for one in last.alternatives[:3]] == [
        ("a", pytest.approx(0.5)),
        ("b", pytest.approx(0.25)),
        ("c", pytest.approx(0.25)),
    ]
    assert len(first.alternatives) == 10


def test_of_equally_likely_tokens_the_first_are_shown_and_all_rank_first() -> None:
    (token,) = explain_tokens(TOKENIZER, [END], np.zeros((1, TOKENIZER.vocabulary_size), np.float32))
    assert (token.rank, token.probability) == (1, pytest.approx(1 / TOKENIZER.vocabulary_size))
    assert [one.id for one in token.alternatives] == list(range(10))


def test_a_broken_model_is_told() -> None:
    logits = np.full((1, TOKENIZER.vocabulary_size), np.nan, np.float32)
    with pytest.raises(ModelError, match="not finite"):
        list(explain_tokens(TOKENIZER, [END], logits))
