"""One sequence while it is being drawn: its ids and its text, and going back in it."""

import numpy as np

from textgen.decoding.copying import WordStart, WordStarts
from textgen.decoding.cursor import SequenceStart, begin_sequence
from textgen.decoding.history import HistoryTransform
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Logits, State
from textgen.decoding.results import Event, FinishReason, GeneratedSequence
from textgen.decoding.sampling import Sampler
from textgen.decoding.speech import CopyGuard

_ROOM = 256  # ids; doubled when used up


class Draft:
    """A sequence that grows token by token.

    Args:
        row: its number.
        prompt: what it goes on from.
        state: of the model, before the last id of the prompt. *Shape of each:* (1, ...).
        options: how to write.
        guard: notices copies.
    """

    def __init__(
        self, row: int, prompt: SequenceStart, state: State, options: DecodingOptions, guard: CopyGuard | None
    ) -> None:
        self._row, self._seed, self._options = row, prompt.seed, options
        self.cursor = begin_sequence(prompt, options, guard)
        self.starts = None if self.cursor.speech is None else WordStarts(WordStart(self.cursor, state))
        self._prompted = len(prompt.context)
        self._ids = np.zeros(self._prompted + _ROOM, np.int64)
        self._ids[: self._prompted] = prompt.context
        self._texts: list[str] = []
        self._shown = 0
        self.finish_reason: FinishReason | None = None

    def choose(self, logits: Logits, sampler: Sampler, history: HistoryTransform | None) -> int | None:
        """The next token; None when only tokens are left that lead to a copy.

        Args:
            logits: of the model. *Shape:* (vocabulary,).
            sampler: chooses.
            history: the transform that looks at the ids before, if any.
        """
        allowed = self.cursor.allowed()
        if allowed is not None:
            logits = np.where(allowed, logits, np.asarray(-np.inf, logits.dtype))
        tried = () if self.starts is None else self.starts.tried(self.cursor.length)
        if tried:
            logits = logits.copy()
            logits[list(tried)] = -np.inf
            if logits.max() == -np.inf:
                return None
        if history is not None:
            logits = history(logits, self._ids[: self._prompted + self.cursor.length])
        return sampler.choose(logits, self._seed, self.cursor.length)

    def write(self, token: int, log_probability: float, before: State) -> WordStart | None:
        """Adds a token.

        Args:
            token: chosen.
            log_probability: of the token, in nats.
            before: the model's state before it read the last id. *Shape of each:* (1, ...).

        Returns:
            Where the sequence went back to, when it had to.
        """
        step = self.cursor.advance(token, log_probability, self._options)
        if self.starts is not None:
            back = self.starts.written(WordStart(self.cursor, before, token), step)
            if back is not None:
                return self.go_back(back)
        place = self._prompted + self.cursor.length
        if place == len(self._ids):
            self._ids = np.concatenate([self._ids, np.zeros_like(self._ids)])
        self._ids[place] = token
        self._texts.append(step.text)
        self.cursor, self.finish_reason = step.cursor, step.reason
        return None

    def go_back(self, to: WordStart) -> WordStart:
        """Takes tokens back."""
        self.cursor = to.cursor
        del self._texts[to.cursor.length :]
        return to

    def event(self) -> Event | None:
        """What is new since the last event, if anything."""
        if self.finish_reason is not None:
            rest = "".join(self._texts[self._shown :])
            return Event(self._row, rest, self.cursor.lines, self._sequence(self.finish_reason))
        settled = None if self.starts is None else self.starts.settled
        text = "".join(self._texts[self._shown : settled])
        self._shown = len(self._texts) if settled is None else settled
        return Event(self._row, text, self.cursor.lines) if text else None

    def _sequence(self, reason: FinishReason) -> GeneratedSequence:
        written = self._ids[self._prompted : self._prompted + self.cursor.length]
        return GeneratedSequence(
            ids=tuple(written.tolist()),
            text="".join(self._texts),
            finish_reason=reason,
            seed=self._seed,
            log_probability=self.cursor.log_probability,
            relaxed=self.starts is not None and self.starts.relaxed,
        )
