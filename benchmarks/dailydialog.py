"""What context and attention are worth: held-out perplexity of replies after the same minutes of training.

    python benchmarks/dailydialog.py --train dailydialog/train.txt --validation dailydialog/validation.txt

Three models learn the same replies for the same minutes with default settings: the full one, one whose decoder knows
the context by the encoder's last state alone, and one that never sees any context. Minutes count training steps and
validations. The corpus is left as it is, punctuation set apart by spaces, so that its words are what others count.

All replies of the validation file are scored that are short enough for each of the models, with the weights that were
best on (a part of) them. Perplexity per word is exp(nats / words), where the end of a reply is a word too and words are
what white space cuts. Perplexity per token depends on the vocabulary, which is the same for all three.

All are scored a second time with the context of another exchange: what that costs is what they take from the context.

Each model is kept in a folder of its own in `--out`, and one that is there already is only scored, so that the three
can be trained one by one with `--only` and put together by a last call without it. `--beside NAME=DIR` scores a model
that something else trained, such as an earlier version of textgen.
"""

import argparse
import json
import math
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import compress
from pathlib import Path
from statistics import fmean
from typing import Any, NamedTuple

import numpy as np

import textgen
from textgen.config import Budget, EncoderDecoderConfig
from textgen.corpus.collection import Corpus
from textgen.corpus.exchanges import Exchanges
from textgen.corpus.token_grammar import DialogueEncoder
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.model_folder import Model, ModelFolder
from textgen.training import history

FORMAT, BATCH = "eou", 64
CONTEXT_FREE = "without-context"

SYSTEMS: dict[str, dict[str, Any]] = {
    "full": {},
    "without-attention": {"attention": False},
    CONTEXT_FREE: {"turns": 0},
}


class Pair(NamedTuple):
    """An exchange in ids, and the text of its reply."""

    context: list[int]
    reply: list[int]
    text: str


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        case: the corpus and the minutes asked for.
        system: which model.
        minutes: of training.
        parameters: number of weights.
        steps: of training.
        tokens_per_second: of replies, while training.
        perplexity_per_word, perplexity_per_token, bits_per_character: of the held-out replies.
        shuffled: perplexity per word after the context of another exchange.
        replies, left_out: held-out replies that were scored, and that were too long for one of the models.
    """

    case: str
    system: str
    minutes: float
    parameters: int
    steps: int
    tokens_per_second: float
    perplexity_per_word: float
    perplexity_per_token: float
    bits_per_character: float
    shuffled: float
    replies: int
    left_out: int


def say(text: str) -> None:
    """Tells a person how far it is."""
    print(text, file=sys.stderr, flush=True)


def train(system: str, folder: Path, training: Path, validation: Path, minutes: float) -> None:
    """Trains one of the models."""
    say(f"{system}: training for {minutes:g} minutes")
    textgen.train_chat(
        training,
        folder,
        validation=validation,
        format=FORMAT,
        spacing="as-is",
        start_from="none",
        minutes=minutes,
        index=False,
        **SYSTEMS[system],
    )


def held_out_pairs(model: Model, validation: Path) -> list[Pair]:
    """The exchanges that a model is scored on, those with long replies included."""
    corpus = model.card.corpus
    encoder = DialogueEncoder(model.tokenizer, corpus["longest_context"])
    exchanges = Exchanges(Corpus(validation, FORMAT, "dialogues"), corpus["turns"], None, str, "all", None)
    return [
        Pair(encoder.encode_context(exchange.context), encoder.encode_reply(exchange.reply), exchange.reply)
        for exchange in exchanges
    ]


def fitting(pairs: Mapping[str, Sequence[Pair]], longest: Mapping[str, int]) -> dict[str, list[Pair]]:
    """The pairs of each model without those whose reply is too long for any of them.

    Args:
        pairs: of each model, the same replies in the same order.
        longest: tokens of a reply that each model has learned to write.
    """
    assert len({tuple(pair.text for pair in own) for own in pairs.values()}) == 1
    by_reply = zip(*pairs.values(), strict=True)
    fits = [all(len(p.reply) - 1 <= most for p, most in zip(same, longest.values(), strict=True)) for same in by_reply]
    return {system: list(compress(own, fits)) for system, own in pairs.items()}


def batches(pairs: Sequence[Pair]) -> Iterator[Sequence[Pair]]:
    """The pairs with those of like length side by side."""
    by_length = sorted(pairs, key=lambda pair: (len(pair.reply), len(pair.context)))
    for begin in range(0, len(by_length), BATCH):
        yield by_length[begin : begin + BATCH]


def words_and_end(text: str) -> int:
    """The words of a reply, its end among them."""
    return len(text.split()) + 1


def score(case: str, system: str, model: Model, pairs: Sequence[Pair], left_out: int) -> Row:
    """Scores a trained model on held-out replies."""
    say(f"{system}: scoring")
    rows = history.read(model.path / "training")
    assert isinstance(model.card.architecture, EncoderDecoderConfig)
    network = EncoderDecoder(model.card.architecture, model.weights)
    nats = nats_of(network, pairs)
    words = sum(words_and_end(pair.text) for pair in pairs)
    others = [pair.context for pair in pairs]
    random.Random(0).shuffle(others)
    shuffled = [pair._replace(context=other) for pair, other in zip(pairs, others, strict=True)]
    return Row(
        case,
        system,
        rows[-1].seconds / 60,
        model.card.architecture.parameters,
        rows[-1].step,
        fmean(one.tokens_per_second for one in rows),
        math.exp(nats / words),
        math.exp(nats / sum(len(pair.reply) - 1 for pair in pairs)),
        nats / math.log(2) / sum(len(pair.text) + 1 for pair in pairs),
        math.exp(nats_of(network, shuffled) / words),
        len(pairs),
        left_out,
    )


def nats_of(network: EncoderDecoder, pairs: Sequence[Pair]) -> float:
    """What all replies cost after their contexts."""
    nats = 0.0
    for batch in batches(pairs):
        scores = network.score([pair.context for pair in batch], [pair.reply for pair in batch])
        nats -= sum(float(np.sum(one, dtype=np.float64)) for one in scores)
    return nats


def ratios(rows: Sequence[Row]) -> dict[str, float]:
    """Perplexity per word over that of the model that sees no context, where it was scored."""
    free = next((row.perplexity_per_word for row in rows if row.system == CONTEXT_FREE), None)
    return {} if free is None else {row.system: row.perplexity_per_word / free for row in rows}


def table(rows: Sequence[Row]) -> str:
    """The figures for people to read."""
    heading = (
        f"{'':<20}{'minutes':>8}{'parameters':>12}{'steps':>8}{'tokens/s':>10}"
        f"{'per word':>12}{'ratio':>8}{'per token':>12}{'bits/character':>16}{'shuffled':>10}"
    )
    lines = [
        f"{rows[0].case}; {rows[0].replies:,} held-out replies, {rows[0].left_out:,} more are too long",
        "",
        f"{'':<58}{'perplexity':>12}",
        heading,
    ]
    over = ratios(rows)
    for row in rows:
        ratio = f"{over[row.system]:.3f}" if over else "-"
        lines.append(
            f"{row.system:<20}{row.minutes:>8.1f}{row.parameters:>12,}{row.steps:>8,}{row.tokens_per_second:>10,.0f}"
            f"{row.perplexity_per_word:>12,.2f}{ratio:>8}{row.perplexity_per_token:>12,.2f}{row.bits_per_character:>16.3f}"
            f"{row.shuffled:>10,.2f}"
        )
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Measure what context and attention are worth to a chatbot.")
    parser.add_argument(
        "--train", type=Path, required=True, metavar="FILE", help="a dialogue a line, turns end in __eou__"
    )
    parser.add_argument("--validation", type=Path, required=True, metavar="FILE", help="held-out dialogues, likewise")
    parser.add_argument("--minutes", type=float, default=20.0, metavar="N", help="of training, for each  [20]")
    parser.add_argument("--beside", nargs="*", default=[], metavar="NAME=DIR", help="models that are only scored")
    parser.add_argument("--only", choices=list(SYSTEMS), help="one of the models instead of all")
    parser.add_argument(
        "--out", type=Path, default=Path("runs/dailydialog"), metavar="DIR", help="of the models  [runs/dailydialog]"
    )
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    return parser.parse_args()


def main() -> None:
    """Trains what is not there, scores, and prints the table."""
    asked = arguments()
    case = f"{asked.train.name}, {Budget(minutes=asked.minutes).describe()}"
    models = {}
    for system in [asked.only] if asked.only else SYSTEMS:
        folder = asked.out / system
        if not ModelFolder(folder).exists():
            train(system, folder, asked.train, asked.validation, asked.minutes)
        models[system] = ModelFolder(folder).load()
    for named in asked.beside:
        name, _, place = named.partition("=")
        models[name] = ModelFolder(Path(place)).load()
    everything = {system: held_out_pairs(model, asked.validation) for system, model in models.items()}
    pairs = fitting(everything, {system: model.card.corpus["longest_reply"] for system, model in models.items()})
    rows = []
    for system, model in models.items():
        rows.append(score(case, system, model, pairs[system], len(everything[system]) - len(pairs[system])))
        if abs(rows[-1].minutes - asked.minutes) > 0.05 * asked.minutes:
            say(f"Beware: {model.path} was trained for {rows[-1].minutes:.3g} minutes, not for {asked.minutes:g}.")
    values = {"ratios": ratios(rows), "rows": [asdict(row) for row in rows]}
    print(json.dumps(values, indent=1) if asked.json else table(rows))


if __name__ == "__main__":
    main()
