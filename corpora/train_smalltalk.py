"""Trains the chat model that ships, `textgen/pretrained/smalltalk`.

    pip install -e ".[train]"
    python corpora/train_smalltalk.py --texts DIR --work DIR

1. Conversations of others (the files of `dialogues/` that `corpora/sources.tsv` lists, in the folder of --texts) are
   filtered.
2. The first stage learns to talk, from all of them and from the project's own talks.
3. The second stage goes on with own talks in which the bot answers first, the third and fourth with the plainest of
   them and with talks in which the replies of an earlier Wren were mended. The mean of the last two is Wren.
4. The model is checked, and put in its place with a README of all counts and a NOTICE of all sources.

An interrupted command goes on where it stopped if it is given again with the same --work.
"""

import json
import random
import shlex
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from building.chats import FIRST, SEED, talks_of_others, train_stage, write_talks
from building.command import options
from building.documents import notice, readme
from building.patterns import Turn
from building.shipping import ship
from building.sources import Source, listed
from building.talks import BOT, CURIOUS, HELD_OUT, PLAIN, as_people_type, cut, expanded, named, written

from textgen.corpus.collection import Corpus
from textgen.errors import TextgenError
from textgen.evaluation.report import evaluate_chat
from textgen.generation.chat_model import ChatModel
from textgen.model_folder import Model, ModelFolder

OUT = Path(__file__).parents[1] / "textgen" / "pretrained" / "smalltalk"
OWN_TALKS: dict[str, Any] = {"turns": 8, "dropout": 0.2, "batch": 64, "learning_rate": 3e-3, "replies_by": BOT}
LAST: dict[str, Any] = {"dropout": 0.3, "learning_rate": 2.5e-3}
DECODING: dict[str, Any] = {"temperature": 0.4, "min_p": 0.05, "dullness_penalty": 0.0}
"""How the bot replies where nobody says otherwise: of plain replies the likeliest make most sense."""

_SHARE_CUT = 0.5
"""A share of the copies of a talk begins in its middle: people do not always say hello first."""

_COPIES = 2
"""How often a talk of the later stages is learned, typed anew each time."""

_FROM_PATTERNS = 0.3
"""Talks made from patterns for each plain talk of the second stage; they ask for something that was told before."""


@dataclass(frozen=True)
class Prepared:
    """The files that training reads.

    Args:
        first, second, third: what the stages learn from, the fourth like the third.
        held_out: own talks that no stage learns from.
        counts: of talks and turns, by source and step.
    """

    first: Path
    second: Path
    third: Path
    held_out: Path
    counts: dict[str, dict[str, int]]


def prepare(sources: Sequence[Source], texts: Path, work: Path) -> Prepared:
    """Reads and filters all talks, and writes them into a folder."""
    draw = random.Random(SEED)
    strangers, counts = talks_of_others(sources, texts)
    own = [named(talk) for talk in written()]
    draw.shuffle(own)
    made = [named(talk) for talk in expanded(len(own), SEED, 0.45)]
    counts["own"] = {"written": len(own), "from patterns": len(made), "turns": sum(map(len, [*own, *made]))}
    all_own = [*own, *made]
    draw.shuffle(all_own)
    first = [*strangers, *([text for _, text in as_people_type(talk, draw)] for talk in all_own)]
    draw.shuffle(first)
    second = _own(CURIOUS, draw, counts)
    third = _own(PLAIN, draw, counts)
    made = [named(talk) for talk in expanded(round(_FROM_PATTERNS * len(third)), SEED + 1, 1.0)]
    counts["own, from patterns of remembering"] = {"talks": len(made), "turns": sum(map(len, made))}
    files = (work / f"{name}.jsonl" for name in ("first", "second", "third", "held-out"))
    prepared = Prepared(*files, counts)
    write_talks(prepared.first, ({"turns": turns} for turns in first))
    for path, talks in ((prepared.second, second), (prepared.third, third)):
        copies = [*(cut(talk, draw, _SHARE_CUT) for talk in talks * _COPIES), *made]
        learned = [as_people_type(talk, draw) for talk in copies]
        draw.shuffle(learned)
        write_talks(path, map(_spoken, learned))
    write_talks(prepared.held_out, map(_spoken, _own(HELD_OUT, draw, counts)))
    return prepared


def _own(folder: Path, draw: random.Random, counts: dict[str, dict[str, int]]) -> list[list[Turn]]:
    """The talks of a folder, in random order."""
    talks = [named(talk) for talk in written(folder)]
    draw.shuffle(talks)
    counts[f"own, {folder.name}"] = {"written": len(talks), "turns": sum(map(len, talks))}
    return talks


def _spoken(talk: Sequence[Turn]) -> dict[str, Any]:
    return {"turns": [{"speaker": who, "text": text} for who, text in talk]}


def train(prepared: Prepared, work: Path, minutes: Sequence[float]) -> tuple[Path, ...]:
    """Trains all stages, or goes on with them; the folders of their models."""
    first, second, third, fourth = (work / f"stage-{number}" for number in (1, 2, 3, 4))
    own = {"validation": prepared.held_out, **OWN_TALKS}
    train_stage(first, prepared.first, minutes[0], **FIRST)
    train_stage(second, prepared.second, minutes[1], start_from=first, **own)
    train_stage(third, prepared.third, minutes[2], start_from=second, **own | LAST)
    train_stage(fourth, prepared.third, minutes[3], start_from=third, **own | LAST)
    return first, second, third, fourth


def finish(prepared: Prepared, sources: Sequence[Source], stages: Sequence[Path], out: Path, command: str) -> int:
    """Measures the models on the held-out talks, and ships the mean of the last two; the bytes of its folder."""
    models = {stage.name: ModelFolder(stage).load() for stage in stages}
    models["shipped"] = mean_of(*list(models.values())[-2:])
    figures = {name: _judged(model, prepared.held_out) for name, model in models.items()}
    trained = models["shipped"]
    shipped = replace(trained, card=replace(trained.card, metrics=figures["shipped"], decoding=DECODING))
    text = readme(_opening(trained), command, sources, prepared.counts, figures)
    documents = {"README.md": text, "NOTICE": notice("smalltalk", sources)}
    return ship(shipped, documents, _turns(prepared.first), out)


def mean_of(one: Model, other: Model) -> Model:
    """A model with the mean of two models' weights, the later of which went on from the earlier one.

    It is better than both: "Model soups" (Wortsman et al. 2022).
    """
    weights = {
        name: (array.astype(np.float32) + other.weights[name].astype(np.float32)) / 2
        for name, array in one.weights.items()
    }
    return replace(other, weights=weights)


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
    parser = options(__doc__, "the talks and the models of all stages", OUT)
    parser.add_argument(
        "--minutes", type=float, nargs=4, default=(62.0, 22.0, 76.0, 13.0), help="of the stages (62 22 76 13)"
    )
    asked = parser.parse_args()
    budget = " ".join(f"{minutes:g}" for minutes in asked.minutes)
    command = shlex.join(["python", "corpora/train_smalltalk.py", "--texts", "DIR", "--work", "DIR", "--minutes"])
    try:
        asked.work.mkdir(parents=True, exist_ok=True)
        sources = listed("dialogues")
        prepared = prepare(sources, asked.texts, asked.work)
        stages = train(prepared, asked.work, asked.minutes)
        size = finish(prepared, sources, stages, asked.out, f"{command} {budget}")
    except TextgenError as error:
        sys.exit(str(error))
    print(f"{asked.out}: {size:,} bytes")


if __name__ == "__main__":
    main()
