"""Whose lines are they? How often a judge of another kind names the speaker of real lines, and of written ones.

    python benchmarks/voices.py --corpora FOLDER --out runs/voices --minutes 20

FOLDER holds `southpark/Season-1.csv` and `seinfeld.txt`. For each, a script writer and its discriminator are trained,
unless they lie in `--out`. Pages are then written with `rerank`, and from the same seeds without. The judge is naive
Bayes over runs of one to three tokens of a line, its speaker left out. It learns from the real lines that the model
learned from, and names one of the speakers with 200 lines or "others".

`accuracy` is the share of lines whose speaker is named rightly, `balanced` the mean of these shares over the speakers:
pages in which one person speaks most gain nothing by it. `distinct-2` is the share of different pairs of words among
as many pairs for each kind of page.
"""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from ngram_judge import NgramJudge

import textgen
from textgen.corpus.document import Line
from textgen.discriminator.file import discriminator_path
from textgen.discriminator.scorer import line_ids
from textgen.discriminator.voices import SpokenText, spoken, voices_of
from textgen.model_folder import Model, ModelFolder
from textgen.training.real_texts import stored_texts
from textgen.writer import ScriptWriter

CORPORA = {"southpark": "southpark/Season-1.csv", "seinfeld": "seinfeld.txt"}
MOST = 100_000  # real lines

Row = dict[str, str | float]


def accuracies(judge: NgramJudge, lines: Sequence[SpokenText]) -> tuple[float, float]:
    """The share of lines whose speaker is named rightly, and its mean over the speakers that have lines."""
    right = np.array([judge.name(line.text) == line.voice for line in lines])
    voices = np.array([line.voice for line in lines])
    return float(right.mean()), float(np.mean([right[voices == one].mean() for one in np.unique(voices)]))


def trained(corpus: Path, folder: Path, minutes: float, samples: int) -> ScriptWriter:
    """A writer with a discriminator, from the folder if it is there."""
    if not ModelFolder(folder).exists():
        textgen.train_script(corpus, folder, minutes=minutes)
    if not discriminator_path(folder).is_file():
        textgen.train_discriminator(folder, samples=samples)
    writer = textgen.load(folder)
    assert isinstance(writer, ScriptWriter)
    return writer


def pairs_of_words(lines: Sequence[Line]) -> list[tuple[str, str]]:
    """All pairs of neighbouring words."""
    return [pair for line in lines for pair in pairwise(line.text.split())]


def measure(case: str, model: Model, writer: ScriptWriter, asked: argparse.Namespace) -> list[Row]:
    """A row for the real lines, one for pages without re-ranking and one for pages with it."""
    voices, speakers = voices_of(model), len(model.tokenizer.speakers)
    if not voices:
        raise SystemExit(f"No speaker of {case} has 200 lines, so that there are no voices to tell apart.")
    real = stored_texts(model, MOST, 0)
    learned = [spoken(line, speakers, voices) for line in real.training]
    judge = NgramJudge([line.text for line in learned], [line.voice for line in learned], voices)
    written = {
        name: [writer.write(lines=asked.lines, rerank=candidates, seed=page) for page in range(asked.pages)]
        for name, candidates in (("without", 1), ("re-ranked", asked.candidates))
    }
    lines = {
        name: [line for script in chosen for line in script.lines if line.text.strip()]
        for name, chosen in written.items()
    }
    held_out = [spoken(line, speakers, voices) for line in real.held_out]
    accuracy, balanced = accuracies(judge, held_out)
    most = Counter(line.voice for line in held_out).most_common(1)[0][1] / len(held_out)
    rows: list[Row] = [
        {"case": case, "system": "real", "lines": len(held_out), "accuracy": accuracy, "balanced": balanced},
        {"case": case, "system": "majority", "lines": len(held_out), "accuracy": most, "balanced": 1 / voices},
    ]
    fewest = min(len(pairs_of_words(said)) for said in lines.values())
    for name, said in lines.items():
        found = accuracies(judge, [spoken(line_ids(writer.opened.encoder, line), speakers, voices) for line in said])
        pairs = pairs_of_words(said)[:fewest]
        row: Row = {"case": case, "system": name, "lines": len(said), "accuracy": found[0], "balanced": found[1]}
        rows.append({**row, "of_real": found[0] / accuracy, "distinct_2": len(set(pairs)) / len(pairs)})
    return rows


def main() -> None:
    """Prints a table, or an object for programs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--corpora", type=Path, required=True, help="folder with the texts")
    parser.add_argument("--out", type=Path, default=Path("runs/voices"), help="folder of the models")
    parser.add_argument("--only", choices=CORPORA, help="one of the texts")
    parser.add_argument("--minutes", type=float, default=20, help="of training, where a model is missing")
    parser.add_argument("--samples", type=int, default=6000, help="that the discriminator learns from")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--lines", type=int, default=6, help="of a page")
    parser.add_argument("--candidates", type=int, default=8, help="for each line")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = list[Row]()
    for case in [asked.only] if asked.only else CORPORA:
        folder = asked.out / case
        writer = trained(asked.corpora / CORPORA[case], folder, asked.minutes, asked.samples)
        rows += measure(case, ModelFolder(folder).load(), writer, asked)
    if asked.json:
        print(json.dumps({"rows": rows}, indent=1))
        return
    print(f"{'text':12}{'lines of':12}{'lines':>7}{'accuracy':>10}{'balanced':>10}{'of real':>9}{'distinct-2':>12}")
    for row in rows:
        figures = "".join(
            f"{row[key]:>{width}.3f}" if key in row else ""
            for key, width in (("accuracy", 10), ("balanced", 10), ("of_real", 9), ("distinct_2", 12))
        )
        print(f"{row['case']:12}{row['system']:12}{row['lines']:>7}{figures}")


if __name__ == "__main__":
    main()
