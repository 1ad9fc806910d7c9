"""Everything `textgen compare` finds: generated lines beside real ones, and models beside each other."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line
from textgen.corpus.script import ScriptStyle, read_script
from textgen.errors import ConfigurationError
from textgen.evaluation.bootstrap import Estimate, estimate
from textgen.evaluation.copies import TrainingOverlap
from textgen.evaluation.curves import (
    PURE,
    TEMPERATURES,
    Curve,
    Verdict,
    WriteLines,
    check_temperatures,
    draw_curve,
    verdicts,
    writes,
)
from textgen.evaluation.eval_split import EvalSplit, SplitName, draw_lines, script_eval_split
from textgen.evaluation.frechet import NO_ENCODER, TOO_FEW, SentenceEncoder, find_encoder
from textgen.evaluation.prediction import score_documents
from textgen.evaluation.text_metrics import SCRIPT_MEASURES, TEXT_MEASURES, TOKENISATION, TextMetrics
from textgen.writer import ScriptWriter

_CLOSING = {")": "(", "]": "["}


@dataclass(frozen=True)
class Comparison:
    """The figures of written lines, and those of as many real ones.

    Args:
        written: by the names of `TEXT_MEASURES` and `SCRIPT_MEASURES`; what could not be measured is left out.
        real: the same of real lines.
        lines: how many of each were compared.
        references: real lines that both were compared with.
        encoder: of the Frechet distance; None where there is none.
        frechet_lines: lines on each side of the Frechet distance.
        tokenisation: how text was cut into tokens, by which n-grams and lengths were counted.
    """

    written: Mapping[str, Estimate]
    real: Mapping[str, Estimate]
    lines: int
    references: int
    encoder: str | None
    frechet_lines: int | None
    tokenisation: str = TOKENISATION

    def to_json_object(self) -> dict[str, Any]:
        """The figures under the names that `textgen evaluate --json` gives them; None for what was not measured."""
        values = {name: found.value if (found := self.written.get(name)) else None for name in _NAMES}
        return {
            **values,
            "frechet_encoder": self.encoder,
            "frechet_samples": self.frechet_lines,
            "compared_lines": self.lines,
            "reference_lines": self.references,
            "tokenisation": self.tokenisation,
        }


_NAMES = (*TEXT_MEASURES, *SCRIPT_MEASURES)

NO_COMPARISON: dict[str, Any] = dict.fromkeys(
    (*_NAMES, "frechet_encoder", "frechet_samples", "compared_lines", "reference_lines", "tokenisation")
)
"""The keys of `Comparison.to_json_object`, all None, where nothing was compared."""


def compare_with_real(
    writer: ScriptWriter,
    written: Sequence[Line],
    real: Sequence[Line],
    real_style: ScriptStyle,
    encoder: SentenceEncoder | None,
    seed: int,
) -> Comparison:
    """Compares written lines with real ones, and as many real lines with the other real ones.

    Figures such as self-BLEU change with the number of lines, so no more are measured than there are real ones.

    Args:
        writer: knows its style and the speakers.
        written: by the model.
        real: lines that the model has not seen, in random order.
        real_style: of their corpus.
        encoder: for the Frechet distance.
        seed: of the standard errors.

    Raises:
        CorpusError: fewer than two real lines hold a word.
        ConfigurationError: fewer than two of the written ones do.
    """
    metrics = TextMetrics([line.text for line in real], encoder, seed)
    written = written[: metrics.references]
    figures = metrics.measure([line.text for line in written])
    of_real = metrics.real_figures(figures.lines)

    def script(lines: Sequence[Line], style: ScriptStyle) -> Mapping[str, Estimate]:
        return script_shares(lines, style, writer.opened.knows, seed)

    return Comparison(
        written={**figures.estimates, **script(written, writer.style)},
        real={**of_real.estimates, **script(real[-len(written) :], real_style)},
        lines=figures.lines,
        references=metrics.references,
        encoder=encoder.name if encoder and figures.frechet_lines else None,
        frechet_lines=figures.frechet_lines,
    )


def is_well_formed(line: Line, style: ScriptStyle) -> bool:
    """Whether a line has words, closes its brackets, and is read back from its text unchanged.

    Args:
        line: of a script.
        style: of the script's text.

    Example:
        >>> is_well_formed(Line("jerry", "(to george hello"), ScriptStyle("colon"))
        False
    """
    if not line.text.strip() or not _brackets_close(line.text):
        return False
    return read_script(style.line_text(line) + style.line_suffix, style).lines == (line,)


def script_shares(
    lines: Sequence[Line], style: ScriptStyle, knows: Callable[[str], bool], seed: int
) -> Mapping[str, Estimate]:
    """The shares of well-formed lines, and of spoken ones with a known speaker; fewer than two lines give no share.

    Args:
        lines: of a script.
        style: of the script's text.
        knows: whether the corpus has a speaker of this name.
        seed: of the standard errors.
    """
    found = {"well_formed_share": [is_well_formed(line, style) for line in lines]}
    found["known_speakers_share"] = [knows(line.speaker) for line in lines if line.speaker is not None]
    return {name: _share(values, seed) for name, values in found.items() if len(values) > 1}


def _share(values: Sequence[bool], seed: int) -> Estimate:
    return estimate(lambda rows: np.array([np.array(values)[rows].mean()]), len(values), seed)[0]


def _brackets_close(text: str) -> bool:
    opened: list[str] = []
    for character in text:
        if character in _CLOSING.values():
            opened.append(character)
        elif character in _CLOSING and (not opened or opened.pop() != _CLOSING[character]):
            return False
    return not opened


@dataclass(frozen=True)
class ModelComparison:
    """The quality-diversity curves of models, and where they lie outside each other.

    Args:
        curves: one a model.
        bits_per_character: of the held-out text, by model; at temperature 1, as everywhere.
        verdicts: on every model against every other, in every plane.
        real: the figures of as many real lines.
        lines: measured at each temperature.
        references: real lines that they were compared with.
        frechet_lines: on each side of the Frechet distance.
        encoder: of the Frechet distance; None where there is none.
        seed: of the lines.
        split: which part of the corpus was real text.
        notes: what a person should know, in sentences.
    """

    curves: tuple[Curve, ...]
    bits_per_character: Mapping[str, float]
    verdicts: tuple[Verdict, ...]
    real: Mapping[str, Estimate]
    lines: int
    references: int
    frechet_lines: int | None
    encoder: str | None
    seed: int
    split: SplitName
    notes: tuple[str, ...]

    def to_json_object(self) -> dict[str, Any]:
        """The object that `textgen compare --json` prints."""
        return {
            "models": [
                {**curve.to_json_object(), "bits_per_character": self.bits_per_character[curve.name]}
                for curve in self.curves
            ],
            "real": {name: figure.value for name, figure in self.real.items()},
            "verdicts": [verdict.to_json_object() for verdict in self.verdicts],
            "split": self.split,
            "lines": self.lines,
            "reference_lines": self.references,
            "seed": self.seed,
            "decoding": PURE,
            "tokenisation": TOKENISATION,
            "frechet_encoder": self.encoder,
            "frechet_samples": self.frechet_lines,
            "notes": list(self.notes),
        }


def compare(
    writers: Mapping[str, ScriptWriter],
    corpus: Corpus,
    temperatures: Sequence[float] = TEMPERATURES,
    samples: int = 1000,
    seed: int = 0,
    tell: Callable[[str], None] = lambda text: None,
    ways: Mapping[str, WriteLines] | None = None,
) -> ModelComparison:
    """Draws the curves of models, compared with the same real lines.

    Args:
        writers: the models by name.
        corpus: its held-out part is the real text where one of the models was trained on it, else all of it.
        temperatures: above 0.
        samples: lines at each temperature, at least 2; no more are measured than there are real lines.
        seed: of the lines, of the choice of real ones and of the standard errors.
        tell: is told what is being done.
        ways: how models give their lines, by name, where they do not simply draw them (`writes`).

    Raises:
        ConfigurationError: `samples` or a temperature is out of range, or the models hold out different parts.
        CorpusError: the corpus cannot be read, or has too few lines.
    """
    if samples < 2:
        raise ConfigurationError(
            f"--samples {samples} was asked for; a comparison takes at least 2 lines: ask for more."
        )
    check_temperatures(temperatures)
    part, notes = _common_part(writers, corpus)
    encoder = find_encoder()
    metrics = TextMetrics([line.text for line in draw_lines(part.documents, seed)], encoder, seed)
    lines = min(samples, metrics.references)
    bits, curves = {}, []
    for name, writer in writers.items():
        tell(f"{name}: scoring {'the held-out part' if part.split == 'held-out' else 'all'} of the corpus.")
        scores, _ = score_documents(writer.model, writer.tokenizer, part.documents, corpus.style, TrainingOverlap(None))
        bits[name] = scores.bits_per_character
        write = (ways or {}).get(name, writes(writer))
        curves.append(draw_curve(name, write, metrics, temperatures, lines, seed, tell))
    frechet_lines = metrics.frechet_lines(lines)
    return ModelComparison(
        curves=tuple(curves),
        bits_per_character=bits,
        verdicts=verdicts(curves),
        real=metrics.real_figures(lines).estimates,
        lines=lines,
        references=metrics.references,
        frechet_lines=frechet_lines,
        encoder=encoder.name if encoder and frechet_lines else None,
        seed=seed,
        split=part.split,
        notes=(*notes, *_notes(lines, samples, frechet_lines, encoder is not None)),
    )


def _common_part(writers: Mapping[str, ScriptWriter], corpus: Corpus) -> tuple[EvalSplit, list[str]]:
    """The part that no model trained on the corpus has seen, and notes about it."""
    parts = {name: script_eval_split(writer.card.corpus, corpus, None) for name, writer in writers.items()}
    trained = [part for part in parts.values() if part.training is not None]
    if len({part.training.split for part in trained if part.training}) > 1:
        raise ConfigurationError(
            f"The models {', '.join(writers)} were to be compared, but they hold out different parts of the corpus, so "
            "that one would be judged by what it has seen: train them on the same split, or give another --corpus."
        )
    part = (trained or list(parts.values()))[0]
    others = [name for name in parts if trained and parts[name].training is None]
    notes = [f"{', '.join(others)}: not trained on this corpus, but judged by the same part of it."] if others else []
    return part, [*part.notes, *notes]


def _notes(lines: int, samples: int, frechet_lines: int | None, has_encoder: bool) -> Iterator[str]:
    if lines < samples:
        yield (
            f"Only {lines:,} lines were written at each temperature, since there are no more real lines with words: "
            "self-BLEU and distinct-n change with the number of lines."
        )
    if frechet_lines is None:
        yield TOO_FEW if has_encoder else NO_ENCODER
