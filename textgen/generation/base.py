"""An opened model: what a script model and a chat model share when they write."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

from textgen.corpus.normalisation import Normalisation
from textgen.decoding.constraints.alphabet import Alphabet
from textgen.decoding.constraints.base import Pieces
from textgen.decoding.copy_detection import CopyGuard
from textgen.decoding.loop import Decoder, decode
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Event, Network, State
from textgen.decoding.sequence import SequenceStart
from textgen.errors import ConfigurationError, CorpusError, ModelError
from textgen.model_folder import Model, ModelFolder


class OpenedModel:
    """The parts of a model's folder that writing uses, whatever it was trained on.

    A subclass makes the network, and reads from `model.json` what it must know of its corpus.

    Args:
        model: a loaded model folder.

    Attributes:
        path, card, tokenizer: of the model.
        pieces: ids back to text.
        alphabet: the characters of the corpus; None for a model that was trained before they were stored.
        normalisation: how the corpus is written.
        decoder: writes from the network; a server puts that of a batch here which its requests share.

    Raises:
        ModelError: `model.json` does not describe the corpus.
    """

    network: Network
    learned_from: ClassVar[str]
    """What models of this class are trained on, in the plural."""

    def __init__(self, model: Model) -> None:
        self.path, self.card, self.tokenizer = model.path, model.card, model.tokenizer
        try:
            self.normalisation = Normalisation.from_json(model.card.corpus["normalisation"])
            self._describe(model.card.corpus)
        except (KeyError, ValueError, CorpusError, ModelError) as error:
            raise ModelError(
                f"model.json in {model.path} does not describe the {self.learned_from} it was trained on "
                f"({_reason(error)}): the file is damaged; copy or train the model again."
            ) from None
        self.pieces = Pieces(self.tokenizer)
        self.decoder: Decoder = decode
        characters = model.card.corpus.get("alphabet")
        self.alphabet = None if characters is None else Alphabet(self.pieces, characters)

    def _describe(self, corpus: Mapping[str, Any]) -> None:
        """Reads what else is needed about the corpus from `model.json`; any error means that the file is damaged."""
        raise NotImplementedError

    def decode(self, state: State, prompt: SequenceStart, options: DecodingOptions) -> Iterator[Event]:
        """Writes sequences from one prompt, as `decoding.loop.decode` does.

        Args:
            state: before the last id of the prompt. *Shape of each:* (1, ...).
            prompt: where they start.
            options: how to write.

        Raises:
            ConfigurationError: copies are to be detected, and the model has no novelty index.
        """
        return self.decoder(self.network.step, state, prompt, options, self.guard(options), self.pieces.first)

    def guard(self, options: DecodingOptions) -> CopyGuard | None:
        """The detector of copies from the training corpus; None where the options ask for none.

        Raises:
            ConfigurationError: the model has no novelty index.
        """
        return self._guard if options.no_copy else None

    @cached_property
    def _guard(self) -> CopyGuard:
        return copy_guard(self.path, self.pieces)


def copy_guard(folder: Path, pieces: Pieces) -> CopyGuard:
    """The detector of copies from the corpus that a model was trained on.

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


def _reason(error: Exception) -> str:
    """What is wrong with a description, as the middle of a sentence."""
    return f"{error} is missing" if isinstance(error, KeyError) else str(error).rstrip(".")
