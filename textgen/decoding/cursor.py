"""How far a sequence has got: all that changes with each id, immutable, so that one can go back or branch."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from textgen.decoding.constraints import Constraint
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Mask, Renderer
from textgen.decoding.results import FinishReason
from textgen.decoding.speech import CopyGuard, Speech
from textgen.decoding.stopping import StopStrings
from textgen.decoding.structure import Place, place_after
from textgen.errors import ConfigurationError
from textgen.tokenizers.special import END, LINE_END


@dataclass(frozen=True)
class SequenceStart:
    """What a sequence goes on from.

    Args:
        context: ids of the prompt, at least one; the model's state that goes with it is from before the last.
        renderer: puts ids into text, after the prompt.
        constraint: on what is written; None allows everything.
        seed: of the draws.
    """

    context: Sequence[int]
    renderer: Renderer
    constraint: Constraint | None = None
    seed: int = 0


class Cursor(NamedTuple):
    """The state of a sequence besides the model's.

    Args:
        length: ids written.
        last: the last id, of the prompt or written.
        place: of the next id in the script.
        lines: whole lines written.
        constraint: on the next id.
        renderer: after the ids.
        stops: watches the text for stop strings.
        speech: watches the words for copies; None when copies are no concern.
        log_probability: of the ids by the model alone, in nats.
    """

    length: int
    last: int
    place: Place
    lines: int
    constraint: Constraint | None
    renderer: Renderer
    stops: StopStrings
    speech: Speech | None
    log_probability: float

    def allowed(self) -> Mask | None:
        """The ids that may come next."""
        return None if self.constraint is None else self.constraint.allowed()

    def advance(self, token: int, log_probability: float, options: DecodingOptions) -> "Step":
        """What one more id brings."""
        text, renderer = self.renderer.advance(token)
        text, stops = self.stops.advance(text)
        cursor = Cursor(
            self.length + 1,
            token,
            self.place.after(token),
            self.lines + (token == LINE_END and self.place is not Place.HEADING),
            None if self.constraint is None else self.constraint.advance(token),
            renderer,
            stops,
            None if self.speech is None else self.speech.advance(token, self.place),
            self.log_probability + log_probability,
        )
        reason = cursor._finish_reason(options)
        if reason is None:
            return CursorStep(cursor, text, None)
        return cursor._finished(text, reason)

    def _finished(self, text: str, reason: FinishReason) -> "Step":
        """The last step: nothing is held back any more, and the last word is whole."""
        stops = self.stops
        if not stops.found:
            rest, stops = stops.advance(self.renderer.flush())
            text += rest + stops.held
            reason = "stop" if stops.found else reason
        speech = None if self.speech is None else self.speech.cut(stops.cut)
        return CursorStep(self._replace(speech=speech), text, reason)

    def _finish_reason(self, options: DecodingOptions) -> FinishReason | None:
        if self.last == END:
            return "end"
        if self.stops.found:
            return "stop"
        if options.lines is not None and self.lines >= options.lines:
            return "lines"
        if options.max_new_tokens is not None and self.length >= options.max_new_tokens:
            return "length"
        return None


class CursorStep(NamedTuple):
    """One more id.

    Args:
        cursor: after it.
        text: that may be shown now.
        reason: why the sequence ends with it, if it does.
    """

    cursor: Cursor
    text: str
    reason: FinishReason | None

    @property
    def copied_at(self) -> int | None:
        """Where the last word of a copy begins that the id made whole."""
        return None if self.cursor.speech is None else self.cursor.speech.copied_at

    @property
    def begins_word(self) -> bool:
        """Whether a word begins in the id that is not whole yet."""
        return self.cursor.speech is not None and self.cursor.speech.began_word


def begin_sequence(prompt: SequenceStart, options: DecodingOptions, guard: CopyGuard | None) -> Cursor:
    """The cursor after a prompt.

    Raises:
        ConfigurationError: copies are to be kept out, but nothing is there to notice them.
    """
    if options.no_copy and guard is None:
        raise ConfigurationError(
            f"no_copy={options.no_copy} was asked for, but the model has no index of its training corpus: "
            "leave no_copy out, or train the model with its index."
        )
    return Cursor(
        length=0,
        last=prompt.context[-1],
        place=place_after(prompt.context),
        lines=0,
        constraint=prompt.constraint,
        renderer=prompt.renderer,
        stops=StopStrings(options.stop),
        speech=guard.begin(prompt.context, options.no_copy) if guard is not None and options.no_copy else None,
        log_probability=0.0,
    )
