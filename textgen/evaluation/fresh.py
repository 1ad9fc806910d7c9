"""Fresh samples of a model, as a discriminator gets to see them."""

from collections.abc import Callable
from typing import Any

from textgen.artifact import Model
from textgen.errors import ConfigurationError
from textgen.judging.judge import line_ids
from textgen.judging.matching import Text
from textgen.writer import ScriptWriter

_PAGE = 20
_TOGETHER = 32
_TOLD = 4  # times


def fresh_texts(
    model: Model, count: int, seed: int, decoding: dict[str, Any], tell: Callable[[str], None]
) -> tuple[list[Text], dict[str, Any]]:
    """Lines that a model writes, page after page, each encoded as the corpus's own text would be.

    Args:
        model: loaded.
        count: of lines with text in them.
        seed: of the first page; the i-th has `seed + i`.
        decoding: options over the model's own.
        tell: is told how far it is.

    Returns:
        `count` lines in the order in which they were written, and how they were.

    Raises:
        ConfigurationError: an option makes no sense.
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
    how = {"lines": _PAGE, "num_return_sequences": _TOGETHER, **decoding}
    writer.options(**how)
    described = ", ".join(f"{name} {value}" for name, value in used.items())
    tell(f"writing   {count:,} lines ({described})")
    texts: list[Text] = []
    told = 0
    while len(texts) < count:
        pages = writer.write_several(**{**how, "seed": seed})
        seed += _TOGETHER
        texts += [line_ids(writer.opened.encoder, line) for page in pages for line in page.lines if line.text.strip()]
        if (parts := len(texts) * _TOLD // count) > told:
            told = parts
            tell(f"          {min(len(texts), count):,} written")
    return texts[:count], {**used, "seed": seed}
