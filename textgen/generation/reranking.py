"""The best of several candidates, and lines with what a discriminator thinks of them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from textgen.corpus.scene import Line
from textgen.decoding.options import DecodingOptions
from textgen.discriminator.calibration import sigmoid
from textgen.discriminator.scorer import Scorer, page_log_odds
from textgen.errors import ConfigurationError
from textgen.generation.written import WrittenScript


class JudgedLine(NamedTuple):
    """A line, and how likely it is to be a real one.

    Args:
        line: as it was read.
        reads_as_real: probability, 0 to 1.
    """

    line: Line
    reads_as_real: float


class JudgedText(NamedTuple):
    """A text, line by line and as a whole.

    Args:
        lines: those with text in them.
        reads_as_real: probability of a page whose lines all had the mean of their log-odds, 0 to 1; None of no lines.
    """

    lines: list[JudgedLine]
    reads_as_real: float | None


def check_rerank(rerank: int, options: DecodingOptions) -> None:
    """Refuses a number of candidates that makes no sense with how they are written.

    Raises:
        ConfigurationError: names what was asked for and what is allowed.
    """
    asked = f"rerank={rerank!r} was asked for"
    if not isinstance(rerank, int) or rerank < 1:
        raise ConfigurationError(f"{asked}, but it must be a whole number of candidates, 1 (off) or more: give one.")
    if options.greedy:
        beams = options.num_beams > 1
        how = f"num_beams={options.num_beams}" if beams else "temperature=0"
        raise ConfigurationError(
            f"{asked} with {how}, which draws nothing, so that there is only one candidate: "
            f"{'leave num_beams out' if beams else 'give a temperature above 0'}, or leave rerank out."
        )
    if options.num_return_sequences > rerank:
        raise ConfigurationError(
            f"{asked} with num_return_sequences={options.num_return_sequences}, but no more texts can be kept than are "
            "written: raise rerank, or ask for fewer texts."
        )


def judge_lines(lines: Sequence[Line], judge: Scorer) -> JudgedText:
    """How real lines read, one by one and together; those without text are left out."""
    said = [line for line in lines if line.text.strip()]
    log_odds = judge.lines(said)
    judged = [JudgedLine(line, float(real)) for line, real in zip(said, sigmoid(log_odds), strict=True)]
    return JudgedText(judged, float(sigmoid(page_log_odds(log_odds))) if said else None)


def best_first(scripts: Sequence[WrittenScript], judge: Scorer, prompt_lines: int) -> list[WrittenScript]:
    """Candidates in the order of how real they read; one in which nothing is said comes last.

    Args:
        scripts: the candidates.
        judge: of their lines.
        prompt_lines: lines that all begin with and that do not count.
    """
    judged = [
        replace(script, reads_as_real=judge_lines(script.lines[prompt_lines:], judge).reads_as_real)
        for script in scripts
    ]
    return sorted(judged, key=lambda script: -(script.reads_as_real or 0.0))
