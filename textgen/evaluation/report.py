"""Everything `textgen evaluate` finds out about a model, in one object."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.scene import Line
from textgen.corpus.style import ScriptStyle
from textgen.errors import ConfigurationError, CorpusError
from textgen.evaluation.comparison import NO_COMPARISON, Comparison, compare_with_real
from textgen.evaluation.encoder import NO_ENCODER, find_encoder
from textgen.evaluation.familiarity import Familiarity
from textgen.evaluation.frechet import TOO_FEW
from textgen.evaluation.measures import MEASURES
from textgen.evaluation.novelty import NO_NOVELTY, Novelty, measure_novelty
from textgen.evaluation.part import Part, SplitName, choose_part
from textgen.evaluation.real_lines import draw_lines, lines_of
from textgen.evaluation.sampling import telling_quarters, write_lines
from textgen.evaluation.scores import Scores, finite
from textgen.evaluation.scoring import score_documents
from textgen.model_folder import ModelFolder
from textgen.wording import count
from textgen.writer import ScriptWriter

SAMPLE_LINES = 1000

_NO_SAMPLES = (
    "No samples were written (--samples 0), so neither was copying measured nor how they compare with real text."
)
_NO_TRAINING_TEXT = "Copying was not measured: that takes the corpus the model was trained on, as --corpus."
_NO_SPANS = "The samples have fewer than eight words, so that there is no share of copied spans."


@dataclass(frozen=True)
class Evaluation:
    """How well a model predicts a text, how what it writes compares with it, and how much of that is copied.

    Args:
        scores: of the text.
        split: which part of the corpus was scored, `held-out` or `all`.
        lane_difference: bits per character that scoring in many lanes adds to a single one.
        novelty: of fresh samples; None where none were asked for or the training text is not at hand.
        notes: what a person should know, in sentences.
        real_novelty: of real lines that are held out.
        comparison: of fresh samples with the text; None where none were asked for or there are too few lines.
        samples: the lines written.
        real: as many real ones.
        seed: of the samples.
    """

    scores: Scores
    split: SplitName
    lane_difference: float
    novelty: Novelty | None
    notes: tuple[str, ...]
    real_novelty: Novelty | None = None
    comparison: Comparison | None = None
    samples: tuple[Line, ...] = ()
    real: tuple[Line, ...] = ()
    seed: int | None = None

    def to_json_object(self) -> dict[str, Any]:
        """The object that `textgen evaluate --json` prints; what could not be had is None."""
        scores = self.scores
        return {
            "bits_per_character": scores.bits_per_character,
            "perplexity": finite(scores.perplexity),
            "word_perplexity": finite(scores.word_perplexity),
            "tokens": scores.tokens,
            "characters": scores.characters,
            "words": scores.words,
            "line_ends": scores.line_ends,
            "split": self.split,
            "lane_difference": self.lane_difference,
            **(self.comparison.to_json_object() if self.comparison else NO_COMPARISON),
            **(self.novelty.to_json_object() if self.novelty else self._without_novelty()),
            "measures": {name: self._measure_json(name) for name in MEASURES},
            "notes": list(self.notes),
        }

    def real_value(self, name: str) -> float | None:
        """What real text comes to, where that is known."""
        if self.comparison and name in self.comparison.real:
            return self.comparison.real[name].value
        value: float | None = self.real_novelty.to_json_object().get(name) if self.real_novelty else None
        return value

    def _without_novelty(self) -> dict[str, Any]:
        if not self.samples:
            return NO_NOVELTY
        words = sum(len(line.text.split()) for line in self.samples)
        written = {"samples_lines": len(self.samples), "samples_words": words, "samples_seed": self.seed}
        return {**NO_NOVELTY, **written}

    def _measure_json(self, name: str) -> dict[str, Any]:
        estimate = self.comparison.written.get(name) if self.comparison else None
        measure = MEASURES[name]
        return {
            "range": [measure.lowest, measure.highest],
            "better": measure.better,
            "interval": measure.clipped(estimate.interval) if estimate else None,
            "real": self.real_value(name),
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
        samples: lines to write, to compare with real ones and to look for in the training text; 0 for none.
        seed: of the samples, of the choice of real lines and of the standard errors.
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
    familiarity = Familiarity.of(ModelFolder(writer.path))
    scores, difference = score_documents(writer.model, writer.tokenizer, part.documents, corpus.style, familiarity)
    result = Evaluation(scores, part.split, difference, None, tuple(_notes(part, scores, familiarity)))
    if not samples:
        return replace(result, notes=(*result.notes, _NO_SAMPLES))
    tell(f"Writing {count(samples, 'line')}.")
    written = write_lines(writer, samples, seed, telling_quarters(samples, tell))
    # What is compared by single lines is drawn from everywhere; copies run on from line to line, as in the samples.
    drawn, running = draw_lines(part.documents, seed), tuple(islice(lines_of(part.documents), len(written)))
    result = replace(result, samples=tuple(written), real=running, seed=seed)
    return _with_novelty(_with_comparison(result, writer, drawn, corpus.style, seed, tell), part, seed, tell)


def _with_comparison(
    result: Evaluation,
    writer: ScriptWriter,
    real: Sequence[Line],
    real_style: ScriptStyle,
    seed: int,
    tell: Callable[[str], None],
) -> Evaluation:
    """Adds how the samples compare with real lines."""
    tell("Comparing them with real ones.")
    encoder = find_encoder()
    try:
        found = compare_with_real(writer, result.samples, real, real_style, encoder, seed)
    except (CorpusError, ConfigurationError) as error:
        return replace(result, notes=(*result.notes, f"Samples were not compared with real text. {error}"))
    notes = list(result.notes)
    if found.references < len(result.samples):
        notes.append(
            f"Only {found.lines:,} of the samples were compared, since there are {found.references:,} real lines with "
            "words: self-BLEU and distinct-n change with the number of lines."
        )
    if found.frechet_lines is None:
        notes.append(NO_ENCODER if encoder is None else TOO_FEW)
    if "known_speakers_share" not in found.written:
        notes.append("Nobody speaks in the samples, so that there is no share of known speakers.")
    return replace(result, comparison=found, notes=tuple(notes))


def _with_novelty(result: Evaluation, part: Part, seed: int, tell: Callable[[str], None]) -> Evaluation:
    """Adds how much of the samples stands in the training text."""
    if part.training is None:
        return replace(result, notes=(*result.notes, _NO_TRAINING_TEXT))
    tell("Looking for them in the training text.")
    novelty = measure_novelty(result.samples, part.training, seed)
    real = measure_novelty(result.real, part.training, seed) if part.split == "held-out" else None
    notes = result.notes if novelty.copied_share is not None else (*result.notes, _NO_SPANS)
    return replace(result, novelty=novelty, real_novelty=real, notes=notes)


def _notes(part: Part, scores: Scores, familiarity: Familiarity) -> list[str]:
    notes = [*part.notes, *scores.notes]
    if part.training is None or part.split == "held-out":
        notes += familiarity.notes(held_out=part.training is not None)
    return notes
