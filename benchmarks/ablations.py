"""What each ingredient of the recipe is worth: nats a character of tiny-shakespeare after the same few minutes.

    python benchmarks/ablations.py tinyshakespeare.txt
    python benchmarks/ablations.py tinyshakespeare.txt --only default "dropout 0.2" "dropout 0.2+rate 1e-2"

The records of `quality.py` are scored on the last tenth of the text, so nothing is chosen by that: a variant learns
from the first 90% of the training part, in the default recipe for the whole of it, and is scored on the rest with the
state carried. Each run has a process of its own, one at a time, and several seeds say how much is chance. What is
measured is kept in `ablations.json` in `--out` after each run and not measured again, so that the table can be made
piece by piece.

A short run is no judge of what keeps a long one from learning its text by heart: dropout, weight drop, weight decay and
width are to be weighed at the length they are meant for (`--minutes 20`).
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from statistics import fmean

from measuring import Row, shown
from plain_text import FORMAT, Parts, exact_ids, halves, tail, write_parts
from quality_training import figures, read_json, run_alone, say, write_json
from variants import DEFAULT, VARIANTS, find

import textgen
from textgen.config import Budget
from textgen.inference.language_model import score_ids
from textgen.model_folder import ModelFolder
from textgen.training.checkpoint import Run
from textgen.training.display import PlainDisplay
from textgen.training.machine import share_cores
from textgen.training.run import run_training
from textgen.training.script_task import ScriptTask
from textgen.training.sizing import ScriptChoice
from textgen.training.task import TrainingRequest

FORMATS = {
    "runs": "d",
    "nats_per_character": ".4f",
    "against_default": "+.4f",
    "spread": ".4f",
    "epochs": ".2f",
    "tokens_per_second": ",.0f",
}

_SIZE = "medium"
_BASE = {"level": "subword", "vocabulary_limit": 1200, "streams": 64, "learning_rate": 6e-3}
_BASE_TRAINING = {"weight_decay": 0.3}
"""What textgen takes for the whole training part, which the first 90% of it are a little too short for, and where
there is time enough. The size is named as well: all are weighed on the same network, also on a slow machine."""


class _Display(PlainDisplay):
    """Validations only."""

    def sample(self, text: str) -> None:
        """There is none."""


@dataclass(frozen=True)
class Setting:
    """What all runs of a table have in common: the budget and the size of the network."""

    budget: Budget
    size: str

    @property
    def case(self) -> str:
        """What the table is headed with."""
        network = "" if self.size == _SIZE else f", {self.size}"
        return f"tiny-shakespeare, ablations of {self.budget.describe()}{network}"


def train(name: str, seed: int, parts: Parts, setting: Setting, folder: ModelFolder) -> None:
    """Trains a variant into a folder, in this process."""
    variant, display = find(name), _Display()
    choice = ScriptChoice(**{**_BASE, "size": setting.size, **variant.choice})
    request = TrainingRequest(parts[0], choice, FORMAT, parts[1], seed, index=False)
    with variant.patched():
        task = variant.task(ScriptTask(request, lambda model: ""))
        task.begin(folder, setting.budget, None, display.note)
        run = Run.load(folder.training)
        replace(run, training=replace(run.training, **{**_BASE_TRAINING, **variant.training})).save(folder.training)
        run_training(task, folder, display)


def measured(name: str, seed: int, parts: Parts, setting: Setting, out: Path) -> Row:
    """Trains and scores a variant."""
    folder = ModelFolder(out / "ablation")
    shutil.rmtree(folder.path, ignore_errors=True)  # of a run that was stopped
    train(name, seed, parts, setting, folder)
    writer = textgen.load(folder.path)
    nats, _ = score_ids(writer.model, exact_ids(writer.tokenizer, parts.held_out))
    row: Row = {"case": setting.case, "system": name, "seed": seed, **figures(folder.path)}
    shutil.rmtree(folder.path)
    return {**row, "nats_per_character": nats / parts.characters}


def table(rows: Sequence[Row]) -> list[Row]:
    """The means over the seeds: one row a variant, in the order in which they were measured.

    `spread` is the difference between the best and the worst seed, `against_default` that of the means.
    """
    runs = {name: [row for row in rows if row["system"] == name] for name in dict.fromkeys(r["system"] for r in rows)}
    usual = fmean(row["nats_per_character"] for row in runs[DEFAULT]) if DEFAULT in runs else None
    found = []
    for name, own in runs.items():
        nats = [row["nats_per_character"] for row in own]
        row: Row = {"case": own[0]["case"], "system": name, "runs": len(own), "nats_per_character": fmean(nats)}
        if usual is not None:
            row["against_default"] = fmean(nats) - usual
        speed = {figure: fmean(row[figure] for row in own) for figure in ("epochs", "tokens_per_second")}
        found.append({**row, "spread": max(nats) - min(nats), **speed})
    return found


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description="Weigh the ingredients of the recipe on tiny-shakespeare.")
    parser.add_argument("corpus", type=Path, help="tinyshakespeare.txt")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--minutes", type=float, default=3.0, metavar="N", help="of each run  [3]")
    length.add_argument("--steps", type=int, metavar="N", help="of each run, instead of minutes")
    parser.add_argument("--size", choices=("tiny", "small", "medium"), default=_SIZE, help=f"of the network  [{_SIZE}]")
    parser.add_argument("--seeds", type=int, default=2, metavar="N", help="runs of each variant  [2]")
    parser.add_argument(
        "--only", nargs="+", default=list(VARIANTS), metavar="NAME", help=f"of {', '.join(VARIANTS)}; joined by +"
    )
    parser.add_argument("--out", type=Path, default=Path("runs/ablations"), metavar="DIR", help="[runs/ablations]")
    parser.add_argument("--json", action="store_true", help="print an object with `rows`, one a run")
    parser.add_argument("--run", nargs=2, metavar=("NAME", "SEED"), help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    """Makes the runs that are missing, one process each, and prints the table."""
    asked = arguments()
    for name in asked.only:
        find(name)  # an unknown one is refused before anything is trained
    budget = Budget(steps=asked.steps) if asked.steps is not None else Budget(minutes=asked.minutes)
    setting, kept = Setting(budget, asked.size), asked.out / "ablations.json"
    learned, _ = halves(asked.corpus.read_bytes().decode())
    parts = write_parts(asked.out / "corpora", "ablation", *tail(learned))
    if asked.run:
        row = measured(asked.run[0], int(asked.run[1]), parts, setting, asked.out)
        write_json(kept, {"rows": [*(read_json(kept) or {"rows": []})["rows"], row]})
        return
    share_cores()  # in the processes to come, as the command line does
    for seed, name in product(range(asked.seeds), asked.only):
        if not any((row["system"], row["seed"]) == (name, seed) for row in _rows(kept, setting)):
            say(f"{name}, seed {seed}")
            run_alone([sys.executable, *sys.argv, "--run", name, str(seed)])
    rows = _rows(kept, setting)
    print(shown(rows if asked.json else table(rows), asked.json, FORMATS))


def _rows(kept: Path, setting: Setting) -> list[Row]:
    """What was measured in this setting."""
    return [row for row in (read_json(kept) or {"rows": []})["rows"] if row["case"] == setting.case]


if __name__ == "__main__":
    main()
