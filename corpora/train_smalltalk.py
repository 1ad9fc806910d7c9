"""Trains the chat model that ships, `textgen/pretrained/smalltalk`.

    pip install -e ".[train]"
    python corpora/train_smalltalk.py --texts DIR --work DIR

1. Conversations of others (the files of `dialogues/` that `corpora/sources.tsv` lists, in the folder of --texts) are
   filtered.
2. The first stage learns to talk, from all of them and from the project's own talks.
3. The second stage goes on with those of the own talks that are plain: Wren.
4. The model is checked, and put in its place with a README of all counts and a NOTICE of all sources.

An interrupted command goes on where it stopped if it is given again with the same --work.
"""

import argparse
import json
import random
import shlex
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from building.documents import notice, readme
from building.filters import pieces
from building.patterns import Turn
from building.shipping import ship
from building.sources import Source, conversations, listed
from building.talks import BOT, PLAIN, as_people_type, expanded, named, written

from textgen import train_chat
from textgen.corpus.collection import Corpus
from textgen.errors import TextgenError
from textgen.evaluation.report import evaluate_chat
from textgen.generation.chat_model import ChatModel
from textgen.model_folder import Model, ModelFolder

OUT = Path(__file__).parents[1] / "textgen" / "pretrained" / "smalltalk"
SEED = 5

LEFT_OUT = ("personality_chat/professional", "personality_chat/witty")
"""One tone of three is enough: the same questions with other answers."""

MODEL: dict[str, Any] = {"level": "subword", "vocabulary_limit": 4000, "embedding": 256, "hidden": 512, "layers": 1}
FIRST: dict[str, Any] = {"turns": 3, "dropout": 0.1, "batch": 64, "learning_rate": 4e-3}
SECOND: dict[str, Any] = {"turns": 8, "dropout": 0.2, "batch": 64, "learning_rate": 3e-3, "replies_by": BOT}
DECODING: dict[str, Any] = {"temperature": 0.4, "min_p": 0.05}
"""How the bot replies where nobody says otherwise."""

_COPIES = 2
"""How often a plain talk is learned, typed anew each time."""

_FROM_PATTERNS = 0.3
"""Talks made from patterns for each plain talk of the second stage; they ask for something that was told before."""

_HELD_OUT = 20
"""Each so manieth own talk is not learned from."""


@dataclass(frozen=True)
class Prepared:
    """The files that training reads.

    Args:
        first: what the first stage learns from.
        second: what the second stage learns from.
        held_out: own talks that neither stage learns from.
        counts: of talks and turns, by source and step.
    """

    first: Path
    second: Path
    held_out: Path
    counts: dict[str, dict[str, int]]


def prepare(sources: Sequence[Source], texts: Path, work: Path) -> Prepared:
    """Reads and filters all talks, and writes them into a folder."""
    draw, counts = random.Random(SEED), dict[str, dict[str, int]]()
    strangers: list[list[str]] = []
    for source in sources:
        kept, hits, found = list[list[str]](), Counter[str](), 0
        for belongs, turns in conversations(source.path(texts)):
            if belongs not in LEFT_OUT:
                found += 1
                kept += pieces(turns, hits)
        counts[source.file] = {"conversations": found, **hits, "kept": len(kept), "turns": sum(map(len, kept))}
        strangers += kept
    own = [named(talk) for talk in written()]
    draw.shuffle(own)
    learned = [talk for number, talk in enumerate(own) if number % _HELD_OUT]
    made = [named(talk) for talk in expanded(len(learned), SEED, 0.45)]
    counts["own"] = {"written": len(own), "from patterns": len(made), "turns": sum(map(len, [*own, *made]))}
    all_own = [*learned, *made]
    draw.shuffle(all_own)
    first = [*strangers, *([text for _, text in as_people_type(talk, draw)] for talk in all_own)]
    draw.shuffle(first)
    plain = [named(talk) for talk in written(PLAIN)]
    draw.shuffle(plain)
    learned = [talk for number, talk in enumerate(plain) if number % _HELD_OUT]
    made = [named(talk) for talk in expanded(round(_FROM_PATTERNS * len(learned)), SEED + 1, 1.0)]
    counts["own, plain"] = {"written": len(plain), "from patterns": len(made), "turns": sum(map(len, [*plain, *made]))}
    second = [as_people_type(talk, draw) for talk in [*learned * _COPIES, *made]]
    draw.shuffle(second)
    prepared = Prepared(work / "first.jsonl", work / "second.jsonl", work / "held-out.jsonl", counts)
    _write(prepared.first, ({"turns": turns} for turns in first))
    _write(prepared.second, map(_spoken, second))
    _write(prepared.held_out, (_spoken(talk) for number, talk in enumerate(plain) if not number % _HELD_OUT))
    return prepared


def _spoken(talk: Sequence[Turn]) -> dict[str, Any]:
    return {"turns": [{"speaker": who, "text": text} for who, text in talk]}


def _write(path: Path, records: Iterable[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def train(prepared: Prepared, work: Path, minutes: tuple[float, float]) -> tuple[Path, Path]:
    """Trains both stages, or goes on with them; the folders of their models."""
    common = {"spacing": "as-is", "index": False, "seed": SEED}
    first, second = work / "stage-1", work / "stage-2"
    _stage(first, prepared.first, minutes[0], **common, **FIRST, **MODEL)
    _stage(second, prepared.second, minutes[1], validation=prepared.held_out, start_from=first, **common, **SECOND)
    return first, second


def _stage(out: Path, corpus: Path, minutes: float, **options: Any) -> None:
    """Trains a stage unless it is done already; a mark says that it is."""
    done = out.with_suffix(".done")
    if not done.exists():
        train_chat(corpus, out, minutes=minutes, resume=True, **options)
        done.touch()


def finish(prepared: Prepared, sources: Sequence[Source], stages: tuple[Path, Path], out: Path, command: str) -> int:
    """Measures both stages' models on the held-out talks, and ships the second one; the bytes of its folder."""
    before, trained = (ModelFolder(stage).load() for stage in stages)
    figures = {"first stage": _judged(before, prepared.held_out), "second stage": _judged(trained, prepared.held_out)}
    shipped = replace(trained, card=replace(trained.card, metrics=figures["second stage"], decoding=DECODING))
    text = readme(_opening(trained), command, sources, prepared.counts, figures)
    documents = {"README.md": text, "NOTICE": notice("smalltalk", sources)}
    return ship(shipped, documents, _turns(prepared.first), out)


def _opening(model: Model) -> list[str]:
    return [
        "# smalltalk",
        "",
        'The chat model that comes along with textgen: `textgen chat`, or `textgen.load("smalltalk")`. It is an LSTM',
        f"encoder-decoder with attention and copying, of {model.card.architecture.parameters:,} weights in float16.",
        "The folder has no text of its sources and, to stay small, no index of their word sequences, so `no_copy` is",
        "not offered.",
    ]


def _judged(model: Model, held_out: Path) -> dict[str, Any]:
    figures = evaluate_chat(ChatModel(model), Corpus(held_out, kind="dialogues")).to_json_object()
    return {name: figure for name, figure in figures.items() if isinstance(figure, int | float)}


def _turns(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield from json.loads(line)["turns"]


def main() -> None:
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=Path, required=True, help="the folder with the files that sources.tsv lists")
    parser.add_argument("--work", type=Path, required=True, help="a folder for the talks and the models of both stages")
    parser.add_argument("--minutes", type=float, nargs=2, default=(240.0, 90.0), help="of both stages (240 90)")
    parser.add_argument("--out", type=Path, default=OUT, help="the model folder, replaced once the new one is trained")
    asked = parser.parse_args()
    budget = " ".join(f"{minutes:g}" for minutes in asked.minutes)
    command = shlex.join(["python", "corpora/train_smalltalk.py", "--texts", "DIR", "--work", "DIR", "--minutes"])
    try:
        asked.work.mkdir(parents=True, exist_ok=True)
        sources = listed("dialogues")
        prepared = prepare(sources, asked.texts, asked.work)
        stages = train(prepared, asked.work, tuple(asked.minutes))
        size = finish(prepared, sources, stages, asked.out, f"{command} {budget}")
    except TextgenError as error:
        sys.exit(str(error))
    print(f"{asked.out}: {size:,} bytes")


if __name__ == "__main__":
    main()
