"""Scores lines of a script and replies of a chat by how likely they are to be real.

A reply is scored as a line without a speaker. The network adds up what it finds in a text, so that it could not weigh a
reply against the message before it: it reads the reply alone, and says whether it reads as if a person had written it.
The model itself measures how well the reply fits the message.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.document import Line
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.discriminator.file import how_to_make, load_discriminator
from textgen.inference.discriminator import Discriminator
from textgen.model_folder import ModelCard
from textgen.tokenizers.base import LINE_END, Tokenizer

JUDGED = {"script": "lines", "chat": "replies"}
"""What is scored of each kind of model."""


class Scorer:
    """A model's discriminator, ready to score texts.

    Args:
        folder: of the model.
        card, tokenizer: of the model.

    Attributes:
        saved: the discriminator and its description.
        warning: what a person should know: that the model was trained further since the discriminator was; else None.

    Raises:
        ModelError: the folder holds no discriminator, or a damaged one; names the command that makes one.
    """

    def __init__(self, folder: Path, card: ModelCard, tokenizer: Tokenizer) -> None:
        self.saved = load_discriminator(folder)
        outdated = self.saved.generator != card.metrics
        self.warning = (
            f"The model was trained further after its discriminator: make a new one {how_to_make(folder)}"
            if outdated
            else None
        )
        self._network = Discriminator(self.saved.architecture, self.saved.weights)
        self._encoder = ScriptEncoder(tokenizer)

    def lines(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Log-odds that lines are real ones and not generated, if as many of either were shown. *Shape:* (lines,)."""
        texts = [line_ids(self._encoder, line) for line in lines]
        return self._network.logits(texts).astype(np.float64) / self.saved.temperature


def page_log_odds(lines: NDArray[np.float64]) -> float:
    """The log-odds of a whole page: the mean of its lines'.

    A discriminator's log-odds are the logarithm of how much likelier a text is among the real ones than among the
    generated ones (Goodfellow et al. 2014), so that those of lines add up; the mean makes pages of any length
    comparable. One line that reads badly is not made good by one that says nothing.

    Args:
        lines: log-odds of each, at least one. *Shape:* (lines,).
    """
    return float(lines.mean())


def reply_line(text: str) -> Line:
    """A chat model's reply as it is scored: a line without a speaker."""
    return Line(None, text)


def line_ids(encoder: ScriptEncoder, line: Line) -> list[int]:
    """The ids of a line that are scored: the corpus's own encoding of it, whatever ids a model wrote it with."""
    return [*encoder.encode_opening(line), LINE_END]
