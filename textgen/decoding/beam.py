"""Beam search: several beginnings are kept at each step, the best whole sequences win.

A sequence's score is its log-probability / length ** length_penalty, length in tokens, as in Hugging Face's
generation (GNMT, Wu et al. 2016, divides by ((5 + length) / 6) ** length_penalty instead). What forbids
repeating counts in the score; constraints rule tokens out and leave the score of the others as it is.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from textgen.decoding import results
from textgen.decoding.cursor import Cursor, Prompt, start
from textgen.decoding.history import HistoryTransform, history_transform
from textgen.decoding.loop import log_totals
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Logits, State, StepFunction, take_rows
from textgen.decoding.sampling import nothing_left
from textgen.decoding.speech import CopyGuard
from textgen.text.special import FIRST_LABEL

_CANDIDATES = 4  # a beam, so that enough remain when some end or are copies


class Beam(NamedTuple):
    """A sequence, whole or not.

    Args:
        cursor: after its last id.
        ids: written.
        text: written.
        total: its log-probability as the search counts it, in nats.
        parent: the live beam it grew from, by number.
        reason: why it is whole; None when it is not.
        relaxed: whether a copy had to be let through.
    """

    cursor: Cursor
    ids: tuple[int, ...] = ()
    text: str = ""
    total: float = 0.0
    parent: int = 0
    reason: results.FinishReason | None = None
    relaxed: bool = False

    def sequence(self, seed: int) -> results.Sequence:
        """What is returned of a whole one."""
        reason = self.reason or "length"
        return results.Sequence(self.ids, self.text, reason, seed, self.cursor.log_probability, self.relaxed)

    def score(self, penalty: float, length: int | None = None) -> float:
        """The total, divided by a power of the length (tokens), its own or the one given."""
        return self.total / math.pow(len(self.ids) if length is None else length, penalty)


def beam_search(
    step: StepFunction,
    state: State,
    prompt: Prompt,
    options: DecodingOptions,
    guard: CopyGuard | None = None,
    first_piece: int = FIRST_LABEL,
) -> Iterator[results.Event]:
    """Writes the `num_return_sequences` best sequences, the best as row 0.

    While it searches it tells the beginning that all sequences share which may still win. Sequences that end
    are kept, as many as are returned; the search ends when no live beam can become better than the worst of
    them.

    Args:
        step: the model.
        state: before the last id of the prompt. *Shape of each:* (1, ...).
        prompt: what to go on from.
        options: how to write.
        guard: notices copies, needed for `no_copy`; an id that makes a copy whole is not followed.
        first_piece: id after the speaker labels; ids below it are exempt from what forbids repeating.

    Raises:
        ModelError: the model gives numbers that are not finite.
    """
    search = _Search(prompt, options, history_transform(options, first_piece))
    live, whole, shown = [Beam(start(prompt, options, guard))], list[Beam](), ""
    while live:
        logits, state = step(np.array([beam.cursor.last for beam in live]), state)
        grown = search.grow(live, logits)
        live = [beam for beam in grown if beam.reason is None]
        whole = search.best([*whole, *(beam for beam in grown if beam.reason is not None)])
        if search.decided(live, whole):
            break
        state = take_rows(state, np.array([beam.parent for beam in live], np.intp))
        shared = _shared_beginning([beam.text for beam in (*live, *whole)])
        if len(shared) > len(shown):
            yield results.Event(0, shared[len(shown) :])
            shown = shared
    for row, beam in enumerate(whole):
        yield results.Event(row, beam.text if row else beam.text[len(shown) :], beam.sequence(prompt.seed))


class _Search:
    """What stays the same during a search.

    Args:
        prompt: what is gone on from.
        options: how to write.
        history: the transform that looks at the ids before, if any.
    """

    def __init__(self, prompt: Prompt, options: DecodingOptions, history: HistoryTransform | None) -> None:
        self._context = tuple(prompt.context)
        self._options = options
        self._history = history

    def grow(self, live: Sequence[Beam], logits: Logits) -> list[Beam]:
        """The best beams that are one id longer; of those that are not whole as many as are kept.

        Raises:
            RuntimeError: no id may follow any beam, an error in the constraints.
        """
        log_p = logits - log_totals(logits)[:, None]
        grown = self._follow(live, log_p, self._counted(live, logits, log_p, original=True), copies=False)
        if not grown and any(beam.cursor.speech is not None for beam in live):
            grown = self._follow(live, log_p, self._counted(live, logits, log_p, original=False), copies=True)
        if not grown:
            raise nothing_left(len(live[0].ids))
        return grown

    def _counted(self, live: Sequence[Beam], logits: Logits, log_p: Logits, original: bool) -> Logits:
        """What each id would add to the total of each beam, (beams, vocabulary); -inf for what may not follow.

        Args:
            live: the beams.
            logits: of the model. *Shape:* (beams, vocabulary).
            log_p: its log-probabilities. *Shape:* (beams, vocabulary).
            original: rule out what ends a word that would make a copy whole.
        """
        counted = log_p.copy()
        for row, beam in enumerate(live):
            if self._history is not None:
                changed = self._history(logits[row], np.array(self._context + beam.ids))
                counted[row] = changed - log_totals(changed[None])
            allowed = beam.cursor.allowed()
            if allowed is not None:
                counted[row, ~allowed] = -np.inf
            speech = beam.cursor.speech
            if original and speech is not None and speech.closed().copied_at is not None:
                counted[row, speech.guard.pieces.ending_word] = -np.inf
        return counted

    def _follow(self, live: Sequence[Beam], log_p: Logits, counted: Logits, copies: bool) -> list[Beam]:
        """The beams that the best ids lead to.

        Args:
            live: the beams.
            log_p: log-probabilities by the model alone. *Shape:* (beams, vocabulary).
            counted: what each id adds to a total. *Shape:* (beams, vocabulary).
            copies: whether ids that make a copy whole may be followed.
        """
        grown: list[Beam] = []
        for total, parent, token in self._ranked(live, counted):
            beam = live[parent]
            step = beam.cursor.advance(token, float(log_p[parent, token]), self._options)
            copied = step.copied_at is not None
            if copied and not copies:
                continue
            ids, text, relaxed = (*beam.ids, token), beam.text + step.text, beam.relaxed or copied
            grown.append(Beam(step.cursor, ids, text, total, parent, step.reason, relaxed))
            if sum(beam.reason is None for beam in grown) == self._options.num_beams:
                break
        return grown

    def _ranked(self, live: Sequence[Beam], counted: Logits) -> list[tuple[float, int, int]]:
        """The best continuations: total, number of the beam, id."""
        totals = np.array([beam.total for beam in live], counted.dtype)
        flat = (counted + totals[:, None]).ravel()
        count = min(_CANDIDATES * self._options.num_beams, len(flat))
        best = np.argpartition(flat, len(flat) - count)[-count:]
        parents, tokens = np.divmod(best[flat[best] > -np.inf], counted.shape[-1])
        found = [
            (live[parent].total + float(counted[parent, token]), parent, token)
            for parent, token in zip(parents.tolist(), tokens.tolist(), strict=True)
        ]
        return sorted(found, key=lambda one: (-one[0], one[1], one[2]))

    def best(self, whole: list[Beam]) -> list[Beam]:
        """The whole sequences worth keeping, best first."""
        ranked = sorted(whole, key=lambda beam: -beam.score(self._options.length_penalty))
        return ranked[: self._options.num_return_sequences]

    def decided(self, live: Sequence[Beam], whole: Sequence[Beam]) -> bool:
        """Whether no live beam can become better than what is kept."""
        if len(whole) < self._options.num_return_sequences:
            return False
        penalty = self._options.length_penalty
        worst = whole[-1].score(penalty)
        return all(beam.score(penalty, self._best_length(beam)) <= worst for beam in live)

    def _best_length(self, beam: Beam) -> int:
        """The length at which the beam's score is highest if its total stays as it is.

        Without a limit of the length a penalty above 0 would have every beam go on for ever: the length of
        now is taken then, as Hugging Face does.
        """
        longest = self._options.max_new_tokens
        if self._options.length_penalty > 0 and longest is not None:
            return longest
        return len(beam.ids)


def _shared_beginning(texts: Sequence[str]) -> str:
    """The longest beginning that all the texts have."""
    first, last = min(texts), max(texts)
    return first[: next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]
