"""textgen against the seq2seq chatbot tutorial: held-out word accuracy and cross-entropy on the same few pairs.

    python benchmarks/tutorial_chatbot.py --prompts human_text.txt --replies robot_text.txt

The baseline is the recipe of the tutorials that grew out of Keras's example of sequence to sequence learning, with the
data of the rDany chatbot: the first 400 pairs, in lower case, cut into words and single punctuation marks, <START> and
<END> around each reply. All 400 pairs make the vocabulary. One-hot vectors go into an LSTM encoder of 256; its last
state begins an LSTM decoder of 256, which is taught with the right words before each word; a softmax over the replies'
vocabulary. rmsprop, categorical cross-entropy, batches of 10, 600 epochs; the last 20% are held out.

Ours is `textgen.train_chat` with settings for very little text. It learns from the same words, joined by single spaces,
and is measured twice. "the same words": the words of all 400 replies are its vocabulary, as they are the tutorial's.
That is the comparison; the time and the ratios are of this one. "its own subwords": the vocabulary comes from the first
80% alone, as it does when a person trains a bot. Every fifth held-out word is in none of the replies to learn from.
There the tutorial shares a little between a few hundred words it was told of, while this one spells, and could spell
any word; so its accuracy can be compared, and the cross-entropy of the words that do occur in the replies to learn
from (the column "known"), but not the cross-entropy of all.

Both are scored on every word of the held-out replies and on the end of each, which counts as one word. Padding counts
for neither; the accuracy that the tutorial prints has it in. For ours a word is right where all tokens that spell it
are the likeliest ones after the right tokens before them, and the cross-entropy of its tokens is added up: both are
divided by the same number of words. Where a choice was free, the baseline gets the better of it:

- It is scored after every epoch, and its best accuracy and its best cross-entropies count, whichever epochs they are
  of. Ours is scored with the weights that its own validation on the held-out pairs kept, and with its last ones.
- Its seconds are those of training steps alone, without the first epoch's compiling. Ours are all of `train_chat`:
  reading, compiling, training, validating and writing samples.

One thing favours ours: its settings are the best of ten or so that were tried on these very held-out pairs, while the
tutorial's are as published.
"""

import argparse
import json
import math
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before TensorFlow is imported

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

import textgen
from textgen.config import EncoderDecoderConfig
from textgen.corpus.token_grammar import DialogueEncoder
from textgen.inference.encoder_decoder import EncoderDecoder, padded
from textgen.model_folder import Model, ModelCard, ModelFolder
from textgen.tokenizers.pretokens import split
from textgen.tokenizers.word import WordTokenizer
from textgen.training import history
from textgen.training.checkpoint import Checkpoint
from textgen.training.machine import thread_count
from textgen.training.prepare import initial_weights

PAIRS, HELD_OUT_SHARE = 400, 0.2
HIDDEN, BATCH, EPOCHS = 256, 10, 600
START_WORD, END_WORD = "<START>", "<END>"
SMALLEST = 1e-7  # as Keras clips probabilities in its loss

ARCHITECTURE: dict[str, Any] = {"embedding": 128, "hidden": 256, "layers": 1, "attention": False}
TRAINING: dict[str, Any] = {"dropout": 0.6, "learning_rate": 7e-3, "batch": 16, "epochs": 20}
SUBWORDS: dict[str, Any] = {"level": "subword", "words": "whitespace"}

_WORD = re.compile(r"[\w']+|[^\s\w]")


@dataclass(frozen=True)
class Pair:
    """The words of a prompt and of its reply."""

    prompt: list[str]
    reply: list[str]


@dataclass(frozen=True)
class Score:
    """What was measured on the held-out replies.

    Args:
        accuracy: share of the words that were the likeliest ones.
        cross_entropy: nats a word.
        known_cross_entropy: the same of those words that occur in the replies to learn from.
    """

    accuracy: float
    cross_entropy: float
    known_cross_entropy: float


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        case: the pairs.
        system: who was trained.
        epochs: of training.
        seconds: of training; extrapolated where the tutorial did not run to its end.
        parameters: number of weights.
        best: the score that counts.
        last: the score of the last weights.
        details: what else was measured.
    """

    case: str
    system: str
    epochs: float
    seconds: float
    parameters: int
    best: Score
    last: Score
    details: dict[str, Any]


def say(text: str) -> None:
    """Tells a person how far it is."""
    print(text, file=sys.stderr, flush=True)


def words_of(line: str) -> list[str]:
    """The tutorial's words of a line."""
    return _WORD.findall(line.lower())


def read_pairs(prompts: Path, replies: Path) -> tuple[list[Pair], list[Pair]]:
    """The pairs to learn from and the held-out ones."""
    sides = [path.read_text(encoding="utf-8").split("\n")[:PAIRS] for path in (prompts, replies)]
    pairs = [Pair(words_of(prompt), words_of(reply)) for prompt, reply in zip(*sides, strict=True)]
    learned = len(pairs) - int(len(pairs) * HELD_OUT_SHARE)
    return pairs[:learned], pairs[learned:]


def known_words(training: Sequence[Pair], held_out: Sequence[Pair]) -> NDArray[np.bool_]:
    """Whether each word of the held-out replies, their ends included, occurs in the replies to learn from."""
    seen = {word for pair in training for word in pair.reply} | {END_WORD}
    return np.array([word in seen for pair in held_out for word in [*pair.reply, END_WORD]])


def score(right: NDArray[np.bool_], nats: NDArray[np.float64], known: NDArray[np.bool_]) -> Score:
    """The score of held-out words, one after the other.

    Args:
        right: whether they were the likeliest. *Shape:* (words,).
        nats: what they cost. *Shape:* (words,).
        known: whether they occur in the replies to learn from. *Shape:* (words,).
    """
    return Score(float(right.mean()), float(nats.mean()), float(nats[known].mean()))


class OneHot:
    """Pairs as the tutorial feeds them.

    Args:
        pairs: all, held-out ones included: they make vocabularies and lengths.
    """

    def __init__(self, pairs: Sequence[Pair]) -> None:
        prompts, replies = [pair.prompt for pair in pairs], [self.taught(pair) for pair in pairs]
        self._prompt_ids = {word: k for k, word in enumerate(sorted({word for words in prompts for word in words}))}
        self._reply_ids = {word: k for k, word in enumerate(sorted({word for words in replies for word in words}))}
        self._longest = max(map(len, prompts)), max(map(len, replies))

    @property
    def widths(self) -> tuple[int, int]:
        """Words of the prompts' vocabulary and of the replies'."""
        return len(self._prompt_ids), len(self._reply_ids)

    @staticmethod
    def taught(pair: Pair) -> list[str]:
        """What the decoder reads; it predicts the same from the second word on."""
        return [START_WORD, *pair.reply, END_WORD]

    def arrays(self, pairs: Sequence[Pair]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Inputs of encoder and decoder, and targets; nothing but zeros is padding."""
        (prompts, replies), (prompt_length, reply_length) = self.widths, self._longest
        read = np.zeros((len(pairs), prompt_length, prompts), np.float32)
        inputs = np.zeros((len(pairs), reply_length, replies), np.float32)
        targets = np.zeros_like(inputs)
        for row, pair in enumerate(pairs):
            for place, word in enumerate(pair.prompt):
                read[row, place, self._prompt_ids[word]] = 1
            for place, word in enumerate(self.taught(pair)):
                inputs[row, place, self._reply_ids[word]] = 1
                if place:
                    targets[row, place - 1, self._reply_ids[word]] = 1
        return read, inputs, targets


def build(prompt_words: int, reply_words: int) -> keras.Model:
    """The tutorial's model."""
    read = keras.Input((None, prompt_words))
    _, hidden, cell = keras.layers.LSTM(HIDDEN, return_state=True)(read)
    inputs = keras.Input((None, reply_words))
    outputs = keras.layers.LSTM(HIDDEN, return_sequences=True)(inputs, initial_state=[hidden, cell])
    model = keras.Model([read, inputs], keras.layers.Dense(reply_words, activation="softmax")(outputs))
    model.compile("rmsprop", "categorical_crossentropy")
    return model


class ScoredEpochs(keras.callbacks.Callback):
    """Times every epoch and scores the held-out pairs after it; the scoring is not in the time.

    Args:
        read, inputs, targets: of the held-out pairs.
        known: whether their words occur in the replies to learn from.
    """

    def __init__(
        self,
        read: NDArray[np.float32],
        inputs: NDArray[np.float32],
        targets: NDArray[np.float32],
        known: NDArray[np.bool_],
    ) -> None:
        super().__init__()
        self._read, self._targets, self._known = [read, inputs], targets, known
        self.scores: list[Score] = []
        self.seconds: list[float] = []

    def on_epoch_begin(self, epoch: int, logs: object = None) -> None:
        """Starts the clock."""
        self._started = time.perf_counter()

    def on_epoch_end(self, epoch: int, logs: object = None) -> None:
        """Stops the clock and scores."""
        self.seconds.append(time.perf_counter() - self._started)
        words = real_words(np.asarray(self.model.predict_on_batch(self._read)), self._targets)
        found = score(*words, self._known)
        self.scores.append(found)
        say(
            f"tutorial: epoch {epoch + 1}, {self.seconds[-1]:.1f} s, held out: accuracy {found.accuracy:.3f}, "
            f"{found.cross_entropy:.3f} nats a word"
        )

    @property
    def seconds_per_epoch(self) -> float:
        """The mean; the first epoch compiles, and is left out where there are others."""
        return float(np.mean(self.seconds[1:] or self.seconds))


def real_words(
    probabilities: NDArray[np.float32], targets: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Whether each word that is no padding is the likeliest, and its nats.

    Args:
        probabilities: *Shape:* (replies, time, vocabulary).
        targets: one-hot, all zeros for padding. *Shape:* (replies, time, vocabulary).
    """
    real = targets.any(-1)
    wanted, found = targets[real].argmax(-1), probabilities[real]
    chosen = np.maximum(found[np.arange(len(wanted)), wanted], SMALLEST)
    return found.argmax(-1) == wanted, -np.log(chosen.astype(np.float64))


def run_tutorial(case: str, training: Sequence[Pair], held_out: Sequence[Pair], epochs: int) -> Row:
    """Trains and scores the baseline."""
    one_hot = OneHot([*training, *held_out])
    read, inputs, targets = one_hot.arrays(training)
    keras.utils.set_random_seed(0)
    model = build(*one_hot.widths)
    watch = ScoredEpochs(*one_hot.arrays(held_out), known_words(training, held_out))
    model.fit([read, inputs], targets, batch_size=BATCH, epochs=epochs, callbacks=[watch], verbose=0)
    accuracies, losses, known_losses = zip(*(astuple(found) for found in watch.scores), strict=True)
    return Row(
        case,
        "tutorial (stock Keras)",
        epochs,
        watch.seconds_per_epoch * EPOCHS,
        model.count_params(),
        Score(max(accuracies), min(losses), min(known_losses)),
        watch.scores[-1],
        {
            "seconds_per_epoch": watch.seconds_per_epoch,
            "extrapolated_from_epochs": epochs if epochs < EPOCHS else None,
            "epoch_of_best_accuracy": accuracies.index(max(accuracies)) + 1,
            "epoch_of_best_cross_entropy": losses.index(min(losses)) + 1,
            "vocabularies": one_hot.widths,
        },
    )


def word_of_each_token(pieces: Sequence[bytes], words: Sequence[str]) -> NDArray[np.int64]:
    """Which word each token helps to spell.

    Args:
        pieces: what the tokens stand for; together they are the words joined by spaces.
        words: of the text.

    Returns:
        The number of a word for every token. A space belongs to the word after it.

    Example:
        >>> word_of_each_token([b"hi", b" th", b"ere"], ["hi", "there"]).tolist()
        [0, 1, 1]
    """
    ends = np.cumsum([len(word.encode()) + (place > 0) for place, word in enumerate(words)])
    last_bytes = np.cumsum([len(piece) for piece in pieces]) - 1
    if len(pieces) and last_bytes[-1] + 1 != ends[-1]:
        raise ValueError(f"The tokens spell {last_bytes[-1] + 1} bytes, the words {ends[-1]}.")
    return np.searchsorted(ends, last_bytes, side="right")


def of_words(
    right: NDArray[np.bool_], nats: NDArray[np.floating], word_of_token: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """The same of words: one is right where all its tokens are, and costs what they cost.

    Args:
        right: *Shape:* (tokens,).
        nats: *Shape:* (tokens,).
        word_of_token: numbers from 0 on, each at least once. *Shape:* (tokens,).
    """
    return np.bincount(word_of_token, weights=~right) == 0, np.bincount(word_of_token, weights=nats)


def score_ours(model: Model, held_out: Sequence[Pair], known: NDArray[np.bool_]) -> Score:
    """The score of a model of ours."""
    assert isinstance(model.card.architecture, EncoderDecoderConfig)
    network, tokenizer = EncoderDecoder(model.card.architecture, model.weights), model.tokenizer
    encoder = DialogueEncoder(tokenizer, model.card.corpus["longest_context"])
    contexts = [encoder.encode_context([" ".join(pair.prompt)]) for pair in held_out]
    replies = [encoder.encode_reply(" ".join(pair.reply)) for pair in held_out]
    scored, likeliest = network.score(contexts, replies), teacher_forced_choices(network, contexts, replies)
    words = []
    for pair, reply, log_probabilities, choices in zip(held_out, replies, scored, likeliest, strict=True):
        pieces = [tokenizer.piece(token) for token in reply[1:-1]]
        numbers = np.append(word_of_each_token(pieces, pair.reply), len(pair.reply))  # END is the last word
        words.append(of_words(np.array(reply[1:]) == choices, -log_probabilities, numbers))
    right, nats = (np.concatenate(parts) for parts in zip(*words, strict=True))
    return score(right, nats, known)


def teacher_forced_choices(
    network: EncoderDecoder, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]
) -> list[NDArray[np.int64]]:
    """The likeliest id in the place of each id after START, when those before it are the right ones."""
    ids, _ = padded(replies)
    state, steps = network.read(contexts), []
    for row in ids[:-1]:
        logits, state = network.step(row, state)
        steps.append(logits.argmax(-1))
    choices = np.stack(steps, axis=1)
    return [row[: len(reply) - 1] for row, reply in zip(choices, replies, strict=True)]


def write_aligned(folder: Path, name: str, pairs: Sequence[Pair]) -> list[Path]:
    """Writes pairs as two files, line by line."""
    paths = [folder / f"{name}.{side}" for side in ("prompts.txt", "replies.txt")]
    for path, side in zip(paths, ("prompt", "reply"), strict=True):
        path.write_text("".join(" ".join(getattr(pair, side)) + "\n" for pair in pairs), encoding="utf-8")
    return paths


def untrained(folder: Path, pairs: Sequence[Pair]) -> Path:
    """Makes a model that has learned nothing yet, with the words of these pairs' replies as its vocabulary."""
    words = {word for pair in pairs for word in split(" ".join(pair.reply), "whitespace")}
    tokenizer = WordTokenizer(sorted(words), [], "whitespace")
    architecture = EncoderDecoderConfig(vocabulary_size=tokenizer.vocabulary_size, **ARCHITECTURE)
    ModelFolder(folder).create(ModelCard("chat", architecture, {}), tokenizer, initial_weights(architecture, seed=0))
    return folder


def run_ours(case: str, training: Sequence[Pair], held_out: Sequence[Pair], own_vocabulary: bool) -> Row:
    """Trains and scores textgen."""
    system = f"textgen, {'its own subwords' if own_vocabulary else 'the same words'}"
    known = known_words(training, held_out)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        corpus, validation = (write_aligned(folder, *side) for side in (("train", training), ("held_out", held_out)))
        started = time.perf_counter()
        if own_vocabulary:
            vocabulary: dict[str, Any] = {**SUBWORDS, **ARCHITECTURE}
        else:
            vocabulary = {"start_from": untrained(folder / "untrained", [*training, *held_out])}
        textgen.train_chat(
            corpus,
            folder / "model",
            validation=validation,
            format="aligned",
            spacing="as-is",
            index=False,
            quiet=True,
            **vocabulary,
            **TRAINING,
        )
        seconds = time.perf_counter() - started
        say(f"{system}: trained in {seconds:.1f} s")
        model = ModelFolder(folder / "model").load()
        best, last = (score_ours(weights, held_out, known) for weights in (model, with_last_weights(model)))
        epochs = history.read(folder / "model" / "training")[-1].epoch
    architecture = model.card.architecture
    details = {
        "settings": {**ARCHITECTURE, **TRAINING},
        "vocabulary": architecture.vocabulary_size,
        "best_epoch": model.card.metrics["epoch"],
    }
    return Row(case, system, epochs, seconds, architecture.parameters, best, last, details)


def with_last_weights(model: Model) -> Model:
    """The model as its run ended, which need not be as it was best."""
    arrays = Checkpoint.load(model.path / "training").arrays
    weights = {name.removeprefix("weights/"): array for name, array in arrays.items() if name.startswith("weights/")}
    return Model(model.path, model.card, model.tokenizer, weights)


def table(rows: Sequence[Row], known: NDArray[np.bool_]) -> str:
    """The figures for people to read."""
    tutorial, ours = rows[:2]
    words = f"{len(known):,} held-out words (ends of replies included), {int(known.sum()):,} of them known"
    over = f"{'':<42}{'':>12}{'best':^28}{'last':^28}"
    heading = f"{'system':<30}{'seconds':>8}{'epochs':>8}" + f"{'accuracy':>12}{'nats/word':>11}{'known':>7}" * 2
    lines = [tutorial.case, words, "", over.rstrip(), heading]
    for row in rows:
        lines.append(
            f"{row.system:<30}{row.seconds:>8,.0f}{row.epochs:>8.0f}"
            + "".join(
                f"{found.accuracy:>12.3f}{found.cross_entropy:>11.3f}{found.known_cross_entropy:>7.3f}"
                for found in (row.best, row.last)
            )
        )
    found = tutorial.details
    lines += [
        "",
        f"Time of ours over {EPOCHS} epochs of the tutorial: {ours.seconds / tutorial.seconds:.4f}",
        f"The tutorial was best in accuracy after epoch {found['epoch_of_best_accuracy']}, in cross-entropy after "
        f"epoch {found['epoch_of_best_cross_entropy']}.",
    ]
    if found["extrapolated_from_epochs"]:
        lines.append(
            f"Beware: only {tutorial.epochs:g} epochs of the tutorial were run, {found['seconds_per_epoch']:.1f} s "
            f"each; the seconds are extrapolated to {EPOCHS}, the scores are of those epochs."
        )
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Compare textgen with the recipe of the seq2seq chatbot tutorial.")
    parser.add_argument("--prompts", type=Path, required=True, metavar="FILE", help="rDany's human_text.txt")
    parser.add_argument("--replies", type=Path, required=True, metavar="FILE", help="rDany's robot_text.txt")
    parser.add_argument("--epochs", type=int, default=EPOCHS, metavar="N", help=f"of the tutorial's recipe  [{EPOCHS}]")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    return parser.parse_args()


def main() -> None:
    """Trains and scores both, and prints the table."""
    asked = arguments()
    training, held_out = read_pairs(asked.prompts, asked.replies)
    case = f"{asked.prompts.name}, {len(training)} pairs to learn from, {len(held_out)} held out"
    rows = [run_tutorial(case, training, held_out, asked.epochs)]
    rows += [run_ours(case, training, held_out, own_vocabulary) for own_vocabulary in (False, True)]
    known = known_words(training, held_out)
    if not asked.json:
        print(table(rows, known))
        return
    tutorial, ours = rows[:2]
    values = {
        "time_ratio": ours.seconds / tutorial.seconds,
        "accuracy_ratio": ours.best.accuracy / tutorial.best.accuracy,
        "perplexity_ratio": math.exp(ours.best.cross_entropy - tutorial.best.cross_entropy),
        "held_out_words": len(known),
        "known_words": int(known.sum()),
        "processors": thread_count(),
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__},
        "rows": [asdict(row) for row in rows],
    }
    print(json.dumps(values, indent=1))


if __name__ == "__main__":
    main()
