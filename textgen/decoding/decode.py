"""The way in: one prompt to as many sequences as the options ask for."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from textgen.decoding.beam import beam_search
from textgen.decoding.cursor import SequenceStart
from textgen.decoding.loop import draw_sequences
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import State, StepFunction, take_rows
from textgen.decoding.results import Event
from textgen.decoding.sampling import sequence_seeds
from textgen.decoding.speech import CopyGuard
from textgen.tokenizers.special import FIRST_LABEL


def decode(
    step: StepFunction,
    state: State,
    prompt: SequenceStart,
    options: DecodingOptions,
    guard: CopyGuard | None = None,
    first_piece: int = FIRST_LABEL,
) -> Iterator[Event]:
    """Writes `num_return_sequences` sequences from one prompt, and tells of each piece of text.

    Args:
        step: the model.
        state: before the last id of the prompt. *Shape of each:* (1, ...).
        prompt: what to go on from; its seed gives way to those of the options.
        options: how to write.
        guard: notices copies, needed for `no_copy`.
        first_piece: id after the speaker labels; ids below it are exempt from what forbids repeating.

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
