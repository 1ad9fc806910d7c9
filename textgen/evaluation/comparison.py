"""Generated lines beside real ones: text metrics, well-formed lines, known speakers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from textgen.corpus.document import Line
from textgen.corpus.script import ScriptStyle, read_script
from textgen.evaluation.bootstrap import Estimate, estimate
from textgen.evaluation.frechet import SentenceEncoder
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
    """Whether a line has words, closes its brackets, and comes back when its text is read again.

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
    """The shares of well-formed lines, and of spoken ones whose speaker is known; none of fewer than two lines.

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
