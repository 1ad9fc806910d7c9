"""What BLEU and self-BLEU of many lines cost, against NLTK.

    python benchmarks/self_bleu.py --corpus captions.txt

NLTK counts the n-grams of all references again for each line, which takes too long to wait for; it scores the first
lines only, each against all references, and its time is extrapolated in proportion. Ours scores all of them. The
figures of the lines that both scored are compared. The first lines of the corpus are the references, the next ones the
lines.
"""

import argparse
import json
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
from nltk.translate.bleu_score import SmoothingFunction, sentence_bleu
from numpy.typing import NDArray

from textgen.evaluation.text_metrics import BLEU_ORDERS, References, SelfBleu, tokens

Lines = list[list[str]]


class Row(NamedTuple):
    """A system's seconds for all lines, and the largest difference of a figure from NLTK's."""

    case: str
    system: str
    seconds: float
    scored: int
    difference: float


def ours(lines: Lines, references: Lines) -> NDArray[np.float64]:
    """BLEU-2 to 5 of each line, or self-BLEU where lines and references are the same."""
    return SelfBleu(lines).of(np.arange(len(lines))) if lines is references else References(references).bleu(lines)


def theirs(lines: Lines, references: Lines, count: int) -> NDArray[np.float64]:
    """The same of the first lines by NLTK."""
    method, weights = SmoothingFunction().method1, [(1 / n,) * n for n in BLEU_ORDERS]
    scores = []
    for number, line in enumerate(lines[:count]):
        others = references[:number] + references[number + 1 :] if lines is references else references
        scores.append(sentence_bleu(others, line, weights, method))
    return np.array(scores)


def measure(case: str, lines: Lines, references: Lines, count: int) -> list[Row]:
    """Both systems on the same lines."""
    started = time.perf_counter()
    found = ours(lines, references)
    middle = time.perf_counter()
    expected = theirs(lines, references, count)
    seconds = (time.perf_counter() - middle) * len(lines) / count
    difference = float(np.abs(found[:count] - expected).max())
    return [
        Row(case, "NLTK, extrapolated", seconds, count, 0.0),
        Row(case, "textgen", middle - started, len(lines), difference),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True, help="one text a line")
    parser.add_argument("--lines", type=int, default=1000)
    parser.add_argument("--nltk-lines", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    texts = [tokens(line) for line in given.corpus.read_text(encoding="utf-8").split("\n") if line.strip()]
    references, lines = texts[: given.lines], texts[given.lines : 2 * given.lines]
    rows = measure("BLEU", lines, references, given.nltk_lines) + measure("self-BLEU", lines, lines, given.nltk_lines)
    if given.json:
        print(json.dumps({"rows": [row._asdict() for row in rows]}, indent=1))
        return
    print(f"{len(lines):,} lines, {len(references):,} references\n")
    for peer, row in zip(rows[::2], rows[1::2], strict=True):
        print(
            f"{row.case:<10} {peer.system} from {peer.scored} lines: {peer.seconds:,.0f} s; {row.system}: "
            f"{row.seconds:.2f} s ({row.seconds / peer.seconds:.5f} of it); largest difference {row.difference:.1e}"
        )


if __name__ == "__main__":
    main()
