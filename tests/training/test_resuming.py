"""What may be asked of a run that goes on."""

import re
from pathlib import Path
from typing import Any

import pytest

from textgen.api import train_chat, train_script
from textgen.errors import ConfigurationError
from textgen.model_folder import ModelFolder
from textgen.training.chat_preparation import Listening
from textgen.training.resuming import require_as_begun
from textgen.training.sizing import ChatChoice, ScriptChoice

BEGUN = {"level": "character", "embedding": 16, "hidden": 24, "layers": 2, "streams": 4, "window": 16}
"""With what the model of the fixture `untrained` was."""


@pytest.mark.parametrize("asked", [{}, BEGUN, {"words": "whitespace", "vocabulary_limit": 5}, {"dropout": 0.0}])
def test_what_a_run_was_begun_with_may_be_asked_for_again(untrained: Path, asked: dict[str, Any]) -> None:
    require_as_begun(ModelFolder(untrained), ScriptChoice(**asked), seed=0)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"level": "word"}, "level is 'word', but the run in {} was begun with 'character': leave it out to resume"),
        ({"size": "large"}, "size is 'large', but the run in {} was begun with '2 x 24': leave it out"),
        ({"size": "large", "hidden": 23}, "hidden is 23, but the run in {} was begun with 24"),
        ({**BEGUN, "layers": 3}, "layers is 3, but the run in {} was begun with 2"),
        ({"streams": 5}, "streams is 5, but the run in {} was begun with 4"),
        ({"dropout": 0.3}, "dropout is 0.3, but the run in {} was begun with 0.0"),
        ({"learning_rate": 1.0}, "learning_rate is 1.0, but the run in {} was begun with 0.004"),
    ],
)
def test_what_it_was_not_begun_with_is_refused(untrained: Path, asked: dict[str, Any], found: str) -> None:
    with pytest.raises(ConfigurationError, match="^" + re.escape(found.format(untrained))):
        require_as_begun(ModelFolder(untrained), ScriptChoice(**asked), seed=0)


def test_another_seed_is_refused(untrained: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^seed is 3, but the run in .* was begun with 0: leave it out"):
        require_as_begun(ModelFolder(untrained), ScriptChoice(), seed=3)


def test_a_chatbot_too(chat_model: Path) -> None:
    folder = ModelFolder(chat_model)
    require_as_begun(folder, ChatChoice(attention=True), Listening(replies_by="bob", spacing="as-is"), seed=0)
    with pytest.raises(ConfigurationError, match=r"attention is False, but the run in .* was begun with True"):
        require_as_begun(folder, ChatChoice(attention=False), Listening(), seed=0)
    with pytest.raises(ConfigurationError, match=r"turns is 0, but the run in .* was begun with 3: leave it out"):
        require_as_begun(folder, ChatChoice(), Listening(turns=0), seed=0)
    with pytest.raises(ConfigurationError, match=r"replies_by is 'ann', but the run in .* was begun with 'bob'"):
        require_as_begun(folder, ChatChoice(), Listening(replies_by="ann"), seed=0)


def test_a_refused_run_is_as_it_was(trained: Path, corpus: Path, chat_model: Path, dialogues: Path) -> None:
    for train, text, folder in ((train_script, corpus, trained), (train_chat, dialogues, chat_model)):
        before = (folder / "training" / "run.json").read_bytes()
        with pytest.raises(ConfigurationError, match="size is 'large', but the run in"):
            train(text, folder, resume=True, steps=1000, size="large", quiet=True)
        with pytest.raises(ConfigurationError, match="its budget of 10 steps is spent"):
            train(text, folder, resume=True, steps=10, quiet=True)
        assert (folder / "training" / "run.json").read_bytes() == before
