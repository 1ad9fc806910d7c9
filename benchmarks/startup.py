"""How soon textgen answers, writes and helps, and in what memory, against importing TensorFlow.

    python benchmarks/startup.py --model runs/sitcom

Each command is a process of its own, all of them in turn, again and again. Times are medians, from its start to what
it prints first (a reply, a token, the help) and to its end; memory is the peak. The peer is what a program that writes
with Keras pays before it can begin: `import tensorflow`.
"""

import argparse
import sys
from pathlib import Path
from statistics import median

from measuring import Row, Run, run, shown

PEER = "import tensorflow"
ROUNDS = 5


def commands(model: Path | None) -> dict[str, tuple[list[str], str]]:
    """Each command, and what it is given to read."""
    textgen = [sys.executable, "-m", "textgen"]
    found = {
        PEER: ([sys.executable, "-c", "import tensorflow; print(tensorflow.__version__)"], ""),
        "textgen --help": ([*textgen, "--help"], ""),
        "textgen chat": ([*textgen, "chat", "--seed", "1"], "hello there\n"),
    }
    if model is not None:
        generate = [*textgen, "generate", "--model", str(model), "--lines", "5", "--seed", "1"]
        found["textgen generate"] = (generate, "")
    return found


def rows_of(runs: dict[str, list[Run]]) -> list[Row]:
    """The medians, and what share of the peer's they are."""
    peer_seconds = median(one.first for one in runs[PEER])
    peer_megabytes = median(one.megabytes for one in runs[PEER])
    rows: list[Row] = []
    for name, taken in runs.items():
        seconds, megabytes = median(one.first for one in taken), median(one.megabytes for one in taken)
        rows.append(
            {
                "case": "startup",
                "system": "tensorflow" if name == PEER else name,
                "seconds": seconds,
                "seconds_to_the_end": median(one.seconds for one in taken),
                "megabytes": megabytes,
                "share_of_time": seconds / peer_seconds,
                "share_of_memory": megabytes / peer_megabytes,
            }
        )
    return rows


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measure how soon textgen is ready, against importing TensorFlow.")
    parser.add_argument("--model", type=Path, metavar="DIR", help="a script model; without it generate is left out")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    asked = parser.parse_args()
    chosen = commands(asked.model)
    runs: dict[str, list[Run]] = {name: [] for name in chosen}
    for command, given in chosen.values():
        run(command, given)  # reads the files once, so that the disk is not what is measured
    for _ in range(ROUNDS):
        for name, (command, given) in chosen.items():
            runs[name].append(run(command, given))
    formats = {
        "seconds": ".2f",
        "seconds_to_the_end": ".2f",
        "megabytes": ",.0f",
        "share_of_time": ".0%",
        "share_of_memory": ".0%",
    }
    print(shown(rows_of(runs), asked.json, formats))


if __name__ == "__main__":
    main()
