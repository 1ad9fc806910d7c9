"""A model of every format version that ever was still loads, reads a prompt as before, and gives the same logits."""

from pathlib import Path

import numpy as np
import pytest

import textgen
from textgen.corpus.encoding import ScriptEncoder
from textgen.corpus.prompt import parse_prompt
from textgen.model_folder import FORMAT_VERSION

from .data.make_frozen import PROMPT, chat_logits

DATA = Path(__file__).parent / "data"
FOLDERS, CHATS = sorted(DATA.glob("script-v*")), sorted(DATA.glob("chat-v*"))


def test_there_is_one_of_every_version() -> None:
    assert [folder.name for folder in FOLDERS] == [f"script-v{k}" for k in range(1, FORMAT_VERSION + 1)]
    assert [folder.name for folder in CHATS] == [f"chat-v{k}" for k in range(1, FORMAT_VERSION + 1)]


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_frozen_model_gives_the_logits_it_gave(folder: Path) -> None:
    writer = textgen.load(folder)
    with np.load(folder / "expected.npz", allow_pickle=False) as expected:
        ids, logits = expected["ids"], expected["logits"]
    assert ScriptEncoder(writer.tokenizer).encode_prompt(parse_prompt(PROMPT, writer.style)) == ids.tolist()
    state = writer.model.initial_state()
    for token, row in zip(ids, logits, strict=True):
        found, state = writer.model.step(np.array([token]), state)
        assert np.abs(found[0] - row).max() < 1e-3
    assert logits.std() > 0.5


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_frozen_model_writes(folder: Path) -> None:
    script = textgen.load(folder).write(PROMPT, lines=3, seed=1, no_copy=8, characters=["jerry", "elaine"])
    assert script.text.startswith(PROMPT)
    assert {line.speaker for line in script.lines[-2:]} <= {"JERRY", "ELAINE"}


@pytest.mark.parametrize("folder", CHATS, ids=lambda folder: folder.name)
def test_a_frozen_chatbot_gives_the_logits_it_gave(folder: Path) -> None:
    context, reply, logits = chat_logits(folder)
    with np.load(folder / "expected.npz", allow_pickle=False) as expected:
        assert np.array_equal(context, expected["context"])
        assert np.array_equal(reply, expected["reply"])
        assert np.abs(logits - expected["logits"]).max() < 1e-3
    assert logits.std() > 0.5


@pytest.mark.parametrize("folder", CHATS, ids=lambda folder: folder.name)
def test_a_frozen_chatbot_replies(folder: Path) -> None:
    bot = textgen.load(folder)
    assert isinstance(bot, textgen.Chatbot)
    assert bot.reply("hello", seed=1, no_copy=8) == textgen.load(folder).reply("hello", seed=1, no_copy=8)


@pytest.mark.parametrize("folder", [*FOLDERS, *CHATS], ids=lambda folder: folder.name)
def test_a_frozen_model_is_small(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.rglob("*")) < 300_000
