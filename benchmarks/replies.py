"""How a chatbot answers the openings of other people's dialogues: by re-ranking candidates, and without.

    python benchmarks/replies.py --model smalltalk --openings dailydialog/validation.txt

Each opening begins a conversation of its own, with its number as the seed. The same openings are answered in three
ways: as the model does by itself; with one candidate, so that nothing is re-ranked; and greedily, the likeliest token
each time, which is what the tutorials' bots do. Of a model with a discriminator there is a fourth: the best of its
candidates where that has no say.

- "same reply" is the share of the most frequent reply. A bot that answers "I don't know." to everything has 1.
- distinct-n are the different runs of n words among all of them (Li et al. 2016), a word being what white space cuts.
- The first word is heard when its pieces are; with re-ranking all candidates have to be written before. Its time and
  that of the whole reply are means over the openings, after one reply that does not count.
- Log-probability is of the whole reply given the opening, by the model, in nats: how safe replies are, not how good.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

import textgen
from textgen.chatbot import Chatbot
from textgen.corpus.normalisation import detokenise
from textgen.discriminator.file import discriminator_path

OPENINGS, TURN_END = 300, "__eou__"

SYSTEMS: dict[str, dict[str, Any]] = {
    "default": {},
    "no re-ranking": {"candidates": 1},
    "greedy": {"candidates": 1, "temperature": 0},
}
OF_DISCRIMINATOR: dict[str, dict[str, Any]] = {"no discriminator": {"rerank": False}}


@dataclass(frozen=True)
class Answer:
    """A reply and how it came.

    Args:
        text: of the reply.
        first_word, whole: seconds until the first word and until the end.
        log_probability: of the reply given the opening, in nats.
    """

    text: str
    first_word: float
    whole: float
    log_probability: float


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        case: the model and the openings.
        system: how replies were chosen.
        same_reply: share of the most frequent reply.
        distinct_1, distinct_2: different words, and runs of two, over all of them.
        words: of a reply, mean.
        first_word, whole: seconds, mean.
        log_probability: nats a reply, mean.
        most_frequent: the reply that was given most often.
    """

    case: str
    system: str
    same_reply: float
    distinct_1: float
    distinct_2: float
    words: float
    first_word: float
    whole: float
    log_probability: float
    most_frequent: str


def first_turns(path: Path) -> Iterator[str]:
    """The first turn of each dialogue, in normal writing."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            if opening := line.partition(TURN_END)[0].strip():
                yield detokenise(opening)


def answer(bot: Chatbot, opening: str, seed: int, **options: Any) -> Answer:
    """Answers an opening in a fresh conversation."""
    bot.reset()
    text, heard = "", None
    started = time.perf_counter()
    for piece in bot.stream(opening, seed=seed, **options):
        text += piece
        if heard is None and text.strip():
            heard = time.perf_counter() - started
    whole = time.perf_counter() - started
    reply = bot.last_reply
    return Answer(text, whole if heard is None else heard, whole, 0.0 if reply is None else reply.log_probability)


def distinct(replies: Sequence[str], n: int) -> float:
    """Different runs of n words over all of them; 0 where there are none.

    Example:
        >>> distinct(["a b", "a b c"], 1)
        0.6
    """
    runs = []
    for reply in replies:
        words = reply.split()
        runs += [tuple(words[k : k + n]) for k in range(len(words) - n + 1)]
    return len(set(runs)) / len(runs) if runs else 0.0


def row(case: str, system: str, answers: Sequence[Answer]) -> Row:
    """The figures of one way to answer."""
    texts = [one.text for one in answers]
    ((most_frequent, times),) = Counter(texts).most_common(1)
    return Row(
        case,
        system,
        times / len(texts),
        distinct(texts, 1),
        distinct(texts, 2),
        fmean(len(text.split()) for text in texts),
        fmean(one.first_word for one in answers),
        fmean(one.whole for one in answers),
        fmean(one.log_probability for one in answers),
        most_frequent,
    )


def table(rows: Sequence[Row]) -> str:
    """The figures for people to read."""
    heading = (
        f"{'':<16}{'same reply':>11}{'distinct-1':>12}{'distinct-2':>12}{'words':>7}"
        f"{'first word':>12}{'whole reply':>13}{'log p':>9}"
    )
    lines = [rows[0].case, "", heading]
    for found in rows:
        lines.append(
            f"{found.system:<16}{found.same_reply:>11.1%}{found.distinct_1:>12.3f}{found.distinct_2:>12.3f}"
            f"{found.words:>7.1f}{1000 * found.first_word:>9.0f} ms{1000 * found.whole:>10.0f} ms"
            f"{found.log_probability:>9.2f}"
        )
    lines.append("")
    lines += [f"most often, {found.system}: {found.most_frequent}" for found in rows]
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Measure how varied a chatbot's replies are, and how fast.")
    parser.add_argument("--model", default="smalltalk", metavar="DIR", help="a chat model  [smalltalk]")
    parser.add_argument(
        "--openings", type=Path, required=True, metavar="FILE", help=f"a dialogue a line, turns that end in {TURN_END}"
    )
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    return parser.parse_args()


def main() -> None:
    """Measures and prints."""
    asked = arguments()
    bot = textgen.load(asked.model)
    if not isinstance(bot, Chatbot):
        raise SystemExit(f"{asked.model} is no chat model: name one that train-chat made.")
    openings = [opening for opening, _ in zip(first_turns(asked.openings), range(OPENINGS), strict=False)]
    if not openings:
        raise SystemExit(f"{asked.openings} holds no dialogues: name a file with a dialogue a line.")
    case = f"{asked.model}, {len(openings)} openings of {asked.openings.name}"
    rows = []
    systems = SYSTEMS | (OF_DISCRIMINATOR if discriminator_path(bot.path).is_file() else {})
    for system, options in systems.items():
        answer(bot, openings[0], 0, **options)  # the first reply of all pays for what is made once
        rows.append(row(case, system, [answer(bot, text, seed, **options) for seed, text in enumerate(openings)]))
    print(json.dumps({"rows": [asdict(found) for found in rows]}, indent=1) if asked.json else table(rows))


if __name__ == "__main__":
    main()
