"""Beam search: several beginnings are kept at each step, the best whole sequences win.

A sequence's score is its log-probability / length ** length_penalty, length in tokens, as in Hugging Face's
generation (GNMT, Wu et al. 2016, divides by ((5 + length) / 6) ** length_penalty instead). Options
against repetition change the score; constraints rule tokens out and leave the scores of the others unchanged.
"""

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from textgen.decoding.copy_detection import CopyGuard
from textgen.decoding.logits import HistoryTransform, history_transform, log_totals
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import (
    Event,
    FinishReason,
    GeneratedSequence,
    Logits,
    State,
    StepFunction,
    take_rows,
)
from textgen.decoding.sampler import nothing_left
from textgen.decoding.sequence import Cursor, SequenceStart, begin_sequence
from textgen.tokenizers.base import FIRST_LABEL

_CANDIDATES = 4  # per beam, so that enough remain when some end or are copies


class Beam(NamedTuple):
    """A sequence, finished or not.

    Args:
        cursor: after its last id.
        ids: written.
        text: written.
        total: its log-probability as the search counts it, in nats.
        parent: the live beam it grew from, by number.
        reason: why it is finished; None while it is not.
        relaxed: whether a copy had to be let through.
    """

    cursor: Cursor
    ids: tuple[int, ...] = ()
    text: str = ""
    total: float = 0.0
    parent: int = 0
    reason: FinishReason | None = None
    relaxed: bool = False

    def sequence(self, seed: int) -> GeneratedSequence:
        """The sequence that is returned of a finished beam."""
        reason = self.reason or "length"
        return GeneratedSequence(self.ids, self.text, reason, seed, self.cursor.log_probability, self.relaxed)

    def score(self, penalty: float, length: int | None = None) -> float:
        """The total divided by a power of the length in tokens: the beam's own length, or the one given."""
        return self.total / math.pow(len(self.ids) if length is None else length, penalty)


class Growth:
    """Extends beams by one id at a time.

    Args:
        context: ids of the prompt.
        options: how to write.
        history: the transform that looks at the ids before, if any.
    """

    def __init__(self, context: Sequence[int], options: DecodingOptions, history: HistoryTransform | None) -> None:
        self._context = tuple(context)
        self._options = options
        self._history = history

    def grow(self, live: Sequence[Beam], logits: Logits) -> list[Beam]:
        """The best beams that are one id longer, at most `num_beams` of them unfinished.

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
            original: rule out ids that end a word and so complete a copy.
        """
        counted = log_p.copy()
        for row, beam in enumerate(live):
            allowed = beam.cursor.allowed()
            if self._history is not None:
                before = np.array(self._context + beam.ids)
                changed = self._history(logits[row], before)
                if allowed is not None and changed[allowed].max(initial=-np.inf) == -np.inf:
                    changed = logits[row]  # where every id would be ruled out, none is, as in drawing
                counted[row] = changed - log_totals(changed[None])
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
            copies: whether ids that complete a copy may be followed.
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
        """The best continuations: total, number of the beam, id; equals by number and id."""
        before = np.array([beam.total for beam in live])
        rough = (counted + before.astype(counted.dtype)[:, None]).ravel()
        count = min(_CANDIDATES * self._options.num_beams, len(rough))
        # Which of several equals a partition chooses depends on the processor; the value it finds does not.
        least = np.partition(rough, len(rough) - count)[len(rough) - count]
        places = np.flatnonzero((rough >= least) & (rough > -np.inf))
        parents, tokens = np.divmod(places, counted.shape[-1])
        totals = before[parents] + counted[parents, tokens]
        best = np.argsort(-totals, kind="stable")[:count]
        return list(zip(totals[best].tolist(), parents[best].tolist(), tokens[best].tolist(), strict=True))


def beam_search(
    step: StepFunction,
    state: State,
    prompt: SequenceStart,
    options: DecodingOptions,
    guard: CopyGuard | None = None,
    first_piece: int = FIRST_LABEL,
) -> Iterator[Event]:
    """Finds the `num_return_sequences` best sequences; the best is row 0.

    During the search it yields the beginning shared by all sequences that can still win. Finished sequences are
    kept, up to the number returned; the search ends when no live beam can become better than the worst of them.

    Args:
        step: the model.
        state: before the last id of the prompt. *Shape of each:* (1, ...).
        prompt: what to go on from.
        options: how to write.
        guard: detects copies, needed for `no_copy`; an id that completes a copy is not followed.
        first_piece: id after the speaker labels; ids below it may always repeat.

    Raises:
        ModelError: the model gives numbers that are not finite.
    """
    growth = Growth(prompt.context, options, history_transform(options, first_piece))
    live, whole, shown = [Beam(begin_sequence(prompt, options, guard))], list[Beam](), ""
    while live:
        logits, state = step(np.array([beam.cursor.last for beam in live]), state)
        grown = growth.grow(live, logits)
        live = [beam for beam in grown if beam.reason is None]
        whole = _best([*whole, *(beam for beam in grown if beam.reason is not None)], options)
        if _decided(live, whole, options):
            break
        state = take_rows(state, np.array([beam.parent for beam in live], np.intp))
        shared = _shared_beginning([beam.text for beam in (*live, *whole)])
        if len(shared) > len(shown):
            yield Event(0, shared[len(shown) :], min(beam.cursor.lines for beam in (*live, *whole)))
            shown = shared
    for row, beam in enumerate(whole):
        text = beam.text if row else beam.text[len(shown) :]
        yield Event(row, text, beam.cursor.lines, beam.sequence(prompt.seed))


def _best(whole: list[Beam], options: DecodingOptions) -> list[Beam]:
    """The finished sequences worth keeping, best first."""
    ranked = sorted(whole, key=lambda beam: -beam.score(options.length_penalty))
    return ranked[: options.num_return_sequences]


def _decided(live: Sequence[Beam], whole: Sequence[Beam], options: DecodingOptions) -> bool:
    """Whether no live beam can become better than what is kept.

    A beam's total only falls, so its score is highest at the best length. With a penalty above 0 that is the
    longest allowed; without a limit the current length is used, as Hugging Face does.
    """
    if len(whole) < options.num_return_sequences:
        return False
    penalty = options.length_penalty
    length = options.max_new_tokens if penalty > 0 else None
    worst = whole[-1].score(penalty)
    return all(beam.score(penalty, length) <= worst for beam in live)


def _shared_beginning(texts: Sequence[str]) -> str:
    """The longest beginning that all the texts have."""
    first, last = min(texts), max(texts)
    return first[: next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))]
