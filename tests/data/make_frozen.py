"""Makes what a format version is remembered by: `python -m tests.data.make_frozen script` (or chat, run, chat-run).

script, chat     a finished model, and the logits it gives
run, chat-run    an interrupted run with its corpus, and the weights it ends with; run has a discriminator, too

Run it once for each kind when FORMAT_VERSION changes; folders of earlier versions stay as they are.
"""

import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file

import textgen
from textgen.chatting.opened import OpenedChat
from textgen.config import DiscriminatorConfig
from textgen.corpus.encoding import ScriptEncoder
from textgen.corpus.prompt import parse_prompt
from textgen.model_folder import FORMAT_VERSION, ModelFolder
from textgen.text.special import START

from ..conftest import corpus_text, dialogues_text

PROMPT = "[Scene 1: the soup]\nJERRY: (smiling) The soup isn't nothing.\nKRAMER: Giddy up! \u00e9\u732b\nELAINE: My co"
TALK = ("Good evening! \u00e9\u732b", "what do you think of the soup?")
PAGE = "JERRY: My coat was a ferry.\nThe soup!\n"
CORPUS, INTERRUPTED = "corpus.txt", 8
REPLY = "I like the soup. \u00e9"
SMALL = {"level": "subword", "vocabulary_limit": 60, "embedding": 16, "hidden": 24, "precision": "float32"}
HERE = Path(__file__).parent
TEXTS = HERE / "texts.json"


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


def written_by(folder: Path) -> str:
    """What a frozen model writes: a short page, or a reply."""
    model = textgen.load(folder)
    if isinstance(model, textgen.Chatbot):
        return model.reply("What do you think of the soup?", seed=7)
    return model.write(PROMPT, lines=3, seed=7).text


def scores_by(folder: Path) -> np.ndarray:
    """How real a frozen discriminator finds each line of a page."""
    return np.array([line.reads_as_real for line in textgen.load(folder).score(PAGE).lines])


def make_run(folder: Path) -> None:
    """Interrupts the training of a script writer, and writes with what weights it would have ended."""
    from textgen.inference.weights import weight_shapes
    from textgen.judging.saved import SavedDiscriminator

    _interrupt(textgen.train_script, folder, corpus_text(scenes=9), {"streams": 4, "window": 8})
    model_folder = ModelFolder(folder / "model")
    model = model_folder.load()
    config, draw = DiscriminatorConfig(model.tokenizer.vocabulary_size, 4, (2, 3), 3), np.random.default_rng(1)
    weights = {
        name: draw.normal(scale=0.4, size=shape).astype(np.float32) for name, shape in weight_shapes(config).items()
    }
    judge = SavedDiscriminator(config, weights, 1.5, model.card.metrics, {"seed": 1}, "0f", {"accuracy": 0.5})
    judge.save(model_folder)
    _finish(textgen.train_script, folder, scores=scores_by(folder / "model"))


def make_chat_run(folder: Path) -> None:
    """Interrupts the training of a chatbot, and writes with what weights it would have ended."""
    _interrupt(textgen.train_chat, folder, dialogues_text(dialogues=30), {"batch": 4})
    _finish(textgen.train_chat, folder)


def _interrupt(train: Callable[..., object], folder: Path, text: str, settings: dict[str, int]) -> None:
    """Leaves a run that Ctrl-C ended between two validations."""
    from textgen.training.trainer import Trainer

    whole_step = Trainer._train_one

    def step(self: Trainer, progress: float) -> bool:
        done = whole_step(self, progress)
        if self._position.step == INTERRUPTED:
            os.kill(os.getpid(), signal.SIGINT)
        return done

    folder.mkdir()
    (folder / CORPUS).write_text(text, encoding="utf-8")
    Trainer._train_one = step  # type: ignore[method-assign]
    tiny = {"level": "character", "embedding": 8, "hidden": 8, "layers": 1, "precision": "float32", "seed": 3}
    with contextlib.suppress(KeyboardInterrupt):
        train(folder / CORPUS, folder / "model", steps=14, learning_rate=0.01, dropout=0.2, **tiny, **settings)
        raise AssertionError("The run was not interrupted.")
    Trainer._train_one = whole_step  # type: ignore[method-assign]
    for name in ("curves.png", "samples.txt"):
        (folder / "model/training" / name).unlink(missing_ok=True)


def _finish(train: Callable[..., object], folder: Path, **expected: object) -> None:
    """Writes with what weights the interrupted run ends."""
    with tempfile.TemporaryDirectory() as temporary:
        copy = shutil.copytree(folder / "model", Path(temporary, "model"))
        train(folder / CORPUS, copy, resume=True)
        weights = load_file(copy / "weights.safetensors")
    np.savez_compressed(folder / "expected.npz", **expected, **weights)


def main() -> None:
    """Makes the folder of the kind that is named."""
    kind = sys.argv[1]
    folder = HERE / f"{kind}-v{FORMAT_VERSION}"
    {"script": make_script, "chat": make_chat, "run": make_run, "chat-run": make_chat_run}[kind](folder)
    if "run" in kind:
        return
    shutil.rmtree(folder / "training")
    texts = json.loads(TEXTS.read_bytes()) if TEXTS.is_file() else {}
    TEXTS.write_text(json.dumps({**texts, folder.name: written_by(folder)}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
