"""The loops that write: a token of every sequence in a step, or the best of several candidates for a line."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeAlias

import numpy as np

from textgen.decoding.beam import beam_search
from textgen.decoding.copy_detection import CopyGuard
from textgen.decoding.logits import log_totals
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import (
    Event,
    FinishReason,
    GeneratedSequence,
    Ids,
    State,
    StepFunction,
    collect,
    concatenated,
    take_rows,
)
from textgen.decoding.sampler import line_seed, sequence_seeds
from textgen.decoding.sequence import Chooser, Draft, SequenceStart, StopStrings
from textgen.tokenizers.base import FIRST_LABEL

Decoder: TypeAlias = Callable[
    [StepFunction, State, SequenceStart, DecodingOptions, CopyGuard | None, int], Iterator[Event]
]
"""Writes sequences from one prompt; the arguments are those of `decode`."""

Drawing: TypeAlias = Callable[[State, Sequence[SequenceStart], DecodingOptions, CopyGuard | None, int], Iterator[Event]]
"""Draws a sequence for each prompt; the arguments are those of `draw_sequences` after the first."""


Write: TypeAlias = Callable[[State, SequenceStart, DecodingOptions], Iterator[Event]]
"""Writes sequences from one prompt, as `decode` does with a model."""

Choose: TypeAlias = Callable[[Sequence[int], Sequence[GeneratedSequence]], int]
"""The ids before a line, and candidates for it, to the number of the best one."""


class Batch:
    """Sequences that are written side by side: one step of the model for all of them. Others may join between steps.

    A sequence that is done leaves the batch. What is drawn in one depends on its seed alone, not on the others.

    Args:
        step: the model.
        joined: puts states side by side.
    """

    def __init__(self, step: StepFunction, joined: Callable[[Sequence[State]], State] = concatenated) -> None:
        self._step, self._joined = step, joined
        self._drafts: list[Draft] = []
        self._state: State = ()

    def __len__(self) -> int:
        """How many sequences are not done."""
        return len(self._drafts)

    def join(self, drafts: Sequence[Draft], state: State) -> None:
        """Adds sequences.

        Args:
            drafts: that begin.
            state: before the last id of each one's prompt. *Shape of each:* (drafts, ...).
        """
        self._state = self._joined([self._state, state]) if self._drafts else state
        self._drafts += drafts

    def keep(self, wanted: Callable[[Draft], bool]) -> None:
        """Drops the sequences that nobody wants any more."""
        going = [row for row, draft in enumerate(self._drafts) if wanted(draft)]
        if len(going) < len(self._drafts):
            self._drafts = [self._drafts[row] for row in going]
            self._state = take_rows(self._state, np.array(going, np.intp))

    def advance(self) -> list[tuple[Draft, Event | Exception]]:
        """Writes a token of every sequence.

        Returns:
            For each sequence with new text an event; for one that cannot go on, which leaves the others as they are,
            the error.

        Raises:
            ModelError: the model gives numbers that are not finite.
        """
        before = self._state
        logits, self._state = self._step(np.array([draft.cursor.last for draft in self._drafts]), before)
        totals = log_totals(logits)
        found: list[tuple[Draft, Event | Exception]] = []
        for row, draft in enumerate(self._drafts):
            try:
                back = draft.grow(logits[row], totals[row], _row(before, row))
                event = draft.event()
            except Exception as error:
                draft.failed = True
                found.append((draft, error))
                continue
            if back is not None:
                self._state = _with_row(self._state, row, back.state)
            if event is not None:
                found.append((draft, event))
        self.keep(lambda draft: draft.finish_reason is None and not draft.failed)
        return found


def begin_drafts(
    state: State,
    prompts: Sequence[SequenceStart],
    options: DecodingOptions,
    guard: CopyGuard | None = None,
    first_piece: int = FIRST_LABEL,
) -> list[Draft]:
    """The sequences that start from the prompts; the arguments are those of `draw_sequences`."""
    chooser = Chooser(options, first_piece)
    return [Draft(row, prompt, _row(state, row), chooser, guard) for row, prompt in enumerate(prompts)]


def draw_sequences(
    step: StepFunction,
    state: State,
    prompts: Sequence[SequenceStart],
    options: DecodingOptions,
    guard: CopyGuard | None = None,
    first_piece: int = FIRST_LABEL,
) -> Iterator[Event]:
    """Writes a sequence for each prompt, greedily or by drawing, and yields an event for each piece of text.

    Args:
        step: the model.
        state: before the last id of each prompt. *Shape of each:* (prompts, ...).
        prompts: one per sequence.
        options: how to write.
        guard: detects copies, needed for `no_copy`.
        first_piece: id after the speaker labels; ids below it may always repeat.

    Raises:
        ModelError: the model gives numbers that are not finite.
    """
    batch = Batch(step)
    batch.join(begin_drafts(state, prompts, options, guard, first_piece), state)
    while batch:
        for _, event in batch.advance():
            if isinstance(event, Exception):
                raise event
            yield event


def decode(
    step: StepFunction,
    state: State,
    prompt: SequenceStart,
    options: DecodingOptions,
    guard: CopyGuard | None = None,
    first_piece: int = FIRST_LABEL,
    draw: Drawing | None = None,
) -> Iterator[Event]:
    """Writes `num_return_sequences` sequences from one prompt, and yields an event for each piece of text.

    Args:
        step: the model.
        state: before the last id of the prompt. *Shape of each:* (1, ...).
        prompt: where the sequences start; its seed is replaced by those of the options.
        options: how to write.
        guard: detects copies, needed for `no_copy`.
        first_piece: id after the speaker labels; ids below it may always repeat.
        draw: draws them where there are no beams; None is `draw_sequences` with this model.

    Raises:
        ModelError: the model gives numbers that are not finite.

    Example:
        >>> for event in decode(model.step, state, prompt, DecodingOptions(lines=2)):  # doctest: +SKIP
        ...     print(event.text, end="")
    """
    seeds = sequence_seeds(options)
    if options.num_beams > 1:
        return beam_search(step, state, replace(prompt, seed=seeds[0]), options, guard, first_piece)
    prompts = [replace(prompt, seed=seed) for seed in seeds]
    together = take_rows(state, np.zeros(len(prompts), np.intp))
    return (draw or partial(draw_sequences, step))(together, prompts, options, guard, first_piece)


class LineByLine:
    """Writes sequences line by line: of several candidates for a line one is chosen, and the next line follows it.

    Args:
        write: writes the candidates.
        read: the state after ids (time, batch) and the state before them.
        choose: among the candidates.
        candidates: how many there are for each line.
    """

    def __init__(self, write: Write, read: Callable[[Ids, State], State], choose: Choose, candidates: int) -> None:
        self._write, self._read, self._choose, self._candidates = write, read, choose, candidates

    def decode(self, state: State, prompt: SequenceStart, options: DecodingOptions) -> Iterator[Event]:
        """Writes `num_return_sequences` sequences, one after the other, and yields an event for each line.

        Args:
            state: before the last id of the prompt. *Shape of each:* (1, ...).
            prompt: where the sequences start; its seed is replaced by those of the options.
            options: how to write; draws.

        Raises:
            ModelError: the model gives numbers that are not finite.
        """
        for row, seed in enumerate(sequence_seeds(options)):
            yield from self._sequence(row, seed, state, prompt, options)

    def _sequence(
        self, row: int, seed: int, state: State, start: SequenceStart, options: DecodingOptions
    ) -> Iterator[Event]:
        stops, lines = start.stops or StopStrings(options.stop), 0
        whole, reason = GeneratedSequence((), "", "length", seed, 0.0), None
        while reason is None:
            start = replace(start, stops=stops)
            best = self._line(state, start, options, line_seed(seed, lines), len(whole.ids))
            state = self._read(np.array([[start.context[-1]], *([token] for token in best.ids[:-1])]), state)
            text, start = _written(start, best)
            lines += best.finish_reason == "lines"
            text, stops = stops.advance(text)
            reason = _reason(best, lines, len(whole.ids) + len(best.ids), options)
            if reason is not None and not stops.found:
                rest, stops = stops.advance(start.renderer.flush())
                text += rest + stops.held
                reason = "stop" if stops.found else reason
            whole = replace(
                whole,
                ids=whole.ids + best.ids,
                text=whole.text + text,
                finish_reason=reason or "length",
                log_probability=whole.log_probability + best.log_probability,
                relaxed=whole.relaxed or best.relaxed,
            )
            yield Event(row, text, lines, whole if reason else None)

    def _line(
        self, state: State, start: SequenceStart, options: DecodingOptions, seed: int, length: int
    ) -> GeneratedSequence:
        """The best candidate for the next line of a sequence of so many tokens."""
        left = None if options.max_new_tokens is None else options.max_new_tokens - length
        asked = replace(options, lines=1, max_new_tokens=left, num_return_sequences=self._candidates, seed=seed)
        found = collect(self._write(state, start, asked))
        return found[self._choose(start.context, found)]


def _written(start: SequenceStart, line: GeneratedSequence) -> tuple[str, SequenceStart]:
    """The text of a line, and where the next one starts."""
    text, renderer, constraint = "", start.renderer, start.constraint
    for token in line.ids:
        piece, renderer = renderer.advance(token)
        text += piece
        constraint = None if constraint is None else constraint.advance(token)
    return text, SequenceStart([*start.context, *line.ids], renderer, constraint)


def _reason(line: GeneratedSequence, lines: int, length: int, options: DecodingOptions) -> FinishReason | None:
    """Why a sequence ends with a line, if it does."""
    if line.finish_reason != "lines":
        return line.finish_reason
    if options.lines is not None and lines >= options.lines:
        return "lines"
    return "length" if length == options.max_new_tokens else None


def _row(state: State, row: int) -> State:
    return tuple(array[row : row + 1] for array in state)


def _with_row(state: State, row: int, values: State) -> State:
    changed = tuple(array.copy() for array in state)
    for array, value in zip(changed, values, strict=True):
        # What a chat looks at may have become wider or narrower by padding since, when others joined the batch.
        width = min(array.shape[1], value.shape[1])
        array[row, :width] = value[0, :width]
    return changed
