"""How fast a corpus becomes ids on disk, and what memory that takes, whatever its size.

    python benchmarks/preprocessing.py

The corpora are scripts of 10, 100 and 1,000 MB, made of the sitcom that comes along: again and again, its scenes in
another order each time, and one of its commonest words another one. Each case is a process of its own: it reads the
file (its encoding found, its text repaired, lines told apart into speakers and speech), encodes it and writes the ids,
with a vocabulary that was learned from the smallest corpus before. Its peak memory includes Python and NumPy; time
counts reading, encoding and writing only.

Peers read the same 10 MB and write the same kind of file, but take lines as they are and know nothing of speakers:
Keras's TextVectorization over a `tf.data` pipeline, which has no answer to a word it does not know, and Hugging Face's
`tokenizers` with a byte-level BPE of as many merges. Their vocabularies are learned before as well.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from measuring import Row, run, shown

SITCOM = Path(__file__).parents[1] / "corpora" / "sitcom.txt"
LEVELS = ("character", "word", "subword")
SIZES = {10: LEVELS, 100: LEVELS, 1000: ("character",)}
PEERS = {"keras": ("character", "word"), "tokenizers": ("subword",)}
ROUNDS = 3
FEWEST_LINES = 10  # of a speaker with a label
MERGES = 4000
BATCH = 1024  # lines that a peer takes at once


def make_corpus(path: Path, megabytes: int) -> None:
    """Writes a script of this size, the same each time."""
    shuffling, written, copies = random.Random(0), 0, 0
    scenes = SITCOM.read_text(encoding="utf-8").strip().split("\n\n")
    with path.open("w", encoding="utf-8") as file:
        while written < megabytes * 1_000_000:
            shuffling.shuffle(scenes)
            written += file.write("\n\n".join(scenes).replace(" the ", f" the{copies} ") + "\n\n")
            copies += 1


def learn(corpus: Path, level: str, vocabulary: Path) -> None:
    """Learns textgen's vocabulary of a level."""
    from textgen.corpus.collection import Corpus
    from textgen.corpus.survey import survey
    from textgen.tokenizers import learn_tokenizer

    scripts = Corpus(corpus)
    labels = [name for name, lines in survey(scripts).speakers.items() if lines >= FEWEST_LINES]
    texts = (line.text for document in scripts.documents() for scene in document for line in scene.lines)
    vocabulary.write_text(json.dumps(learn_tokenizer(level, texts, labels).to_json()), encoding="utf-8")


def encode(corpus: Path, vocabulary: Path, out: Path) -> None:
    """Encodes with textgen."""
    from textgen.corpus.collection import Corpus
    from textgen.corpus.id_store import IdStoreWriter
    from textgen.corpus.token_grammar import ScriptEncoder
    from textgen.tokenizers import tokenizer_from_json

    tokenizer = tokenizer_from_json(json.loads(vocabulary.read_text(encoding="utf-8")))
    encoder = ScriptEncoder(tokenizer)
    with IdStoreWriter(out, tokenizer.vocabulary_size) as store:
        for document in Corpus(corpus).documents():
            for ids in encoder.encode_document(document):
                store.append(ids)


def learn_with_keras(corpus: Path, level: str, vocabulary: Path) -> None:
    """Learns a vocabulary of Keras's TextVectorization."""
    layer = _vectorization(level)
    layer.adapt(_tensorflow_lines(corpus))
    vocabulary.write_text(json.dumps([level, layer.get_vocabulary()]), encoding="utf-8")


def encode_with_keras(corpus: Path, vocabulary: Path, out: Path) -> None:
    """Encodes with Keras's TextVectorization."""
    import numpy as np

    level, words = json.loads(vocabulary.read_text(encoding="utf-8"))
    layer = _vectorization(level)
    layer.set_vocabulary(words)
    with out.open("wb") as file:
        for ids in _tensorflow_lines(corpus).map(layer):
            file.write(ids.values.numpy().astype(np.uint16).tobytes())


def _vectorization(level: str):  # type: ignore[no-untyped-def]
    from keras.layers import TextVectorization

    return TextVectorization(standardize=None, split="character" if level == "character" else "whitespace", ragged=True)


def _tensorflow_lines(corpus: Path):  # type: ignore[no-untyped-def]
    import tensorflow as tf

    return tf.data.TextLineDataset(str(corpus)).batch(BATCH)


def learn_with_tokenizers(corpus: Path, level: str, vocabulary: Path) -> None:
    """Learns a byte-level BPE of Hugging Face's `tokenizers`."""
    from tokenizers import ByteLevelBPETokenizer

    tokenizer = ByteLevelBPETokenizer()
    tokenizer.train([str(corpus)], vocab_size=256 + MERGES, min_frequency=3, show_progress=False)
    tokenizer.save(str(vocabulary))


def encode_with_tokenizers(corpus: Path, vocabulary: Path, out: Path) -> None:
    """Encodes with Hugging Face's `tokenizers`."""
    import numpy as np
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(vocabulary))
    with out.open("wb") as file:
        for lines in _line_batches(corpus):
            for encoded in tokenizer.encode_batch(lines):
                file.write(np.array(encoded.ids, np.uint16).tobytes())


def _line_batches(corpus: Path) -> Iterator[list[str]]:
    with corpus.open(encoding="utf-8") as file:
        while lines := file.readlines(64 * BATCH):
            yield lines


SYSTEMS: dict[str, tuple[Callable[[Path, str, Path], None], Callable[[Path, Path, Path], None]]] = {
    "textgen": (learn, encode),
    "keras": (learn_with_keras, encode_with_keras),
    "tokenizers": (learn_with_tokenizers, encode_with_tokenizers),
}


def child(system: str, task: str, corpus: Path, level: str, vocabulary: Path) -> None:
    """What a child process does: one task, whose seconds it prints."""
    import_first(system)
    learner, encoder = SYSTEMS[system]
    started = time.perf_counter()
    if task == "learn":
        learner(corpus, level, vocabulary)
    else:
        encoder(corpus, vocabulary, corpus.with_suffix(".ids"))
    print(time.perf_counter() - started)


def import_first(system: str) -> None:
    """Imports what the work imports, so that its time is not counted."""
    modules = {"textgen": ("textgen.corpus.collection", "textgen.corpus.id_store"), "keras": ("keras",)}
    for module in modules.get(system, (system,)):
        __import__(module)


def measure(folder: Path) -> list[Row]:
    """All cases, one process after the other."""
    rows: list[Row] = []
    for megabytes, levels in SIZES.items():
        corpus = folder / f"{megabytes}.txt"
        make_corpus(corpus, megabytes)
        for level in levels:
            systems = ["textgen", *(name for name, known in PEERS.items() if megabytes == 10 and level in known)]
            runs: dict[str, list[tuple[float, float]]] = {system: [] for system in systems}
            for _ in range(ROUNDS if megabytes == 10 else 1):
                for system, taken in runs.items():
                    vocabulary = folder / f"{system}-{level}.json"
                    arguments = [sys.executable, __file__, "--child", system]
                    if not vocabulary.exists():
                        run([*arguments, "learn", str(corpus), level, str(vocabulary)])
                    done = run([*arguments, "encode", str(corpus), level, str(vocabulary)])
                    taken.append((float(done.output), done.megabytes))
            for system, taken in runs.items():
                seconds = median(one for one, _ in taken)
                rows.append(
                    {
                        "case": f"{megabytes:,} MB, {level}",
                        "system": system,
                        "seconds": seconds,
                        "megabytes_per_second": corpus.stat().st_size / 1e6 / seconds,
                        "megabytes": max(peak for _, peak in taken),
                    }
                )
        corpus.unlink()
        corpus.with_suffix(".ids").unlink()
    return rows


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measure how fast a corpus becomes ids, and in what memory.")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of tables")
    parser.add_argument("--child", nargs=5, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        system, task, corpus, level, vocabulary = asked.child
        child(system, task, Path(corpus), level, Path(vocabulary))
        return
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder))
    print(shown(rows, asked.json, {"seconds": ",.1f", "megabytes_per_second": ",.2f", "megabytes": ",.0f"}))


if __name__ == "__main__":
    main()
