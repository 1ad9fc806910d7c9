"""How likely lines and replies are to be real ones."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textgen.artifact import ModelCard
from textgen.corpus.encoding import ScriptEncoder
from textgen.corpus.scene import Line
from textgen.inference.discriminator import Discriminator
from textgen.judging.calibration import sigmoid
from textgen.judging.saved import load_discriminator
from textgen.text.special import END, LINE_END
from textgen.text.tokenizer import Tokenizer


class Judge:
    """A model's discriminator, ready to judge.

    Args:
        folder: of the model.
        card, tokenizer: of the model.

    Attributes:
        saved: what is known of the discriminator.
        outdated: whether the model was trained on after the discriminator was.

    Raises:
        ModelError: the folder holds no discriminator, or a damaged one; names the command that makes one.
    """

    def __init__(self, folder: Path, card: ModelCard, tokenizer: Tokenizer) -> None:
        self.saved = load_discriminator(folder, card, tokenizer)
        self.outdated = self.saved.generator != card.metrics
        self._network = Discriminator(self.saved.architecture, self.saved.weights)
        self._encoder = ScriptEncoder(tokenizer)

    def lines(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """Probabilities that lines of a script are real ones. *Shape:* (lines,)."""
        return self._texts([line_ids(self._encoder, line) for line in lines])

    def replies(self, replies: Sequence[str]) -> NDArray[np.float64]:
        """Probabilities that replies of a chat are real ones. *Shape:* (replies,)."""
        return self._texts([reply_ids(self._encoder.tokenizer, reply) for reply in replies])

    def _texts(self, texts: Sequence[Sequence[int]]) -> NDArray[np.float64]:
        return sigmoid(self._network.logits(texts) / self.saved.temperature)


def line_ids(encoder: ScriptEncoder, line: Line) -> list[int]:
    """A line as it is judged: as the corpus's own text would be encoded, whatever ids a model wrote it with."""
    return [*encoder.encode_opening(line), LINE_END]


def reply_ids(tokenizer: Tokenizer, reply: str) -> list[int]:
    """A reply as it is judged."""
    return [*tokenizer.encode(reply), END]
