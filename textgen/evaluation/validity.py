"""Whether lines are what a script of the corpus has: well-formed, and said by somebody who is known."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from textgen.corpus.document import Line
from textgen.corpus.script import ScriptStyle, read_script
from textgen.evaluation.estimates import Estimate, estimate

_CLOSING = {")": "(", "]": "["}


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


def judge_script(
    lines: Sequence[Line], style: ScriptStyle, knows: Callable[[str], bool], seed: int
) -> Mapping[str, Estimate]:
    """The shares of well-formed lines, and of spoken ones whose speaker is known; those that can be had.

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
