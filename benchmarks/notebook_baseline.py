"""textgen against the TV-script notebook: held-out bits per character after the same minutes on the same split.

    python benchmarks/notebook_baseline.py --corpus seinfeld.txt --minutes 20

The baseline is the recipe of the TV script generation project of Udacity's Deep Learning Nanodegree, written anew in
stock Keras. The text is put into lower case; each of . , " ; ! ? ( ) - and the line end becomes a token of its own,
and the rest is cut at white space, so that `jerry:` is one word. All words of the training text are the vocabulary.
An embedding of 200 and two `keras.layers.LSTM` of 256 read ten words, in windows that are shuffled and share no state;
a softmax over the vocabulary on the last output predicts the next word. Adam at 1e-3, batches of 128, `model.fit`.

Both systems learn from the same training part and pay for the same held-out tenth; the bits are divided by its
Unicode characters in the corpus's own style, line ends included. Where the notebook leaves freedom, the baseline gets
the better of it:

- Its minutes are those of training steps alone. Compiling and validating are free; ours pays for both.
- It is validated ten times on a part of the held-out text, and the best weights are the ones that are scored. The
  notebook keeps the last ones.
- What its tokens lose is free: white space around words, blank lines, capitals. Ours pays for them.
- Its first held-out words are predicted from the last words of the training part.

What it cannot say it has to spell, or the figure would be no code for the text. With probability r a word is unknown;
r is the Good-Turing estimate, the share of the training text's words that are seen once. A known word costs
-log2(1 - r) more than the softmax says. An unknown one costs -log2 r and a uniform code over the 256 byte values and
an end mark, log2(257) bits each, over its UTF-8. So words seen once stay in the vocabulary: to give them up as unknown
would cost the baseline more. Where they are read, not predicted, they stand as <unk>, so that the vector which
unknown words are read as is a trained one.

Ours is `textgen train-script` with default settings and the same minutes, in a process of its own after the baseline is
done; `--ours DIR` takes a model that was trained so before.
"""

import argparse
import json
import math
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

import textgen
from textgen.config import Budget
from textgen.corpus.collection import Corpus
from textgen.corpus.document import Scene
from textgen.corpus.split import held_out_documents, training_documents
from textgen.corpus.survey import survey
from textgen.evaluation.report import evaluate
from textgen.model_folder import ModelFolder
from textgen.training import history
from textgen.training.checkpoint import Run
from textgen.training.machine import thread_count

WINDOW, BATCH, EMBEDDING, HIDDEN, LEARNING_RATE = 10, 128, 200, 256, 1e-3
VALIDATIONS, VALIDATION_WORDS, SCORING_BATCH = 10, 1 << 14, 1024
UNKNOWN = 0
BITS_PER_BYTE = math.log2(257)

_TOKEN = re.compile(r'[.,";!?()\n-]|[^\s.,";!?()-]+')


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        case: corpus and minutes.
        system: who was trained.
        minutes: of training.
        parameters: number of weights.
        tokens_per_second: predicted while training; words for the baseline.
        bits_per_character: on the held-out text.
        details: what else was measured.
    """

    case: str
    system: str
    minutes: float
    parameters: int
    tokens_per_second: float
    bits_per_character: float
    details: dict[str, Any]


class Vocabulary:
    """The words of the training text; id 0 is every other word.

    Args:
        words: the training text's, in order.
    """

    def __init__(self, words: Sequence[str]) -> None:
        counts = Counter(words)
        self._ids = {word: number for number, word in enumerate(counts, start=1)}
        self._once = np.array([True] + [count == 1 for count in counts.values()])
        self.unknown_rate = (int(self._once[1:].sum()) + 1) / (len(words) + 2)

    def __len__(self) -> int:
        return len(self._once)

    def encode(self, words: Sequence[str]) -> NDArray[np.int32]:
        """The ids of words, as they are predicted."""
        return np.fromiter((self._ids.get(word, UNKNOWN) for word in words), np.int32, len(words))

    def as_read(self, ids: NDArray[np.int32]) -> NDArray[np.int32]:
        """The ids as the model reads them: a word seen once is unknown."""
        return np.where(self._once[ids], UNKNOWN, ids).astype(np.int32)


class TimedTraining(keras.callbacks.Callback):
    """Stops when the steps have taken so many seconds, and puts the best of all validated weights back.

    Args:
        seconds: of steps, from the second one on: the first one compiles.
        validation: windows and the words after them.
    """

    def __init__(self, seconds: float, validation: tuple[NDArray[np.int32], NDArray[np.int32]]) -> None:
        super().__init__()
        self.budget, self._validation = seconds, validation
        self.steps, self.seconds, self._done = 0, 0.0, 0
        self.best, self.best_step = math.inf, 0

    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        """Starts the clock."""
        self._started = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: object = None) -> None:
        """Stops the clock; validates where it is time."""
        self.seconds += time.perf_counter() - self._started if self.steps else 0.0
        self.steps += 1
        if self.seconds * VALIDATIONS >= self.budget * (self._done + 1):
            self._validate()
        self.model.stop_training = self.seconds >= self.budget

    def on_train_end(self, logs: object = None) -> None:
        """Puts the best weights back."""
        self.model.set_weights(self._weights)

    def _validate(self) -> None:
        self._done += 1
        nats = self.model.evaluate(*self._validation, batch_size=SCORING_BATCH, verbose=0)
        if nats < self.best:
            self.best, self.best_step, self._weights = nats, self.steps, self.model.get_weights()
        say(f"notebook: {self.seconds / 60:5.1f} minutes, {self.steps} steps, {nats:.3f} nats a known word held out")


def say(text: str) -> None:
    """Tells a person how far it is."""
    print(text, file=sys.stderr, flush=True)


def halves(corpus: Corpus) -> tuple[str, str]:
    """The training text and the held-out text, in the corpus's own style."""
    split = survey(corpus).split
    if split is None:
        sys.exit(f"{corpus.files[0].path} is too small to hold a tenth of it out: give a longer text.")

    def text(documents: Iterable[Iterable[Scene]]) -> str:
        return "".join(corpus.style.text(document) for document in documents)

    return text(training_documents(corpus, split)), text(held_out_documents(corpus, split))


def tokens_of(text: str) -> list[str]:
    """The notebook's words of a text; blank lines are left out."""
    return _TOKEN.findall(re.sub(r"\n+", "\n", text.lower()))


def build(vocabulary: int) -> keras.Model:
    """The notebook's model."""
    model = keras.Sequential(
        [
            keras.Input((WINDOW,), dtype="int32"),
            keras.layers.Embedding(vocabulary, EMBEDDING),
            keras.layers.LSTM(HIDDEN, return_sequences=True),
            keras.layers.LSTM(HIDDEN),
            keras.layers.Dense(vocabulary),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(LEARNING_RATE), loss)
    return model


def shuffled_windows(read: NDArray[np.int32], ids: NDArray[np.int32]) -> tf.data.Dataset:
    """Batches of windows and the words after them, in a new order each epoch, without end."""
    inputs, targets = tf.constant(read), tf.constant(ids)
    starts = tf.data.Dataset.range(len(ids) - WINDOW).shuffle(len(ids), seed=0).repeat()

    def windows(begin: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        places = begin[:, None] + tf.range(WINDOW, dtype=tf.int64)
        return tf.gather(inputs, places), tf.gather(targets, begin + WINDOW)

    return starts.batch(BATCH).map(windows).prefetch(4)


def known_windows(vocabulary: Vocabulary, ids: NDArray[np.int32]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """The ten words before each known word from the eleventh on, and that word."""
    windows = np.lib.stride_tricks.sliding_window_view(vocabulary.as_read(ids), WINDOW)[:-1]
    targets = ids[WINDOW:]
    return windows[targets != UNKNOWN], targets[targets != UNKNOWN]


def run_notebook(case: str, training: str, held_out_text: str, minutes: float) -> Row:
    """Trains and scores the baseline."""
    words, held_out = tokens_of(training), tokens_of(held_out_text)
    vocabulary = Vocabulary(words)
    ids = vocabulary.encode(words)
    windows, targets = known_windows(vocabulary, vocabulary.encode(words[-WINDOW:] + held_out))
    keras.utils.set_random_seed(0)
    model = build(len(vocabulary))
    clock = TimedTraining(minutes * 60, (windows[:VALIDATION_WORDS], targets[:VALIDATION_WORDS]))
    model.fit(shuffled_windows(vocabulary.as_read(ids), ids), callbacks=[clock], shuffle=False, verbose=0)
    say("notebook: scoring")
    nats = model.evaluate(windows, targets, batch_size=SCORING_BATCH, verbose=0) * len(targets)
    unknown = [word for word, number in zip(held_out, vocabulary.encode(held_out), strict=True) if not number]
    known_bits = nats / math.log(2) - len(targets) * math.log2(1 - vocabulary.unknown_rate)
    unknown_bits = spelling_bits(unknown) - len(unknown) * math.log2(vocabulary.unknown_rate)
    characters = len(held_out_text)
    return Row(
        case,
        "notebook (stock Keras)",
        minutes,
        model.count_params(),
        BATCH * (clock.steps - 1) / clock.seconds,
        (known_bits + unknown_bits) / characters,
        {
            "vocabulary": len(vocabulary),
            "epochs": clock.steps * BATCH / (len(ids) - WINDOW),
            "steps": clock.steps,
            "best_step": clock.best_step,
            "known_words": len(targets),
            "perplexity_of_known_words": math.exp(nats / len(targets)),
            "known_words_bits_per_character": known_bits / characters,
            "unknown_words": len(unknown),
            "unknown_rate": vocabulary.unknown_rate,
            "unknown_words_bits_per_character": unknown_bits / characters,
        },
    )


def spelling_bits(words: Sequence[str]) -> float:
    """Bits of words in the uniform code over the bytes and an end mark."""
    return BITS_PER_BYTE * sum(len(word.encode()) + 1 for word in words)


def train_ours(corpus: Path, folder: Path, minutes: float) -> None:
    """Trains textgen with its default settings, in a process that the baseline has left nothing in."""
    command = [sys.executable, "-m", "textgen", "train-script"]
    options = ["--corpus", str(corpus), "--out", str(folder), "--minutes", f"{minutes:g}"]
    subprocess.run([*command, *options], check=True, stdout=sys.stderr)


def score_ours(case: str, corpus: Corpus, path: Path) -> Row:
    """Scores a model of textgen on the held-out part, as `textgen evaluate` does."""
    writer, training = textgen.load(path), ModelFolder(path).training
    if writer.card.corpus["fingerprint"] != corpus.fingerprint:
        sys.exit(f"The model in {path} was trained on another corpus: leave --ours out to train one on this.")
    evaluation = evaluate(writer, corpus, split="held-out", samples=0, tell=lambda text: say(f"textgen: {text}"))
    rows, budget = history.read(training), Run.load(training).training.budget
    return Row(
        case,
        "textgen (defaults)",
        rows[-1].seconds / 60 if budget.minutes is None else budget.minutes,
        writer.card.architecture.parameters,
        float(np.mean([row.tokens_per_second for row in rows])),
        evaluation.scores.bits_per_character,
        {
            "level": writer.tokenizer.level,
            "vocabulary": writer.tokenizer.vocabulary_size,
            "epochs": rows[-1].epoch,
            "steps": rows[-1].step,
            "best_step": writer.card.metrics["step"],
            "tokens": evaluation.scores.tokens,
            "word_perplexity": evaluation.scores.word_perplexity,
            "lane_difference": evaluation.lane_difference,
        },
    )


def table(baseline: Row, ours: Row, characters: int) -> str:
    """The figures for people to read."""
    heading = f"{'system':<24}{'minutes':>8}{'parameters':>12}{'tokens/s':>10}{'bits/character':>16}{'ratio':>7}"
    lines = [f"{baseline.case}, {characters:,} held-out characters", "", heading]
    for row in (baseline, ours):
        ratio = row.bits_per_character / baseline.bits_per_character
        lines.append(
            f"{row.system:<24}{row.minutes:>8g}{row.parameters:>12,}{row.tokens_per_second:>10,.0f}"
            f"{row.bits_per_character:>16.3f}{ratio:>7.3f}"
        )
    found = baseline.details
    known, unknown = (found[f"{kind}_words_bits_per_character"] for kind in ("known", "unknown"))
    lines += [
        "",
        f"The notebook pays {known:.3f} bits for {found['known_words']:,} known words "
        f"(perplexity {found['perplexity_of_known_words']:.0f}) and "
        f"{unknown:.3f} for {found['unknown_words']:,} unknown ones, spelled in bytes.",
    ]
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Compare textgen with the TV-script notebook's recipe.")
    parser.add_argument("--corpus", type=Path, required=True, metavar="FILE", help="a script or plain text")
    parser.add_argument("--minutes", type=float, default=20.0, metavar="N", help="of training, for each  [20]")
    parser.add_argument("--ours", type=Path, metavar="DIR", help="a model already trained for these minutes")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    return parser.parse_args()


def main() -> None:
    """Trains and scores both, and prints the table."""
    asked = arguments()
    corpus = Corpus(asked.corpus)
    training, held_out = halves(corpus)
    case = f"{asked.corpus.name}, {Budget(minutes=asked.minutes).describe()}"
    baseline = run_notebook(case, training, held_out, asked.minutes)
    with tempfile.TemporaryDirectory() as folder:
        path = asked.ours or Path(folder, "ours")
        if not asked.ours:
            train_ours(asked.corpus, path, asked.minutes)
        ours = score_ours(case, corpus, path)
    if ours.minutes != asked.minutes:
        say(f"Beware: {path} was trained for {ours.minutes:.3g} minutes, the notebook for {asked.minutes:g}.")
    if not asked.json:
        print(table(baseline, ours, len(held_out)))
        return
    values = {
        "ratio": ours.bits_per_character / baseline.bits_per_character,
        "held_out_characters": len(held_out),
        "processors": thread_count(),
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__},
        "rows": [asdict(baseline), asdict(ours)],
    }
    print(json.dumps(values, indent=1))


if __name__ == "__main__":
    main()
