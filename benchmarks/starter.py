"""What the English starter brings: the same corpora and budgets with it and without it.

    python benchmarks/starter.py --corpora DIR --work DIR [--minutes 0.5 2 20]

DIR holds `seinfeld.txt` and `southpark/Season-1.csv`; `corpora/sitcom.txt` and the first 300 KB of Seinfeld are tried,
too.
Each pair of runs is made one after the other, in processes of their own; what is in --work already is not made again.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from quality_training import figures, say, train, write_text

SITCOM = Path(__file__).parents[1] / "corpora" / "sitcom.txt"
BEGINNING = 300_000

MEASURES = ("bits_per_character", "invented_words", "bad_beginnings")


def corpora(folder: Path, work: Path) -> Iterator[tuple[str, Path]]:
    """The corpora by name, the shortest first."""
    yield "sitcom", SITCOM
    yield "south park, season 1", folder / "southpark" / "Season-1.csv"
    text = (folder / "seinfeld.txt").read_text(encoding="utf-8")
    cut = text.rindex("\n", 0, BEGINNING) + 1
    yield "seinfeld, 300 KB", write_text(work / "seinfeld-300.txt", text[:cut])
    yield "seinfeld", folder / "seinfeld.txt"


def measured(model: Path, corpus: Path) -> dict[str, Any]:
    """What `textgen evaluate` says of a model on the part of the corpus that was held out."""
    command = [sys.executable, "-m", "textgen", "evaluate", "--model", str(model), "--corpus", str(corpus), "--json"]
    found = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return {name: found[name] for name in MEASURES}


def main() -> None:
    """Trains all pairs, and prints a line of JSON for each as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True, help="the folder with the corpora")
    parser.add_argument("--work", type=Path, required=True, help="a folder for the models")
    parser.add_argument("--minutes", type=float, nargs="+", default=[0.5, 2.0, 20.0], help="the budgets (0.5 2 20)")
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    for minutes in asked.minutes:
        for name, corpus in corpora(asked.corpora, asked.work):
            row: dict[str, Any] = {"corpus": name, "minutes": minutes}
            for start in ("none", "english"):
                folder = asked.work / f"{name.replace(' ', '-').replace(',', '')}-{minutes:g}-{start}"
                train(folder, corpus, minutes, **{"from": start})
                row[start] = {**measured(folder, corpus), "epochs": round(figures(folder)["epochs"], 2)}
            row["ratio"] = round(row["english"]["bits_per_character"] / row["none"]["bits_per_character"], 3)
            print(json.dumps(row), flush=True)
            say(f"{name}, {minutes:g} minutes: {row['ratio']:.3f}")


if __name__ == "__main__":
    main()
