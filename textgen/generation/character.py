"""A character of a script model as a chat partner: the chat is a script, and the character has the next line."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from textgen.corpus.document import Line
from textgen.decoding.constraints.base import Constraint
from textgen.decoding.constraints.reply import ReplyShape
from textgen.decoding.copy_detection import CopyGuard
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Event
from textgen.decoding.sequence import SequenceStart
from textgen.generation.answering import ReplyTrace
from textgen.generation.conversation import BOT, ReplyRenderer
from textgen.generation.script_model import ScriptModel
from textgen.tokenizers.base import LINE_END, START
from textgen.tokenizers.pretokens import LONGEST

_TURNS = 12
"""Turns that are read before each reply: more of them cost time, and a language model forgets what is older."""


class Character:
    """A `Responder`: a script model that writes one line of one speaker at a time.

    A person's messages are read as lines of the speaker with the most lines besides this one.

    Args:
        model: writes.
        name: of the character, or a part of it that nobody else's name has.

    Raises:
        ConfigurationError: the corpus has no such speaker, or more than one; names the nearest, or all.
    """

    def __init__(self, model: ScriptModel, name: str) -> None:
        self._model = model
        self.path, self.card, self.tokenizer = model.path, model.card, model.tokenizer
        self.name = model.character(name)
        others = (*self.tokenizer.speakers, *model.rare_speakers.values())
        self._other = next((speaker for speaker in others if speaker != self.name), self.name)
        self.turns = _TURNS
        self.defaults: Mapping[str, Any] = {"max_new_tokens": model.shape.longest_line, **self.card.decoding}
        self.shape = ReplyShape(model.pieces, LINE_END, model.alphabet)

    def guard(self, options: DecodingOptions) -> CopyGuard | None:
        """The detector of copies from the training corpus; None where the options ask for none."""
        return self._model.guard(options)

    def events(self, turns: Sequence[Line], options: DecodingOptions, constraint: Constraint) -> Iterator[Event]:
        """Writes replies, and yields an event for each piece of text."""
        model, context = self._model, self._context(turns)
        prompt = SequenceStart(context, ReplyRenderer(model.pieces), constraint)
        return model.decode(model.state_before_last(context), prompt, replace(options, lines=1))

    def familiarities(self, beginnings: Sequence[Sequence[int]]) -> Sequence[float]:
        """Zeros: a language model has not learned lines that follow nothing."""
        return [0.0] * len(beginnings)

    def line(self, reply: str) -> Line:
        """A line of the character."""
        return Line(self.name, self._model.normalisation.apply(reply))

    def trace(self, turns: Sequence[Line], reply: str) -> ReplyTrace:
        """Reads a reply as if the model were writing it."""
        network, context = self._model.network, self._context(turns)
        ids = [*self.tokenizer.encode(self._model.normalisation.apply(reply)), LINE_END]
        states = network.trace(np.array([*context, *ids[:-1]]))
        return ReplyTrace(context, ids, network.logits(network.outputs(states)[len(context) - 1 :]))

    def _context(self, turns: Sequence[Line]) -> list[int]:
        """The ids of the turns, and the name of the character in front of the line to come."""
        lines = [token for turn in turns for token in self._line(turn)]
        return [START, *lines, *self._model.encoder.encode_speaker(self.name)]

    def _line(self, turn: Line) -> list[int]:
        """The ids of a turn; one longer than any line of the corpus loses its beginning."""
        speaker = self.name if turn.speaker == BOT else self._other
        longest = self._model.shape.longest_line
        text = self._model.normalisation.apply(turn.text[-longest * LONGEST :])
        return [*self._model.encoder.encode_speaker(speaker), *self.tokenizer.encode(text)[-longest:], LINE_END]
