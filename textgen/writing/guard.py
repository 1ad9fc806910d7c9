"""Opening what notices copies of the training corpus."""

from pathlib import Path

from textgen.decoding.pieces import Pieces
from textgen.decoding.speech import CopyGuard
from textgen.errors import ConfigurationError
from textgen.model_folder import ModelFolder


def copy_guard(folder: Path, pieces: Pieces) -> CopyGuard:
    """What notices copies of the corpus that a model was trained on.

    Args:
        folder: of the model.
        pieces: of its tokenizer.

    Raises:
        ConfigurationError: the model has no novelty index.
        ModelError: the index is damaged.
    """
    index = ModelFolder(folder).novelty_index()
    if index is None:
        raise ConfigurationError(
            f"no_copy was asked for, but {folder} has no novelty.bin: it was trained with --no-index or the "
            "file was deleted; leave no_copy out (0 turns it off), or train a model without --no-index."
        )
    return CopyGuard(index, pieces)
