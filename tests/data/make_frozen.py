"""Makes a frozen model of the current format version: `python -m tests.data.make_frozen script` (or `chat`).

Run it once for each kind when FORMAT_VERSION changes; folders of earlier versions stay as they are.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import numpy as np

import textgen
from textgen.chatting.opened import OpenedChat
from textgen.corpus.encoding import ScriptEncoder
from textgen.corpus.prompt import parse_prompt
from textgen.model_folder import FORMAT_VERSION, ModelFolder
from textgen.text.special import START

from ..conftest import corpus_text, dialogues_text

PROMPT = "[Scene 1: the soup]\nJERRY: (smiling) The soup isn't nothing.\nKRAMER: Giddy up! \u00e9\u732b\nELAINE: My co"
TALK = ("Good evening! \u00e9\u732b", "what do you think of the soup?")
REPLY = "I like the soup. \u00e9"
SMALL = {"level": "subword", "vocabulary_limit": 60, "embedding": 16, "hidden": 24, "precision": "float32"}
HERE = Path(__file__).parent


def make_script(folder: Path) -> None:
    """Trains a tiny script writer, and writes it with the logits it gives after every token of the prompt."""
    with tempfile.TemporaryDirectory() as temporary:
        corpus = Path(temporary, "show.txt")
        corpus.write_text(corpus_text(), encoding="utf-8")
        settings = {"steps": 150, "layers": 2, "streams": 8, "window": 16, "learning_rate": 0.02}
        textgen.train_script(corpus, folder, **SMALL, **settings)
    writer = textgen.load(folder)
    assert isinstance(writer, textgen.ScriptWriter)
    ids = np.array(ScriptEncoder(writer.tokenizer).encode_prompt(parse_prompt(PROMPT, writer.style)), np.int32)
    state, logits = writer.model.initial_state(), []
    for token in ids:
        row, state = writer.model.step(np.array([token]), state)
        logits.append(row[0])
    np.savez_compressed(folder / "expected.npz", ids=ids, logits=np.stack(logits))


def make_chat(folder: Path) -> None:
    """Trains a tiny chatbot, and writes it with the logits it gives for every token of a reply."""
    with tempfile.TemporaryDirectory() as temporary:
        corpus = Path(temporary, "talks.txt")
        corpus.write_text(dialogues_text(), encoding="utf-8")
        textgen.train_chat(corpus, folder, **SMALL, steps=150, layers=2, batch=8, learning_rate=0.02)
    context, reply, logits = chat_logits(folder)
    np.savez_compressed(folder / "expected.npz", context=context, reply=reply, logits=logits)


def chat_logits(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The ids of the talk and of the reply, and the logits (time, vocabulary) after each of the reply's ids."""
    model = OpenedChat(ModelFolder(folder).load())
    context, reply = model.encoder.encode_context(TALK), model.encoder.encode_reply(REPLY)
    assert reply[0] == START
    state, logits = model.network.read([context]), []
    for token in reply:
        row, state = model.network.step(np.array([token]), state)
        logits.append(row[0])
    return np.array(context), np.array(reply), np.stack(logits)


def main() -> None:
    """Makes the folder of the kind that is named."""
    kind = sys.argv[1]
    folder = HERE / f"{kind}-v{FORMAT_VERSION}"
    {"script": make_script, "chat": make_chat}[kind](folder)
    shutil.rmtree(folder / "training")


if __name__ == "__main__":
    main()
