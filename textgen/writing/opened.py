"""A script model that is ready to write: the network, and what it must know of the corpus."""

import difflib
from functools import cached_property

from textgen.config import ModelConfig
from textgen.corpus.encoding import ScriptEncoder
from textgen.corpus.style import ScriptStyle
from textgen.decoding.options import DecodingOptions
from textgen.decoding.pieces import Pieces
from textgen.decoding.shape import ScriptShape
from textgen.decoding.speech import CopyGuard
from textgen.errors import ConfigurationError, CorpusError, ModelError
from textgen.inference.language_model import LanguageModel
from textgen.model_folder import Model
from textgen.stored_json import decode
from textgen.text.normalisation import Normalisation
from textgen.writing.guard import copy_guard


class OpenedModel:
    """The parts of a model folder that writing uses.

    Args:
        model: a loaded model folder.

    Attributes:
        network: the forward pass.
        tokenizer, encoder, pieces: text and scripts to ids and back.
        style, shape, normalisation: how the corpus is written.

    Raises:
        ModelError: the folder's parts do not fit together.
    """

    def __init__(self, model: Model) -> None:
        self.path, self.card, self.tokenizer = model.path, model.card, model.tokenizer
        architecture = model.card.architecture
        if not isinstance(architecture, ModelConfig):
            raise ModelError(
                f"A script was asked for, but the model in {model.path} is a {model.card.kind} model: name a model "
                "trained by train-script, or talk to this one with textgen chat."
            )
        self.network = LanguageModel(architecture, model.weights)
        try:
            corpus = model.card.corpus
            self.style = ScriptStyle.from_json(corpus["style"])
            self.shape = decode(ScriptShape, corpus["shape"])
            self.normalisation = Normalisation.from_json(corpus["normalisation"])
            decode(DecodingOptions, self.card.decoding)
        except (KeyError, ValueError, CorpusError, ModelError) as error:
            raise ModelError(
                f"model.json in {model.path} does not describe the scripts it was trained on ({error!r}): "
                "the file is damaged; copy or train the model again."
            ) from None
        self.encoder = ScriptEncoder(self.tokenizer)
        self.pieces = Pieces(self.tokenizer)

    @cached_property
    def rare_speakers(self) -> dict[str, str]:
        """The speakers without a label, as the corpus spells them, by their name in folded case."""
        names = self.card.corpus.get("speakers", {})
        return {name.casefold(): name for name in names if self.tokenizer.label_id(name) is None}

    @cached_property
    def guard(self) -> CopyGuard:
        """What notices copies of the training corpus.

        Raises:
            ConfigurationError: the model has no novelty index.
        """
        return copy_guard(self.path, self.pieces)

    def spelled(self, speaker: str) -> str:
        """A speaker's name as the corpus spells it, the one with a label first; as it is where the corpus has none."""
        ids = self.tokenizer.label_ids(speaker)
        labelled = self.tokenizer.speaker_of(ids[0]) if ids else None
        return labelled or self.rare_speakers.get(speaker.casefold(), speaker)

    @cached_property
    def rare_names(self) -> list[list[int]] | None:
        """The speakers without a label, spelled in ids: nobody else is made up. None where there are none."""
        return [self.tokenizer.encode(name) for name in self.rare_speakers.values()] or None

    def knows(self, speaker: str) -> bool:
        """Whether the corpus has such a speaker, upper and lower case being the same."""
        return bool(self.tokenizer.label_ids(speaker)) or speaker.casefold() in self.rare_speakers

    def cast(self, characters: tuple[str, ...]) -> tuple[list[int], list[list[int]]]:
        """The labels, and for speakers without one the spelled names, of characters.

        Raises:
            ConfigurationError: the corpus has no such speaker; names the nearest.
        """
        labels: list[int] = []
        names: list[list[int]] = []
        for name in characters:
            ids = self.tokenizer.label_ids(name)
            if ids:
                labels += ids
            elif name.casefold() in self.rare_speakers:
                names.append(self.tokenizer.encode(self.rare_speakers[name.casefold()]))
            else:
                raise ConfigurationError(self._unknown(name))
        return labels, names

    def _unknown(self, name: str) -> str:
        known = {speaker.casefold(): speaker for speaker in self.tokenizer.speakers} | self.rare_speakers
        asked = f"The character {name!r} was asked for, but"
        if not known:
            return f"{asked} this model's corpus has no speakers: leave characters out."
        near = [known[key] for key in difflib.get_close_matches(name.casefold(), known, 3, cutoff=0.5)]
        return (
            f"{asked} the corpus has no such speaker; {'the nearest are' if near else 'there are'} "
            f"{', '.join(near or list(known.values())[:5])}: choose among the {len(known)} that "
            f"`textgen inspect --model {self.path} --json` lists."
        )
