"""A model of every format version that ever was still loads, reads a prompt as before, and gives the same logits."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

import textgen
from tests.data.make_frozen import CORPUS, PROMPT, chat_logits, scores_by, written_by
from textgen.corpus.prompt import parse_prompt
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.model_folder import FORMAT_VERSION

DATA = Path(__file__).parent / "data"
FOLDERS, CHATS = sorted(DATA.glob("script-v*")), sorted(DATA.glob("chat-v*"))
RUNS, CHAT_RUNS = sorted(DATA.glob("run-v*")), sorted(DATA.glob("chat-run-v*"))
TEXTS = json.loads((DATA / "texts.json").read_bytes())
"""What frozen models write."""


@pytest.mark.parametrize("kind", ["script", "chat", "run", "chat-run"])
def test_there_is_one_of_every_version(kind: str) -> None:
    assert {path.name for path in DATA.glob(f"{kind}-v*")} == {f"{kind}-v{k}" for k in range(1, FORMAT_VERSION + 1)}


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
def test_the_same_seed_gives_the_same_text_as_ever(folder: Path) -> None:
    assert written_by(folder) == TEXTS[folder.name]


@pytest.mark.slow
@pytest.mark.parametrize("folder", [*RUNS, *CHAT_RUNS], ids=lambda folder: folder.name)
def test_an_interrupted_run_ends_as_it_would_have(folder: Path, tmp_path: Path) -> None:
    train = textgen.train_chat if folder in CHAT_RUNS else textgen.train_script
    out = Path(shutil.copytree(folder / "model", tmp_path / "model"))
    train(folder / CORPUS, out, resume=True, quiet=True)
    found = load_file(out / "weights.safetensors")
    with np.load(folder / "expected.npz", allow_pickle=False) as expected:
        assert set(found) == set(expected) - {"scores"}
        for name, array in found.items():  # to the bit on the machine that wrote them
            assert np.abs(array - expected[name]).max() < 1e-4, name
    before = load_file(folder / "model" / "weights.safetensors")
    assert any(np.abs(found[name] - before[name]).max() > 1e-3 for name in found)


@pytest.mark.parametrize("folder", RUNS, ids=lambda folder: folder.name)
def test_a_frozen_discriminator_judges_as_it_did(folder: Path) -> None:
    scores = scores_by(folder / "model")
    with np.load(folder / "expected.npz", allow_pickle=False) as expected:
        assert np.abs(scores - expected["scores"]).max() < 1e-5


@pytest.mark.parametrize("folder", [*FOLDERS, *CHATS, *RUNS, *CHAT_RUNS], ids=lambda folder: folder.name)
def test_what_is_frozen_is_small(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) < 300_000
