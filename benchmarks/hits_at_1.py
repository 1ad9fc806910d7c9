"""How often a chat model's discriminator finds the true reply to a message among 20, beside two simpler judges.

    python benchmarks/hits_at_1.py --model runs/my_bot --dialogues self_dialogue.jsonl topical_chat.jsonl

Each file is a source. The last tenth of its dialogues is held out, as `textgen train-discriminator --corpus` does with
the same files; of these, exchanges are drawn with seed 0. A true reply is put among 19 others, drawn with seed 0 from
the held-out replies of the same source, none of them equal to it. Chance is 5%. A source in which few answers are given
to many messages is named with `--by-answer`: exchanges whose reply also occurs in the other nine tenths are left out.

- "discriminator" reads the newest turn and the reply.
- "shared words" adds up the inverse document frequencies of the words that message and reply share, divided by the root
  of the reply's number of words. Documents are the replies that are not held out.
- "mutual information" is the generator's log p(reply | conversation) - log p(reply) (Li et al. 2016).
"""

import argparse
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

import textgen
from textgen.chatbot import Chatbot
from textgen.corpus.collection import Corpus
from textgen.corpus.exchanges import Exchange, count_dialogues, reread
from textgen.corpus.split import split_dialogues
from textgen.discriminator.matching import OTHERS, hits_at_1, other_replies
from textgen.discriminator.scorer import Scorer, reply_ids
from textgen.generation.chat_model import ChatModel
from textgen.model_folder import ModelFolder

MOST = 500
_WORD = re.compile(r"\w+")

Score = Callable[[Exchange, Sequence[str]], Sequence[float]]
"""An exchange and replies to how well each of them fits its context, higher being better."""


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        case: the source.
        system: who looks for the reply.
        hits_at_1: share of replies found.
        exchanges: how many there were.
    """

    case: str
    system: str
    hits_at_1: float
    exchanges: int


class SharedWords:
    """Scores replies by the words that they share with the newest turn.

    Args:
        replies: the documents whose words are counted.
    """

    def __init__(self, replies: Iterable[str]) -> None:
        self._counts, self._replies = Counter[str](), 0
        for reply in replies:
            self._counts.update(words(reply))
            self._replies += 1

    def __call__(self, exchange: Exchange, replies: Sequence[str]) -> list[float]:
        """The weights of the shared words, by the root of the reply's number of words."""
        heard = words(exchange.context[-1])
        return [
            sum(self._weight(word) for word in heard & words(reply)) / max(1, len(_WORD.findall(reply))) ** 0.5
            for reply in replies
        ]

    def _weight(self, word: str) -> float:
        return math.log((self._replies + 1) / (self._counts[word] + 1))


class MutualInformation:
    """Scores replies by how much likelier the context makes them.

    Args:
        model: the generator.
    """

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    def __call__(self, exchange: Exchange, replies: Sequence[str]) -> list[float]:
        """The pointwise mutual information of context and reply, in nats."""
        encoder = self._model.encoder
        told = [encoder.encode_reply(reply) for reply in replies]
        after, alone = (
            [float(score.sum()) for score in self._model.network.score([context] * len(told), told)]
            for context in (encoder.encode_context(exchange.context), encoder.encode_context([]))
        )
        return [one - other for one, other in zip(after, alone, strict=True)]


class Judge:
    """Scores replies by the discriminator.

    Args:
        scorer: reads messages.
        model: whose discriminator it is.
    """

    def __init__(self, scorer: Scorer, model: ChatModel) -> None:
        self._scorer, self._model = scorer, model

    def __call__(self, exchange: Exchange, replies: Sequence[str]) -> list[float]:
        """What the logits of the replies gain by the newest turn."""
        message = self._model.tokenizer.encode(exchange.context[-1])
        told = [reply_ids(self._model.encoder.encode_reply(reply)) for reply in replies]
        return [float(score) for score in self._scorer.matches([message] * len(told), told)]


def words(text: str) -> set[str]:
    """The different words of a text."""
    return set(_WORD.findall(text.casefold()))


def held_out(model: ChatModel, file: Path, by_answer: bool) -> tuple[list[Exchange], list[str]]:
    """The exchanges of a source that are held out, and the replies that are not.

    Args:
        model: its description says how exchanges are made.
        file: of the source.
        by_answer: leave out exchanges whose reply is among those others.
    """
    corpus = Corpus([file], kind="dialogues")
    split = split_dialogues(count_dialogues(corpus))
    if split is None:
        raise SystemExit(f"{file} holds fewer than two dialogues: name a file with more.")
    known = model.card.corpus
    learned = [one.reply for one in reread(known, corpus, "training", split)]
    known_replies = set(learned) if by_answer else set[str]()
    others = reread(known, corpus, "held out", split)
    return [one for one in others if one.context and one.reply not in known_replies], learned


def drawn(exchanges: Sequence[Exchange], most: int) -> list[tuple[Exchange, list[str]]]:
    """Exchanges drawn with seed 0, each with 20 replies, the true one first."""
    others = other_replies([one.reply for one in exchanges])
    if others is None:
        raise SystemExit(f"There are only {len(exchanges)} exchanges, too few for {OTHERS} others: name a longer file.")
    chosen = np.random.default_rng(0).permutation(len(exchanges))[:most]
    return [
        (exchanges[k], [exchanges[k].reply, *(exchanges[other].reply for other in others[k])]) for k in chosen.tolist()
    ]


def hits(sets: Sequence[tuple[Exchange, list[str]]], score: Score) -> float:
    """The share of exchanges whose true reply has the highest score."""
    scores: NDArray[np.float64] = np.array([score(exchange, replies) for exchange, replies in sets])
    found = hits_at_1(scores)
    assert found is not None
    return found


def table(rows: Sequence[Row]) -> str:
    """The figures for people to read."""
    lines = [f"{'':<28}{'system':<24}{'hits@1':>8}{'exchanges':>12}"]
    lines += [f"{row.case:<28}{row.system:<24}{row.hits_at_1:>8.1%}{row.exchanges:>12,}" for row in rows]
    for system in dict.fromkeys(row.system for row in rows):
        mean = fmean(row.hits_at_1 for row in rows if row.system == system)
        lines.append(f"{'mean of the sources':<28}{system:<24}{mean:>8.1%}")
    return "\n".join(lines)


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Measure how often the true reply to a message is found among 20.")
    parser.add_argument("--model", required=True, metavar="DIR", help="a chat model with a discriminator")
    parser.add_argument(
        "--dialogues", type=Path, nargs="+", required=True, metavar="FILE", help="dialogues, one source a file"
    )
    parser.add_argument(
        "--by-answer", nargs="*", default=[], metavar="NAME", help="files (by name) of which only new replies count"
    )
    parser.add_argument("--most", type=int, default=MOST, metavar="N", help=f"exchanges of each source  [{MOST}]")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    return parser.parse_args()


def main() -> None:
    """Measures and prints."""
    asked = arguments()
    bot = textgen.load(asked.model)
    if not isinstance(bot, Chatbot) or not bot.judge.reads_messages:
        raise SystemExit(f"{asked.model} has no discriminator that reads messages: run textgen train-discriminator.")
    model = ChatModel(ModelFolder(bot.path).load())
    rows = []
    for file in asked.dialogues:
        exchanges, learned = held_out(model, file, file.name in asked.by_answer)
        sets = drawn(exchanges, asked.most)
        systems: dict[str, Score] = {
            "discriminator": Judge(bot.judge, model),
            "shared words": SharedWords(learned),
            "mutual information": MutualInformation(model),
        }
        rows += [Row(file.stem, system, hits(sets, score), len(sets)) for system, score in systems.items()]
    print(json.dumps({"rows": [asdict(row) for row in rows]}, indent=1) if asked.json else table(rows))


if __name__ == "__main__":
    main()
