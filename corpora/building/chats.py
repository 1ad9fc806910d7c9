"""What the chat models that ship have in common: the talks of others, the network, and how a stage is trained."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from building.filters import pieces
from building.sources import LEFT_OUT, Source, conversations
from textgen import train_chat

SEED = 5

COMMON: dict[str, Any] = {"spacing": "as-is", "index": False, "seed": SEED}
"""The settings of all stages."""

FIRST: dict[str, Any] = {
    **{"start_from": "none", "turns": 3, "dropout": 0.1, "batch": 64, "learning_rate": 4e-3},
    **{"level": "subword", "vocabulary_limit": 4000, "embedding": 256, "hidden": 512, "layers": 1},
}
"""Those of a first stage, network and vocabulary included."""


def talks_of_others(sources: Sequence[Source], texts: Path) -> tuple[list[list[str]], dict[str, dict[str, int]]]:
    """What the filters leave of all conversations, in the order of the files.

    Args:
        sources: the files.
        texts: the folder they are in.

    Returns:
        The turns of each, and how many were found, hit and kept, by file.

    Raises:
        TrainingError: a file is missing, or another one.
    """
    talks, counts = list[list[str]](), dict[str, dict[str, int]]()
    for source in sources:
        kept, hits, found = list[list[str]](), Counter[str](), 0
        for belongs, turns in conversations(source.path(texts)):
            if belongs not in LEFT_OUT:
                found += 1
                kept += pieces(turns, hits)
        counts[source.file] = {"conversations": found, **hits, "kept": len(kept), "turns": sum(map(len, kept))}
        talks += kept
    return talks, counts


def write_talks(path: Path, talks: Iterable[Mapping[str, Any]]) -> None:
    """Writes talks as lines of JSON, for `train_chat`."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(talk, ensure_ascii=False) + "\n" for talk in talks)


def train_stage(out: Path, corpus: Path, minutes: float, **options: Any) -> None:
    """Trains a stage unless it is done already; a mark says that it is."""
    done = out.with_suffix(".done")
    if not done.exists():
        train_chat(corpus, out, minutes=minutes, resume=True, **COMMON, **options)
        done.touch()
