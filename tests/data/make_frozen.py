"""Makes the frozen model of the current format version: `python -m tests.data.make_frozen`, from the repository's root.

Run it once when FORMAT_VERSION changes; folders of earlier versions stay as they are.
"""

import shutil
import tempfile
from pathlib import Path

import numpy as np

import textgen
from textgen.artifact import FORMAT_VERSION
from textgen.corpus.encoding import ScriptEncoder
from textgen.corpus.prompt import parse_prompt

from ..conftest import corpus_text

PROMPT = "[Scene 1: the soup]\nJERRY: (smiling) The soup isn't nothing.\nKRAMER: Giddy up! \u00e9\u732b\nELAINE: My co"
HERE = Path(__file__).parent


def main() -> None:
    """Trains a tiny model, and writes it with the logits it gives after every token of the prompt."""
    with tempfile.TemporaryDirectory() as folder:
        corpus, out = Path(folder, "show.txt"), Path(folder, "model")
        corpus.write_text(corpus_text(), encoding="utf-8")
        textgen.train_script(
            corpus,
            out,
            steps=150,
            level="subword",
            vocabulary_limit=60,
            embedding=16,
            hidden=24,
            layers=2,
            streams=8,
            window=16,
            learning_rate=0.02,
            precision="float32",
        )
        shutil.rmtree(out / "training")
        frozen = HERE / f"script-v{FORMAT_VERSION}"
        shutil.copytree(out, frozen)
    writer = textgen.load(frozen)
    ids = np.array(ScriptEncoder(writer.tokenizer).encode_prompt(parse_prompt(PROMPT, writer.style)), np.int32)
    state, logits = writer.model.initial_state(), []
    for token in ids:
        row, state = writer.model.step(np.array([token]), state)
        logits.append(row[0])
    np.savez_compressed(frozen / "expected.npz", ids=ids, logits=np.stack(logits))


if __name__ == "__main__":
    main()
