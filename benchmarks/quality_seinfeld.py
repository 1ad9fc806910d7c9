"""Seinfeld's scripts: bits per character for the three levels after the same minutes, and the best of them after more.

Everything but level and minutes is left to `textgen train-script`. The last tenth is held out and scored as `textgen
evaluate` does it: all of the structure is counted, and the bits are divided by the characters of the script's text. The
level that textgen takes by itself is marked `(auto)`.
"""

from collections.abc import Sequence
from pathlib import Path

from measuring import Row
from quality_training import figures, in_words, say, train

import textgen
from textgen.corpus.collection import Corpus
from textgen.corpus.survey import survey
from textgen.evaluation.report import evaluate
from textgen.training.sizing import LEVELS, ScriptChoice, choose_level

BEST = "best"
SYSTEMS = USUAL = (*LEVELS, BEST)
MINUTES = (5.0, 20.0)
"""Of each level, and of the best of them."""

FORMATS = {
    "minutes": ".1f",
    "epochs": ".1f",
    "tokens_per_second": ",.0f",
    "bits_per_character": ".3f",
    "perplexity": ".1f",
}


def measure(corpus: Path, minutes: Sequence[float], only: Sequence[str], out: Path) -> list[Row]:
    """Trains what is not there yet, and scores.

    Args:
        corpus: the scripts.
        minutes: of each level, and of the best of them.
        only: some of `SYSTEMS`.
        out: of the models.
    """
    scripts = Corpus(corpus)
    short, long = min(minutes), max(minutes)
    chosen = choose_level(ScriptChoice(), survey(scripts).characters)
    levels = LEVELS if BEST in only else [level for level in LEVELS if level in only]
    rows = {level: _row(scripts, level, short, chosen, out) for level in levels}
    if BEST not in only:
        return list(rows.values())
    best = min(rows, key=lambda level: rows[level]["bits_per_character"])
    return [row for level, row in rows.items() if level in only] + [_row(scripts, best, long, chosen, out)]


def _row(corpus: Corpus, level: str, minutes: float, chosen: str, out: Path) -> Row:
    folder = out / f"seinfeld-{level}-{minutes:g}"
    train(folder, corpus.files[0].path, minutes, level=level)
    say(f"{folder.name}: scoring")
    scores = evaluate(textgen.load(folder), corpus, split="held-out", samples=0).scores
    return {
        "case": f"Seinfeld, {in_words(minutes)}",
        "system": f"textgen, {level}{' (auto)' if level == chosen else ''}",
        **figures(folder),
        "bits_per_character": scores.bits_per_character,
        "perplexity": scores.perplexity,
    }
