"""What the chat starter brings: the same dialogues and budgets with it and without it.

    python benchmarks/chat_starter.py --corpora DIR --work DIR [--minutes 1 2 5]

DIR holds `dailydialog/train.txt`, `dailydialog/validation.txt`, `rdany/human_text.txt` and `rdany/robot_text.txt`. The
beginning of DailyDialog is tried with 300, 1,000 and 3,000 exchanges, held out being the beginning of its validation
file; rDany is tried whole, held out being its last tenth. What is in --work already is not made again.

`perplexity` is that of a held-out word, the same words for both. `own` is the share of replies, to messages of
DailyDialog's validation file that no training saw, which a judge takes for the corpus's own way of speaking and not for
the starter's. The judge is naive Bayes over runs of one to three words. It learns from replies of the corpus and from
what the starter, as it ships, replies to the same messages; `judge` is its accuracy on as many replies of both kinds
that it has not seen.
"""

import argparse
import json
import math
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from ngram_judge import NgramJudge
from quality_training import is_finished, run_alone, say, write_text

import textgen
from textgen.chatbot import Chatbot
from textgen.corpus.collection import Corpus
from textgen.corpus.exchanges import Exchange, Exchanges
from textgen.corpus.normalisation import detokenise
from textgen.evaluation.eval_split import chat_eval_split
from textgen.evaluation.prediction import score_replies
from textgen.generation.chat_model import ChatModel
from textgen.model_folder import ModelFolder

SIZES = (300, 1000, 3000)
HELD_OUT = 700
JUDGED, MESSAGES = 300, 200  # replies of a kind that the judge learns from, and messages that are answered
STARTER, TURN_END = "dialogue", "__eou__"
OWN = 0  # the class of the corpus; 1 is that of the starter


class Case(NamedTuple):
    """Dialogues to learn from.

    Args:
        name: for the table.
        files: a file of dialogues, or one of prompts and one of replies.
        validation: held-out dialogues; None holds the last tenth of the files out.
    """

    name: str
    files: list[Path]
    validation: Path | None


def beginning(dialogues: Path, exchanges: int, out: Path) -> Path:
    """The first whole dialogues of a file, up to a number of exchanges."""
    chosen, found = list[str](), 0
    with dialogues.open(encoding="utf-8") as file:
        for line in file:
            if found >= exchanges:
                break
            chosen.append(line)
            found += line.count(TURN_END) - 1
    return write_text(out, "".join(chosen))


def cases(folder: Path, work: Path) -> Iterator[Case]:
    """All that is learned from, the smallest first."""
    held_out = beginning(folder / "dailydialog" / "validation.txt", HELD_OUT, work / "held-out.txt")
    for size in SIZES:
        text = beginning(folder / "dailydialog" / "train.txt", size, work / f"dailydialog-{size}.txt")
        yield Case(f"dailydialog, {size:,} exchanges", [text], held_out)
    yield Case("rdany", [folder / "rdany" / "human_text.txt", folder / "rdany" / "robot_text.txt"], None)


def train(case: Case, folder: Path, minutes: float, start: str) -> None:
    """Trains a chatbot in a process of its own, unless it is there; a run that was stopped goes on."""
    if is_finished(folder):
        return
    say(f"{folder.name}: training for {minutes:g} minutes")
    command = [sys.executable, "-m", "textgen", "train-chat", "--corpus", *map(str, case.files), "--out", str(folder)]
    command += ["--minutes", f"{minutes:g}", "--no-index", "--resume", "--from", start]
    run_alone([*command, *([] if case.validation is None else ["--validation", str(case.validation)])])


def perplexity(model: ChatModel, files: Sequence[Path]) -> float:
    """Of a word of the held-out replies, and of their ends.

    All replies are scored, also those that are too long to learn from: how many tokens a reply has, and so which ones
    are too long, differs from vocabulary to vocabulary, and two models are compared on the same words.

    Args:
        model: to be scored.
        files: those that it learned from, of which the held-out part is scored, or others.
    """
    part = chat_eval_split(model.card.corpus, Corpus(files, kind="dialogues"), None)
    pairs = [(model.encoder.encode_context(one.context), one.reply) for one in part.exchanges]
    contexts, texts = zip(*pairs, strict=True)
    nats = score_replies(model.network, contexts, [model.encoder.encode_reply(text) for text in texts])
    return math.exp(nats / sum(len(text.split()) + 1 for text in texts))


def exchanges_of(case: Case) -> list[Exchange]:
    """Those of the files that are learned from, each turn with the spacing of natural text."""
    return list(Exchanges(Corpus(case.files, kind="dialogues"), 1, None, detokenise, "all", None))


def replies(model: str | Path, messages: Sequence[str]) -> list[list[str]]:
    """The words of a bot's replies, each to a message in a conversation of its own."""
    bot, answered = textgen.load(model), list[list[str]]()
    assert isinstance(bot, Chatbot)
    for seed, message in enumerate(messages):
        bot.reset()
        answered.append(words(str(bot.reply(message, seed=seed))))
    return answered


def words(reply: str) -> list[str]:
    """What white space cuts, case folded."""
    return reply.casefold().split()


def judge_of(case: Case) -> tuple[NgramJudge, float]:
    """A judge of the corpus's replies and the starter's, and its accuracy on as many that it has not seen."""
    chosen = exchanges_of(case)[: 2 * JUDGED]
    kinds = [[words(one.reply) for one in chosen], replies(STARTER, [one.context[-1] for one in chosen])]
    half = len(chosen) // 2
    learned = [(text, kind) for kind, texts in enumerate(kinds) for text in texts[:half]]
    judge = NgramJudge([text for text, _ in learned], [kind for _, kind in learned], 2)
    seen = [judge.name(text) == kind for kind, texts in enumerate(kinds) for text in texts[half:]]
    return judge, sum(seen) / len(seen)


def unseen_messages(folder: Path) -> list[str]:
    """Opening messages of DailyDialog's validation file, behind those that are held out."""
    text = (folder / "dailydialog" / "validation.txt").read_text(encoding="utf-8").splitlines()
    return [detokenise(line.split(TURN_END)[0].strip()) for line in islice(reversed(text), MESSAGES)]


def main() -> None:
    """Trains all pairs, and prints a line of JSON for each as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="the folder with the dialogues")
    parser.add_argument("--work", type=Path, required=True, help="a folder for the models")
    parser.add_argument("--minutes", type=float, nargs="+", default=[1.0, 2.0, 5.0], help="the budgets (1 2 5)")
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    messages = unseen_messages(asked.corpora)
    for minutes in asked.minutes:
        for case in cases(asked.corpora, asked.work):
            judge, accuracy = judge_of(case)
            judged = case.files if case.validation is None else [case.validation]
            row: dict[str, Any] = {"corpus": case.name, "minutes": minutes, "judge": round(accuracy, 3)}
            for start in ("none", STARTER):
                name = case.name.replace(" ", "-").replace(",", "")
                folder = asked.work / f"{name}-{minutes:g}-{start}"
                train(case, folder, minutes, start)
                opened = ChatModel(ModelFolder(folder).load())
                own = [judge.name(reply) == OWN for reply in replies(folder, messages)]
                row[start] = {"perplexity": round(perplexity(opened, judged), 2), "own": round(sum(own) / len(own), 3)}
            row["ratio"] = round(row[STARTER]["perplexity"] / row["none"]["perplexity"], 3)
            print(json.dumps(row), flush=True)
            say(f"{case.name}, {minutes:g} minutes: {row['ratio']:.3f}")


if __name__ == "__main__":
    main()
