"""What each figure of a model can be, and which way is better."""

import math
from dataclasses import dataclass
from typing import Literal

from textgen.evaluation.bleu import ORDERS
from textgen.evaluation.diversity import LENGTHS

Direction = Literal["higher", "lower", "as real"]


@dataclass(frozen=True)
class Measure:
    """A figure.

    Args:
        title: its name for people.
        better: which way is better; `as real` where only the distance from real text counts.
        highest: its largest value; None where there is none. The smallest is `lowest`.
        meaning: what it says, in a few words.
        lowest: its smallest value.
    """

    title: str
    better: Direction
    highest: float | None
    meaning: str
    lowest: float = 0

    def clipped(self, interval: tuple[float, float]) -> tuple[float, float]:
        """As much of an interval as a value can reach."""
        highest = math.inf if self.highest is None else self.highest
        return max(interval[0], self.lowest), min(interval[1], highest)


BLEU = tuple(f"bleu_{n}" for n in ORDERS)
SELF_BLEU = tuple(f"self_bleu_{n}" for n in ORDERS)
DISTINCT = tuple(f"distinct_{n}" for n in LENGTHS)

TEXT_MEASURES: dict[str, Measure] = {
    **{f"bleu_{n}": Measure(f"BLEU-{n}", "higher", 1, "n-grams shared with held-out lines") for n in ORDERS},
    **{f"self_bleu_{n}": Measure(f"self-BLEU-{n}", "lower", 1, "n-grams shared among the lines") for n in ORDERS},
    **{f"distinct_{n}": Measure(f"distinct-{n}", "higher", 1, "different n-grams among all") for n in LENGTHS},
    "frechet_distance": Measure("Frechet distance", "lower", None, "between embeddings of real and written lines"),
    "tokens_per_line": Measure("tokens a line", "as real", None, "words, numbers and runs of punctuation"),
}
"""Of lines of text, each alone."""

SCRIPT_MEASURES: dict[str, Measure] = {
    "well_formed_share": Measure("well-formed lines", "higher", 1, "not empty, brackets closed, read back as written"),
    "known_speakers_share": Measure("known speakers", "higher", 1, "lines whose speaker the corpus has"),
}
"""Of lines of a script."""

COPY_MEASURES: dict[str, Measure] = {
    "copied_share": Measure("copied spans", "lower", 1, "eight-word spans that stand in the training text"),
    "longest_copied_words": Measure("longest copy", "lower", None, "words in a row that stand in the training text"),
}
"""Of lines and the training text."""

PREDICTION_MEASURES: dict[str, Measure] = {
    "bits_per_character": Measure("bits per character", "lower", None, "to write down held-out text; compares models"),
    "perplexity": Measure("perplexity", "lower", None, "tokens it hesitates between; same vocabulary only", lowest=1),
    "word_perplexity": Measure("word perplexity", "lower", None, "the same for a word or line end", lowest=1),
}
"""Of the model and held-out text."""

MEASURES = {**PREDICTION_MEASURES, **TEXT_MEASURES, **SCRIPT_MEASURES, **COPY_MEASURES}
