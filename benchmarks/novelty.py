"""What `no_copy` costs: the index on disk, a lookup in it, and writing with it.

    python benchmarks/novelty.py --model runs/seinfeld

The same seeds write the same lines without it and with `no_copy=8`, in turn, so that a machine which gets slower gets
slower for both. The two texts are equal up to the first copy and different from there on, so times are compared per
character: the ratio is the median over the pairs. Lookups are of runs of eight words that the corpus does not have, one
at a time as writing does them.
"""

import argparse
import json
import time
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import numpy as np

import textgen
from textgen.decoding.constraints.base import Pieces
from textgen.decoding.copy_detection import CopyGuard
from textgen.decoding.options import SHORTEST_COPY
from textgen.model_folder import ModelFolder

LOOKUPS = 50_000


class Pair(NamedTuple):
    """Two scripts of one seed, without and with `no_copy`, and the seconds each took."""

    free: textgen.WrittenScript
    free_seconds: float
    guarded: textgen.WrittenScript
    guarded_seconds: float

    @property
    def ratio(self) -> float:
        """Seconds a character with `no_copy` over those without."""
        return (self.guarded_seconds / len(self.guarded.text)) / (self.free_seconds / len(self.free.text))


def timed(writer: textgen.ScriptWriter, **options: Any) -> tuple[textgen.WrittenScript, float]:
    """One script, and the seconds it took."""
    started = time.perf_counter()
    script = writer.write(**options)
    return script, time.perf_counter() - started


def write_pairs(writer: textgen.ScriptWriter, lines: int, repeats: int) -> list[Pair]:
    """Writes without and with `no_copy` in turn, after one pair that does not count."""
    pairs = []
    for seed in range(repeats + 1):
        free = timed(writer, lines=lines, seed=seed)
        guarded = timed(writer, lines=lines, seed=seed, no_copy=SHORTEST_COPY)
        pairs.append(Pair(*free, *guarded))
    return pairs[1:]


def lookups_per_second(guard: CopyGuard) -> float:
    """How many runs of eight words are looked up in a second."""
    words = np.random.default_rng(0).integers(1 << 63, size=(LOOKUPS, SHORTEST_COPY)).tolist()
    runs = [tuple(run) for run in words]
    started = time.perf_counter()
    for run in runs:
        guard.holds(run)
    return LOOKUPS / (time.perf_counter() - started)


def index_figures(folder: ModelFolder, writer: textgen.ScriptWriter) -> dict[str, Any]:
    """Size and speed of the index."""
    index = np.memmap(folder.novelty, dtype=np.uint64, mode="r")
    characters = writer.card.corpus["characters"]
    return {
        "index_bytes": index.nbytes,
        "runs_of_words": len(index),
        "training_characters": characters,
        "index_bytes_per_character": index.nbytes / characters,
        "lookups_per_second": lookups_per_second(CopyGuard(index, Pieces(writer.tokenizer))),
    }


def writing_rows(case: str, pairs: list[Pair]) -> list[dict[str, Any]]:
    """A row for each way of writing."""
    free, guarded = (
        {
            "case": case,
            "system": system,
            "seconds": median(seconds for _, seconds in written),
            "characters_per_second": median(len(script.text) / seconds for script, seconds in written),
        }
        for system, written in (
            ("without no_copy", [pair[:2] for pair in pairs]),
            (f"no_copy={SHORTEST_COPY}", [pair[2:] for pair in pairs]),
        )
    )
    guarded["ratio"] = median(pair.ratio for pair in pairs)
    guarded["texts_changed"] = sum(pair.free.text != pair.guarded.text for pair in pairs)
    guarded["texts_relaxed"] = sum(pair.guarded.relaxed for pair in pairs)
    return [free, guarded]


def table(index: dict[str, Any], rows: list[dict[str, Any]], repeats: int) -> str:
    """The figures for people to read."""
    free, guarded = rows
    megabytes, runs = index["index_bytes"] / 1e6, index["runs_of_words"]
    return "\n".join(
        [
            f"index           {megabytes:.2f} MB for {index['training_characters']:,} characters of "
            f"training text: {index['index_bytes_per_character']:.2f} bytes a character",
            f"lookups         {index['lookups_per_second']:,.0f} a second among {runs:,} runs of words",
            "",
            f"{free['case']}, median of {repeats} scripts",
            f"{'':<16}{'seconds':>9}{'characters/s':>14}{'time a character':>18}",
            f"{free['system']:<16}{free['seconds']:>9.3f}{free['characters_per_second']:>14,.0f}{1:>18.3f}",
            f"{guarded['system']:<16}{guarded['seconds']:>9.3f}{guarded['characters_per_second']:>14,.0f}"
            f"{guarded['ratio']:>18.3f}",
            "",
            f"Of {repeats} texts it changed {guarded['texts_changed']}, and let a copy through in "
            f"{guarded['texts_relaxed']} because nothing else was left.",
        ]
    )


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measure what no_copy costs.")
    parser.add_argument("--model", type=Path, required=True, metavar="DIR", help="a model with novelty.bin")
    parser.add_argument("--lines", type=int, default=20, metavar="N", help="of each script  [20]")
    parser.add_argument("--repeats", type=int, default=9, metavar="N", help="scripts of each kind  [9]")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    asked = parser.parse_args()
    folder, writer = ModelFolder(asked.model), textgen.load(asked.model)
    if not folder.novelty.is_file():
        parser.error(f"{asked.model} has no novelty.bin: it was trained with --no-index; train it without.")
    index = index_figures(folder, writer)
    pairs = write_pairs(writer, asked.lines, asked.repeats)
    rows = writing_rows(f"{asked.model.name}, {asked.lines} lines", pairs)
    print(json.dumps({**index, "rows": rows}, indent=1) if asked.json else table(index, rows, asked.repeats))


if __name__ == "__main__":
    main()
