"""Conversations between people, from the files of others: filtered, and counted."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from building.filters import pieces
from building.sources import LEFT_OUT, Source, conversations


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
