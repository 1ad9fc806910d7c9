"""Everything `textgen compare` finds out about models, in one object."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

from textgen.corpus.collection import Corpus
from textgen.errors import ConfigurationError
from textgen.evaluation.curve import PURE, TEMPERATURES, Curve, WriteLines, check_temperatures, draw_curve, writes
from textgen.evaluation.encoder import NO_ENCODER, find_encoder
from textgen.evaluation.estimates import Estimate
from textgen.evaluation.familiarity import Familiarity
from textgen.evaluation.frechet import TOO_FEW
from textgen.evaluation.judge import TextJudge
from textgen.evaluation.outside import PLANES, Gap, Plane, gaps
from textgen.evaluation.part import Part, SplitName, choose_part
from textgen.evaluation.real_lines import draw_lines
from textgen.evaluation.scoring import score_documents
from textgen.evaluation.tokens import TOKENISATION
from textgen.writer import ScriptWriter


@dataclass(frozen=True)
class Verdict:
    """Where one model's curve lies outside another's.

    Args:
        model: whose points were looked at.
        than: the other model.
        plane: in which figures.
        gaps: of all points that could be compared.
    """

    model: str
    than: str
    plane: Plane
    gaps: tuple[Gap, ...]

    @property
    def outside(self) -> tuple[Gap, ...]:
        """The points that lie outside the other curve."""
        return tuple(gap for gap in self.gaps if gap.is_outside)

    def to_json_object(self) -> dict[str, Any]:
        """The verdict as plain JSON values."""
        return {
            "model": self.model,
            "than": self.than,
            **self.plane._asdict(),
            "better_at": [gap.temperature for gap in self.outside],
            "points": [gap.to_json_object() for gap in self.gaps],
        }


@dataclass(frozen=True)
class ModelComparison:
    """The quality-diversity curves of models, and where they lie outside each other.

    Args:
        curves: one a model.
        bits_per_character: of the held-out text, by model; at temperature 1, as everywhere.
        verdicts: on every model against every other, in every plane.
        real: the figures of as many real lines.
        lines: judged at each temperature.
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
    """Draws the curves of models, judged by the same real lines.

    Args:
        writers: the models by name.
        corpus: its held-out part is the real text where one of the models was trained on it, else all of it.
        temperatures: above 0.
        samples: lines at each temperature, at least 2; no more are judged than there are real lines.
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
    judge = TextJudge([line.text for line in draw_lines(part.documents, seed)], encoder, seed)
    lines = min(samples, judge.references)
    bits, curves = {}, []
    for name, writer in writers.items():
        tell(f"{name}: scoring {'the held-out part' if part.split == 'held-out' else 'all'} of the corpus.")
        scores, _ = score_documents(writer.model, writer.tokenizer, part.documents, corpus.style, Familiarity(None))
        bits[name] = scores.bits_per_character
        write = (ways or {}).get(name, writes(writer))
        curves.append(draw_curve(name, write, judge, temperatures, lines, seed, tell))
    frechet_lines = judge.frechet_lines(lines)
    return ModelComparison(
        curves=tuple(curves),
        bits_per_character=bits,
        verdicts=tuple(_verdicts(curves)),
        real=judge.real_figures(lines).estimates,
        lines=lines,
        references=judge.references,
        frechet_lines=frechet_lines,
        encoder=encoder.name if encoder and frechet_lines else None,
        seed=seed,
        split=part.split,
        notes=(*notes, *_notes(lines, samples, frechet_lines, encoder is not None)),
    )


def _verdicts(curves: Sequence[Curve]) -> list[Verdict]:
    return [
        Verdict(curve.name, other.name, plane, tuple(gaps(curve, other, plane)))
        for plane in PLANES
        for curve, other in permutations(curves, 2)
    ]


def _common_part(writers: Mapping[str, ScriptWriter], corpus: Corpus) -> tuple[Part, list[str]]:
    """What none of the models that were trained on the corpus has seen, and notes about it."""
    parts = {name: choose_part(writer.card.corpus, corpus, None) for name, writer in writers.items()}
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
