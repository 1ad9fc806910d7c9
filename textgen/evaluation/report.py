"""Everything `textgen evaluate` finds out about a model, in one object."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from textgen.artifact import ModelFolder
from textgen.corpus.collection import ScriptCorpus
from textgen.errors import ConfigurationError
from textgen.evaluation.familiarity import Familiarity
from textgen.evaluation.novelty import Novelty, measure_novelty
from textgen.evaluation.part import Part, SplitName, choose_part
from textgen.evaluation.scores import Scores
from textgen.evaluation.scoring import score_documents
from textgen.writer import ScriptWriter

SAMPLE_LINES = 100

_NO_NOVELTY = dict.fromkeys(
    (
        "longest_copied_words",
        "copied_share",
        "copied_text",
        "copied_at",
        "samples_lines",
        "samples_words",
        "samples_seed",
    )
)


@dataclass(frozen=True)
class Evaluation:
    """How well a model predicts a text, and how much of what it writes is copied.

    Args:
        scores: of the text.
        split: which part of the corpus was scored, `held-out` or `all`.
        lane_difference: bits per character that scoring in many lanes adds to a single one.
        novelty: of fresh samples; None where none were asked for or the training text is not at hand.
        notes: what a person should know, in sentences.
    """

    scores: Scores
    split: SplitName
    lane_difference: float
    novelty: Novelty | None
    notes: tuple[str, ...]

    def to_json_object(self) -> dict[str, Any]:
        """The object that `textgen evaluate --json` prints; what could not be had is None."""
        scores = self.scores
        return {
            "bits_per_character": scores.bits_per_character,
            "perplexity": _finite(scores.perplexity),
            "word_perplexity": _finite(scores.word_perplexity),
            "tokens": scores.tokens,
            "characters": scores.characters,
            "words": scores.words,
            "line_ends": scores.line_ends,
            "split": self.split,
            "lane_difference": self.lane_difference,
            **(self.novelty.to_json_object() if self.novelty else _NO_NOVELTY),
            "notes": list(self.notes),
        }


def evaluate(
    writer: ScriptWriter,
    corpus: ScriptCorpus,
    split: SplitName | None = None,
    samples: int = SAMPLE_LINES,
    seed: int = 0,
    tell: Callable[[str], None] = lambda text: None,
) -> Evaluation:
    """Judges a model by a corpus.

    Args:
        writer: with the model.
        corpus: the training corpus, of which the held-out part is scored, or another one, which is scored whole.
        split: overrules that.
        samples: lines to write and to look for in the training text; 0 for none.
        seed: of the samples.
        tell: is told what is being done.

    Raises:
        ConfigurationError: `samples` is negative, or there is no held-out part.
        CorpusError: the corpus cannot be read, or holds no text.
    """
    if samples < 0:
        raise ConfigurationError(
            f"--samples {samples} was asked for; it must be 0 (no samples) or a number of lines to write."
        )
    part = choose_part(writer.card.corpus, corpus, split)
    tell(f"Scoring {'the held-out part' if part.split == 'held-out' else 'all'} of the corpus.")
    familiarity = Familiarity(_index(writer))
    scores, difference = score_documents(writer.model, writer.tokenizer, part.documents, corpus.style, familiarity)
    novelty = None
    if samples and part.training is not None:
        tell(f"Writing {samples} lines, and looking for them in the training text.")
        novelty = measure_novelty(writer, part.training, samples, seed)
    return Evaluation(
        scores, part.split, difference, novelty, tuple(_notes(part, scores, familiarity, samples, novelty))
    )


def _notes(part: Part, scores: Scores, familiarity: Familiarity, samples: int, novelty: Novelty | None) -> list[str]:
    notes = list(part.notes)
    if familiarity.warning and (part.training is None or part.split == "held-out"):
        notes.append(familiarity.warning)
    if not math.isfinite(scores.word_perplexity) or not math.isfinite(scores.perplexity):
        notes.append("A perplexity is too large for a number, and is left out: bits per character still compares.")
    if not samples:
        notes.append("No samples were written (--samples 0), so copying was not measured.")
    elif part.training is None:
        notes.append("Copying was not measured: that takes the corpus the model was trained on, as --corpus.")
    elif novelty is not None and novelty.copied_share is None:
        notes.append("The samples have fewer than eight words, so that there is no share of copied spans.")
    return notes


def _index(writer: ScriptWriter) -> "np.memmap[Any, np.dtype[np.uint64]] | None":
    path = ModelFolder(writer.path).novelty
    if not path.is_file() or path.stat().st_size == 0:
        return None
    return np.memmap(path, dtype=np.uint64, mode="r")


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None
