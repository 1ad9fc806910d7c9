"""What a model writes beside what people wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textgen.corpus.document import Line
from textgen.corpus.script import ScriptStyle
from textgen.evaluation.encoder import SentenceEncoder
from textgen.evaluation.estimates import Estimate
from textgen.evaluation.judge import TextJudge
from textgen.evaluation.measures import SCRIPT_MEASURES, TEXT_MEASURES
from textgen.evaluation.tokens import TOKENISATION
from textgen.evaluation.validity import judge_script
from textgen.writer import ScriptWriter


@dataclass(frozen=True)
class Comparison:
    """The figures of written lines, and those of as many real ones.

    Args:
        written: by the names of `TEXT_MEASURES` and `SCRIPT_MEASURES`; what could not be had is not there.
        real: the same of real lines.
        lines: how many of each were compared.
        references: real lines that both were compared with.
        encoder: of the Frechet distance; None where there is none.
        frechet_lines: lines on each side of the Frechet distance.
        tokenisation: by what n-grams and lengths were counted.
    """

    written: Mapping[str, Estimate]
    real: Mapping[str, Estimate]
    lines: int
    references: int
    encoder: str | None
    frechet_lines: int | None
    tokenisation: str = TOKENISATION

    def to_json_object(self) -> dict[str, Any]:
        """The figures under the names that `textgen evaluate --json` gives them; None for what could not be had."""
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
"""What `to_json_object` would give, where nothing was compared."""


def compare_with_real(
    writer: ScriptWriter,
    written: Sequence[Line],
    real: Sequence[Line],
    real_style: ScriptStyle,
    encoder: SentenceEncoder | None,
    seed: int,
) -> Comparison:
    """Judges written lines by real ones, and as many real ones by the others.

    Figures such as self-BLEU change with the number of lines, so no more are judged than there are real ones.

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
    judge = TextJudge([line.text for line in real], encoder, seed)
    written = written[: judge.references]
    figures = judge.judge([line.text for line in written])
    of_real = judge.real_figures(figures.lines)

    def script(lines: Sequence[Line], style: ScriptStyle) -> Mapping[str, Estimate]:
        return judge_script(lines, style, writer.opened.knows, seed)

    return Comparison(
        written={**figures.estimates, **script(written, writer.style)},
        real={**of_real.estimates, **script(real[-len(written) :], real_style)},
        lines=figures.lines,
        references=judge.references,
        encoder=encoder.name if encoder and figures.frechet_lines else None,
        frechet_lines=figures.frechet_lines,
    )
