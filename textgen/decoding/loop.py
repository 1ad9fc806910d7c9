"""The loop that draws sequences: one step of the model for all of them, one token for each."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from textgen.decoding.beam import beam_search
from textgen.decoding.copy_detection import CopyGuard
from textgen.decoding.logits import history_transform, log_totals
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Event, State, StepFunction, take_rows
from textgen.decoding.sampler import Sampler, sequence_seeds
from textgen.decoding.sequence import Draft, SequenceStart
from textgen.tokenizers.base import FIRST_LABEL


def draw_sequences(
    step: StepFunction,
    state: State,
    prompts: Sequence[SequenceStart],
    options: DecodingOptions,
    guard: CopyGuard | None = None,
    first_piece: int = FIRST_LABEL,
) -> Iterator[Event]:
    """Writes a sequence for each prompt, greedily or by drawing, and yields an event for each piece of text.

    A sequence that is done leaves the batch. What is drawn in one depends on its seed alone, not on the
    others.

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
    sampler, history = Sampler(options), history_transform(options, first_piece)
    drafts = [Draft(row, prompt, _row(state, row), options, guard) for row, prompt in enumerate(prompts)]
    while drafts:
        before = state
        logits, state = step(np.array([draft.cursor.last for draft in drafts]), before)
        totals = log_totals(logits)
        for row, draft in enumerate(drafts):
            back = None
            token = draft.choose(logits[row], sampler, history)
            if token is not None:
                log_probability = float(logits[row, token] - totals[row])
                back = draft.write(token, log_probability, _row(before, row))
            elif draft.starts is not None:
                back = draft.go_back(draft.starts.back_up())
            if back is not None:
                state = _with_row(state, row, back.state)
            event = draft.event()
            if event is not None:
                yield event
        if any(draft.finish_reason for draft in drafts):
            going = [row for row, draft in enumerate(drafts) if draft.finish_reason is None]
            drafts, state = [drafts[row] for row in going], take_rows(state, np.array(going, np.intp))


def decode(
    step: StepFunction,
    state: State,
    prompt: SequenceStart,
    options: DecodingOptions,
    guard: CopyGuard | None = None,
    first_piece: int = FIRST_LABEL,
) -> Iterator[Event]:
    """Writes `num_return_sequences` sequences from one prompt, and yields an event for each piece of text.

    Args:
        step: the model.
        state: before the last id of the prompt. *Shape of each:* (1, ...).
        prompt: where the sequences start; its seed is replaced by those of the options.
        options: how to write.
        guard: detects copies, needed for `no_copy`.
        first_piece: id after the speaker labels; ids below it may always repeat.

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
    return draw_sequences(step, together, prompts, options, guard, first_piece)


def _row(state: State, row: int) -> State:
    return tuple(array[row : row + 1] for array in state)


def _with_row(state: State, row: int, values: State) -> State:
    changed = tuple(array.copy() for array in state)
    for array, value in zip(changed, values, strict=True):
        array[row] = value[0]
    return changed
