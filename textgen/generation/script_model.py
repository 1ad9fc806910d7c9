"""A script model that is ready to write: the network, and the facts it needs about its corpus."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from textgen.config import ModelConfig
from textgen.corpus.document import Line, Scene
from textgen.corpus.prompt import ScriptPrompt, parse_prompt
from textgen.corpus.script import Script, ScriptStyle, read_script
from textgen.corpus.token_grammar import ScriptEncoder, newest_document
from textgen.decoding.constraints.script import ScriptShape
from textgen.decoding.options import DecodingOptions
from textgen.errors import ConfigurationError, ModelError
from textgen.generation.base import OpenedModel
from textgen.inference.language_model import LanguageModel, State
from textgen.model_folder import Model
from textgen.stored_json import decode

_MOST_SHOWN = 5


class ScriptModel(OpenedModel):
    """The parts of a script model's folder that writing uses.

    Args:
        model: a loaded model folder.

    Attributes:
        network: the forward pass.
        encoder: scripts to ids.
        style, shape: what the scripts of the corpus look like.

    Raises:
        ModelError: it is not a script model, or the folder's parts do not fit together.
    """

    network: LanguageModel
    learned_from = "scripts"

    def __init__(self, model: Model) -> None:
        architecture = model.card.architecture
        if not isinstance(architecture, ModelConfig):
            raise ModelError(
                f"A script was asked for, but the model in {model.path} is a {model.card.kind} model: name a model "
                "trained by train-script, or talk to this one with textgen chat."
            )
        self.network = LanguageModel(architecture, model.weights)
        super().__init__(model)
        self.encoder = ScriptEncoder(self.tokenizer)

    def _describe(self, corpus: Mapping[str, Any]) -> None:
        self.style = ScriptStyle.from_json(corpus["style"])
        self.shape = decode(ScriptShape, corpus["shape"])
        decode(DecodingOptions, self.card.decoding)

    @cached_property
    def rare_speakers(self) -> dict[str, str]:
        """The speakers without a label, as the corpus spells them, by their name in folded case."""
        names = self.card.corpus.get("speakers", {})
        return {name.casefold(): name for name in names if self.tokenizer.label_id(name) is None}

    def spelled(self, speaker: str) -> str:
        """A speaker's name as the corpus spells it, preferably one with a label; an unknown name stays as it is."""
        ids = self.tokenizer.label_ids(speaker)
        labelled = self.tokenizer.speaker_of(ids[0]) if ids else None
        return labelled or self.rare_speakers.get(speaker.casefold(), speaker)

    def read(self, text: str) -> Script:
        """The script in a text of the corpus's own format, in the corpus's case, marks and names.

        Args:
            text: with line ends of any kind.
        """
        script = read_script(self._normalised(text), self.style)
        return replace(script, scenes=tuple(map(self._with_names, script.scenes)))

    def read_prompt(self, text: str) -> ScriptPrompt:
        """The same of the beginning of a script, whose last line or heading may be unfinished."""
        return self.with_names(parse_prompt(self._normalised(text), self.style))

    def state_before_last(self, context: Sequence[int]) -> State:
        """The network's state before the last id of a context, which is the first that is decoded from."""
        ids = np.array(newest_document(context)[:-1], np.intp)
        return self.network.read(ids[:, None], self.network.initial_state())

    def with_names(self, prompt: ScriptPrompt) -> ScriptPrompt:
        """The prompt with its speakers spelled as the corpus does."""
        line = prompt.line and self._with_name(prompt.line)
        return replace(prompt, scenes=tuple(map(self._with_names, prompt.scenes)), line=line)

    def _with_names(self, scene: Scene) -> Scene:
        return replace(scene, lines=tuple(map(self._with_name, scene.lines)))

    def _with_name(self, line: Line) -> Line:
        return replace(line, speaker=line.speaker and self.spelled(line.speaker))

    def _normalised(self, text: str) -> str:
        return self.normalisation.apply(text.replace("\r\n", "\n").replace("\r", "\n"))

    @cached_property
    def rare_names(self) -> list[list[int]] | None:
        """The names of speakers without a label, in ids: the model makes up no others. None where there are none."""
        return [self.tokenizer.encode(name) for name in self.rare_speakers.values()] or None

    def knows(self, speaker: str) -> bool:
        """Whether the corpus has this speaker; upper and lower case are the same."""
        return bool(self.tokenizer.label_ids(speaker)) or speaker.casefold() in self.rare_speakers

    def cast(self, characters: tuple[str, ...]) -> tuple[list[int], list[list[int]]]:
        """The labels of characters, and the names in ids of those without a label.

        Args:
            characters: their names, as `character` takes them.

        Raises:
            ConfigurationError: the corpus has no such speaker, or more than one.
        """
        labels: list[int] = []
        names: list[list[int]] = []
        for name in map(self.character, characters):
            ids = self.tokenizer.label_ids(name)
            if ids:
                labels += ids
            else:
                names.append(self.tokenizer.encode(name))
        return labels, names

    def character(self, name: str) -> str:
        """The speaker that a person means, as the corpus spells it.

        Args:
            name: a whole name, or words of exactly one; upper and lower case are the same.

        Raises:
            ConfigurationError: the corpus has no such speaker, and the nearest are named; or several, which are named.
        """
        if self.knows(name):
            return self.spelled(name)
        known, words = self._known_speakers, f" {' '.join(name.casefold().split())} "
        meant = [speaker for folded, speaker in known.items() if words.strip() and words in f" {folded} "]
        if not meant:
            raise ConfigurationError(self._unknown(name))
        if len(meant) > 1:
            shown = ", ".join(map(repr, meant[:_MOST_SHOWN])) + ", …" * (len(meant) > _MOST_SHOWN)
            raise ConfigurationError(
                f"The character {name!r} was asked for, but it is part of {len(meant)} names of the corpus: {shown}; "
                "a part of a name is taken where only one speaker has it: give the whole name."
            )
        return meant[0]

    @cached_property
    def _known_speakers(self) -> dict[str, str]:
        """All speakers by their names in folded case."""
        return {speaker.casefold(): speaker for speaker in self.tokenizer.speakers} | self.rare_speakers

    def _unknown(self, name: str) -> str:
        known = self._known_speakers
        asked = f"The character {name!r} was asked for, but"
        if not known:
            return f"{asked} this model's corpus has no speakers: leave characters out."
        near = [known[key] for key in difflib.get_close_matches(name.casefold(), known, 3, cutoff=0.5)]
        return (
            f"{asked} the corpus has no such speaker; {'the nearest are' if near else 'there are'} "
            f"{', '.join(near or list(known.values())[:_MOST_SHOWN])}: choose among the {len(known)} that "
            f"`textgen inspect --model {self.path} --json` lists."
        )
