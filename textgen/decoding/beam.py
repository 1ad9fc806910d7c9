"""Beam search: several beginnings are kept at each step, the best whole sequences win.

A sequence's score is its log-probability / length ** length_penalty, length in tokens, as in Hugging Face's
generation (GNMT, Wu et al. 2016, divides by ((5 + length) / 6) ** length_penalty instead). What forbids
repeating counts in the score; constraints rule tokens out and leave the score of the others as it is.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from textgen.decoding.cursor import SequenceStart, begin_sequence
from textgen.decoding.growth import Beam, Growth
from textgen.decoding.history import history_transform
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import State, StepFunction, take_rows
from textgen.decoding.results import Event
from textgen.decoding.speech import CopyGuard
from textgen.tokenizers.special import FIRST_LABEL


def beam_search(
    step: StepFunction,
    state: State,
    prompt: SequenceStart,
    options: DecodingOptions,
    guard: CopyGuard | None = None,
    first_piece: int = FIRST_LABEL,
) -> Iterator[Event]:
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
    """The whole sequences worth keeping, best first."""
    ranked = sorted(whole, key=lambda beam: -beam.score(options.length_penalty))
    return ranked[: options.num_return_sequences]


def _decided(live: Sequence[Beam], whole: Sequence[Beam], options: DecodingOptions) -> bool:
    """Whether no live beam can become better than what is kept.

    A beam's total only falls, so its score is highest at the best length. With a penalty above 0 that is the
    longest allowed; without a limit it would be endless, and the length of now is taken, as Hugging Face does.
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
