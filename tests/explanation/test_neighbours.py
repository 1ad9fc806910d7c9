from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.generation.small import chat_model
from textgen.api import load
from textgen.errors import ConfigurationError
from textgen.explanation.neighbours import neighbours
from textgen.generation.chat_model import ChatModel


def test_neighbours_by_hand() -> None:
    model = ChatModel(chat_model("word"))
    tea, day, you = (model.tokenizer.encode(word)[0] for word in (" tea", " day", " you"))
    embedding = np.zeros_like(model.network.embedding)
    embedding[tea, :2], embedding[day, :2], embedding[you, :2] = (1, 0), (3, 4), (-2, 0)
    model.network.embedding = embedding
    found = neighbours(model, "TEA", n=1000)
    assert (found.token, found.id) == (" tea", tea)
    assert found.neighbours[0] == (" day", day, pytest.approx(0.6))
    assert found.neighbours[-1] == (" you", you, pytest.approx(-1.0))
    assert len(found.neighbours) == model.tokenizer.vocabulary_size - 1
    assert neighbours(model, day, n=1).to_json_object() == {
        "token": " day",
        "id": day,
        "neighbours": [{"text": " tea", "id": tea, "similarity": pytest.approx(0.6)}],
    }


def test_a_speaker_is_a_token(untrained: Path) -> None:
    model = load(untrained).opened
    assert neighbours(model, "jerry").token == neighbours(model, "JERRY:").token == "JERRY:"


@pytest.mark.parametrize(
    ("token", "sentence"),
    [
        ("xyz", "no single token of this model, which spells it '"),
        ("", "spells it as nothing"),
        (10_000, "the tokens 0 to "),
    ],
)
def test_what_is_no_token_is_told(token: str | int, sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        neighbours(ChatModel(chat_model("word")), token)


@pytest.mark.parametrize(("token", "n"), [(9, 0), (9, -5), (9, True), (9, "3"), (True, 3), (None, 3), (9.5, 3)])
def test_what_is_no_number_is_refused(untrained: Path, token: Any, n: Any) -> None:
    with pytest.raises(ConfigurationError, match="asked for"):
        neighbours(load(untrained).opened, token, n)
