"""Fresh samples of a model, as a discriminator gets to see them."""

from collections.abc import Callable
from typing import Any

from textgen.artifact import Model
from textgen.errors import ConfigurationError
from textgen.evaluation.sampling import write_lines
from textgen.judging.judge import line_ids
from textgen.judging.matching import Text
from textgen.writer import ScriptWriter

_TOLD = 4  # times


def fresh_texts(
    model: Model, count: int, seed: int, decoding: dict[str, Any], tell: Callable[[str], None]
) -> tuple[list[Text], dict[str, Any]]:
    """Lines that a model writes, each encoded as the corpus's own text would be.

    Args:
        model: loaded.
        count: of lines with text in them.
        seed: of the first text; no other has the same.
        decoding: options over the model's own.
        tell: is told how far it is.

    Returns:
        `count` lines in the order in which they were written, and how they were.

    Raises:
        ConfigurationError: an option makes no sense, or the model writes nothing but empty lines.
    """
    if count < 1:
        raise ConfigurationError(f"{count} samples were asked for; give --samples a number above 0.")
    used = {**model.card.decoding, **decoding}
    if used.get("temperature") == 0:
        raise ConfigurationError(
            "Samples were to be written with temperature=0, which writes the same text each time: give a temperature "
            "above 0."
        )
    writer = ScriptWriter(model, note=lambda text: None)
    described = ", ".join(f"{name} {value}" for name, value in used.items())
    tell(f"writing   {count:,} lines ({described})")
    texts: list[Text] = []
    part, first = -(-count // _TOLD), seed
    while len(texts) < count:
        lines = write_lines(writer, part, first, **decoding)
        first += part  # a line takes one seed at most
        spoken = [line_ids(writer.opened.encoder, line) for line in lines if line.text.strip()]
        if not spoken:
            raise ConfigurationError(
                f"{count:,} samples were asked for, but {len(lines):,} lines were written without a word in any of "
                "them: train the model for longer, or let it write longer lines."
            )
        texts += spoken
        tell(f"          {min(len(texts), count):,} written")
    return texts[:count], {**used, "seed": seed}
