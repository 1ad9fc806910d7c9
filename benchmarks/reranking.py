"""What a page is whose lines were each chosen among several candidates, beside one that was written straight on.

Pages are written from the same seeds without `rerank` and with it. The discriminator must not praise itself: a judge of
another kind, naive Bayes over n-grams, learns from other samples and says how many of the lines it takes for real ones.
Shorter lines or the same words again would be a bad bargain, and so these are counted too.

    textgen train-discriminator --model runs/seinfeld-small --samples 4000
    python benchmarks/reranking.py --model runs/seinfeld-small
"""

import argparse
import json
import time
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

import textgen
from textgen.discriminator.metrics import NgramBaseline, matched
from textgen.discriminator.scorer import line_ids
from textgen.evaluation.generated_samples import GeneratedLines
from textgen.model_folder import ModelFolder
from textgen.training.real_texts import stored_texts
from textgen.writer import ScriptWriter, WrittenScript

SEED_OF_THE_JUDGE = 900_000  # far from those of the pages


def train_judge(folder: str, samples: int) -> NgramBaseline:
    """A judge that had no say in the choice."""
    model = ModelFolder(folder).load()
    fresh = GeneratedLines(model, SEED_OF_THE_JUDGE, {}).write(samples, lambda text: None)
    return NgramBaseline(matched(stored_texts(model, 10 * samples, 0).training, fresh, 0))


def describe(
    case: str, pages: Sequence[WrittenScript], writer: ScriptWriter, judge: NgramBaseline
) -> dict[str, object]:
    """The figures of pages."""
    lines = [line for page in pages for line in page.lines if line.text.strip()]
    log_odds = judge.logits([line_ids(writer.opened.encoder, line) for line in lines])
    words = [line.text.split() for line in lines]
    pairs = [pair for line in words for pair in pairwise(line)]
    return {
        "case": case,
        "system": "textgen",
        "lines": len(lines),
        "reads_as_real": float(np.mean([writer.score(page.text).reads_as_real or 0.0 for page in pages])),
        "taken_for_real": float((log_odds > 0).mean()),
        "words_a_line": sum(map(len, words)) / len(lines),
        "distinct_2": len(set(pairs)) / len(pairs),
    }


def main() -> None:
    """Prints a row for pages without re-ranking and one for pages with it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", required=True)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--lines", type=int, default=6)
    parser.add_argument("--candidates", type=int, default=8)
    parser.add_argument("--samples", type=int, default=3000, help="that the other judge learns from")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    writer, judge = textgen.load(asked.model), train_judge(asked.model, asked.samples)
    started = time.perf_counter()
    pages = {
        name: [writer.write(lines=asked.lines, rerank=candidates, seed=page) for page in range(asked.pages)]
        for name, candidates in (("without", 1), ("re-ranked", asked.candidates))
    }
    seconds = (time.perf_counter() - started) / asked.pages
    rows = [describe(case, written, writer, judge) for case, written in pages.items()]
    if asked.json:
        print(json.dumps({"rows": rows, "seconds_a_page": seconds}, indent=1))
        return
    print(
        f"{'lines are':10}{'lines':>7}{'reads as real':>15}{'taken for real':>16}{'words a line':>14}{'distinct-2':>12}"
    )
    for row in rows:
        print(
            f"{row['case']:10}{row['lines']:>7}{row['reads_as_real']:>15.3f}{row['taken_for_real']:>16.1%}"
            f"{row['words_a_line']:>14.1f}{row['distinct_2']:>12.3f}"
        )
    print(f"Both pages of {asked.lines} lines took {seconds:.2f} s, with {asked.candidates} candidates for each line")


if __name__ == "__main__":
    main()
