"""Fresh lines of a script model, as a discriminator gets to see them."""

from collections.abc import Callable
from typing import Any

from textgen.decoding.options import LARGEST_SEED
from textgen.errors import ConfigurationError
from textgen.evaluation.sampling import write_lines
from textgen.judging.judge import line_ids
from textgen.judging.matching import Text
from textgen.model_folder import Model
from textgen.writer import ScriptWriter

TOLD = 4
"""Times that a person is told how far it is."""

Tell = Callable[[str], None]


class FreshLines:
    """Writes lines of a script model, each encoded as the corpus's own text would be.

    Args:
        model: loaded.
        seed: of the first text; no other has the same.
        decoding: options over the model's own.

    Attributes:
        decoding: how they are written, the seed included.

    Raises:
        ConfigurationError: an option makes no sense.
    """

    def __init__(self, model: Model, seed: int, decoding: dict[str, Any]) -> None:
        self.decoding = {**model.card.decoding, **decoding, "seed": seed}
        self._writer, self._options = ScriptWriter(model, note=lambda text: None), decoding
        refuse_greedy(self._writer.options(**decoding).greedy)

    def write(self, count: int, tell: Tell) -> list[Text]:
        """Writes so many lines with text in them.

        Args:
            count: of lines.
            tell: is told how far it is.

        Raises:
            ConfigurationError: the model writes nothing but empty lines.
        """
        tell(f"writing   {count:,} lines ({described(self.decoding)})")
        texts: list[Text] = []
        part, first = -(-count // TOLD), self.decoding["seed"]
        while len(texts) < count:
            lines = write_lines(self._writer, part, first, **self._options)
            first = (first + part) & LARGEST_SEED  # a line takes one seed at most
            spoken = [line_ids(self._writer.opened.encoder, line) for line in lines if line.text.strip()]
            if not spoken:
                raise ConfigurationError(
                    f"{count:,} samples were asked for, but {len(lines):,} lines were written without a word in any of "
                    "them: train the model for longer, or let it write longer lines."
                )
            texts += spoken
            tell(f"          {min(len(texts), count):,} written")
        return texts[:count]


def described(decoding: dict[str, Any]) -> str:
    """How samples are written, for a person."""
    return ", ".join(f"{name} {value}" for name, value in decoding.items() if name != "seed")


def refuse_greedy(greedy: bool) -> None:
    """Refuses to take samples where nothing is drawn.

    Raises:
        ConfigurationError: says so.
    """
    if greedy:
        raise ConfigurationError(
            "Samples were to be written with temperature=0, which writes the same text each time: give a temperature "
            "above 0."
        )
