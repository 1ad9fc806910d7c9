"""Scores lines of a script and replies of a chat by how likely they are to be real.

A reply is scored as a line without a speaker: by itself, or as the reply to a message. By itself it is real if a person
could have written it; as a reply it must also fit the message. Where a discriminator knows the speakers of a script, it
reads lines without their speaker, and says whose they are.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.document import Line
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.discriminator.file import how_to_make, load_discriminator
from textgen.discriminator.voices import voice_log_probabilities, voice_of
from textgen.inference.discriminator import Discriminator
from textgen.model_folder import ModelCard
from textgen.tokenizers.base import LINE_END, Tokenizer

JUDGED = {"script": "lines", "chat": "replies"}
"""What is scored of each kind of model."""

REALNESS = 2.0
"""What a line's log-odds of being real, by the token, count beside those of its speaker (`benchmarks/README.md`)."""


class Scorer:
    """A model's discriminator, ready to score texts.

    Args:
        folder: of the model.
        card, tokenizer: of the model.

    Attributes:
        saved: the discriminator and its description.
        network: its forward pass.
        voices: names of the speakers that have a class of their own, one class more being that of all others; empty
            where it knows no speakers.
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
        self.network = Discriminator(self.saved.architecture, self.saved.weights)
        self._encoder = ScriptEncoder(tokenizer)
        self.voices = tokenizer.speakers[: max(0, self.saved.architecture.voices - 1)]

    @property
    def reads_messages(self) -> bool:
        """Whether it tells replies that fit a message from others."""
        return self.saved.architecture.matching > 0

    def lines(self, lines: Sequence[Line], message: str = "") -> NDArray[np.float64]:
        """Log-odds that lines are real ones, if as many real ones as others were shown.

        Args:
            lines: to be scored; the others are those that the model writes.
            message: what each of them answers, where the judge reads messages; the others are then also replies to
                other messages, and replies with a changed word or order. An empty one scores lines by themselves.

        Returns:
            *Shape:* (lines,).
        """
        texts = self._texts(lines)
        if not (self.reads_messages and message):
            return self.network.logits(texts).astype(np.float64) / self.saved.temperature
        messages = [self._encoder.tokenizer.encode(message)] * len(texts)
        return self.network.logits(texts, messages=messages).astype(np.float64) / self.saved.matching_temperature

    def voice_log_probabilities(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """How likely lines are to be each speaker's, if they are real; who speaks them is not looked at.

        Args:
            lines: of a script whose speakers the judge knows.

        Returns:
            Of each of `voices`, and of all other speakers together, in nats. *Shape:* (lines, voices + 1).
        """
        return voice_log_probabilities(self.network.class_logits(self._texts(lines)), self.saved.voice_temperature)

    def in_voice(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """How much likelier lines are to be their own speakers' by what they say than by how often they speak.

        The model draws a speaker and what they say. Where its speakers all say the same, this is what the log-odds of
        "real" lack to be those of "real, and this speaker's". A judge that knows no speakers adds nothing.

        Args:
            lines: with their speakers.

        Returns:
            In nats; 0 if the text tells nothing. *Shape:* (lines,).
        """
        if not self.voices:
            return np.zeros(len(lines))
        own = [voice_of(line.speaker, self._encoder.tokenizer, len(self.voices) + 1) for line in lines]
        gained = self.voice_log_probabilities(lines) - np.log(self.saved.voice_shares)
        return np.asarray(gained[np.arange(len(lines)), own])

    def in_character(self, lines: Sequence[Line]) -> NDArray[np.float64]:
        """How good lines are as the next one of a script, higher being better: how real, and how much their speakers'.

        Log-odds are taken by the token: the longer a line, the more of it there is to give a model away, and by their
        sums short lines would always win.

        Args:
            lines: with their speakers.

        Returns:
            *Shape:* (lines,).
        """
        lengths = np.array([len(text) for text in self._texts(lines)])
        return np.asarray(REALNESS * self.lines(lines) / lengths + self.in_voice(lines))

    def _texts(self, lines: Sequence[Line]) -> list[list[int]]:
        """The ids that are read: without the speaker where speakers are told apart."""
        read = [replace(line, speaker=None) for line in lines] if self.voices else lines
        return [line_ids(self._encoder, line) for line in read]

    def matches(self, messages: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> NDArray[np.floating]:
        """How well replies fit messages, by a judge that reads messages: what their logits gain by them.

        Among replies that are all real this alone tells which is the true one: how it reads by itself does not matter.

        Args:
            messages: ids of each, without structure, none of them empty.
            replies: ids of each, as `line_ids` gives them.

        Returns:
            *Shape:* (replies,).
        """
        return self.network.matches(messages, replies)


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


def reply_ids(reply: Sequence[int]) -> list[int]:
    """The ids of a reply that are scored, those of `reply_line`.

    Args:
        reply: ids from START to END.
    """
    return [*reply[1:-1], LINE_END]


def line_ids(encoder: ScriptEncoder, line: Line) -> list[int]:
    """The ids of a line that are scored: the corpus's own encoding of it, whatever ids a model wrote it with."""
    return [*encoder.encode_opening(line), LINE_END]
