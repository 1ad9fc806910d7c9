"""One sequence while it is written: its ids, its text, its stop strings, and the way back from a copy."""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from textgen.decoding.constraints.base import Constraint
from textgen.decoding.constraints.script import Place, place_after
from textgen.decoding.copy_detection import CopyGuard, Speech
from textgen.decoding.logits import history_transform
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Event, FinishReason, GeneratedSequence, Logits, Mask, Renderer, State
from textgen.decoding.sampler import Sampler
from textgen.errors import ConfigurationError
from textgen.tokenizers.base import END, LINE_END


class StopStrings:
    """Passes text on, holding back any end of it that may become a stop string. Immutable.

    The stop string that is complete first ends the text, however the text is cut into pieces; of several
    complete at once, the longest.

    Args:
        stops: the stop strings; none lets everything pass.
        held: text not yet passed on.
        found: whether a stop string is complete.
        cut: characters at the end of the text that were dropped because of it.
        given: characters still to come that a person gave, in which no stop string is looked for.

    Example:
        With stop "cut", the pieces "a c", "ut" and " b" become "a " and "", and then the stop is found.
    """

    __slots__ = ("_given", "_stops", "cut", "found", "held")

    def __init__(
        self, stops: tuple[str, ...], held: str = "", found: bool = False, cut: int = 0, given: int = 0
    ) -> None:
        self._stops = stops
        self.held = held
        self.found = found
        self.cut = cut
        self._given = given

    def advance(self, text: str) -> tuple[str, "StopStrings"]:
        """The text that may be shown now, and the state after it."""
        if not self._stops or not text:
            return text, self
        given, seen = text[: self._given], self.held + text[self._given :]
        begin = self._begin(seen)
        if begin is not None:
            return given + seen[:begin], StopStrings(self._stops, found=True, cut=len(seen) - begin)
        keep = self._may_begin(seen)
        left = StopStrings(self._stops, seen[len(seen) - keep :], given=self._given - len(given))
        return given + seen[: len(seen) - keep], left

    def _begin(self, text: str) -> int | None:
        """The beginning of the stop string that ends first."""
        found = [(text.find(stop) + len(stop), text.find(stop)) for stop in self._stops if stop in text]
        return min(found)[1] if found else None

    def _may_begin(self, text: str) -> int:
        """Length of the longest end of the text that begins a stop string."""
        beginnings, longest = _beginnings(self._stops)
        return next((n for n in range(min(len(text), longest), 0, -1) if text[-n:] in beginnings), 0)


@lru_cache(maxsize=16)
def _beginnings(stops: tuple[str, ...]) -> tuple[frozenset[str], int]:
    """The beginnings of the stop strings, none of them whole, and the length of the longest."""
    return frozenset(stop[:end] for stop in stops for end in range(1, len(stop))), max(map(len, stops)) - 1


@dataclass(frozen=True)
class SequenceStart:
    """Where a sequence starts.

    Args:
        context: ids of the prompt, at least one; the model's state that goes with it has not read the last one.
        renderer: turns ids into text, after the prompt.
        constraint: on what is written; None allows everything.
        seed: of the draws.
        stops: watches for stop strings, in a state of its own where something was written before or is given; None is
            one that begins with the options' stop strings.
    """

    context: Sequence[int]
    renderer: Renderer
    constraint: Constraint | None = None
    seed: int = 0
    stops: StopStrings | None = None


class Cursor(NamedTuple):
    """The state of a sequence, apart from the model's.

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

    def advance(self, token: int, log_probability: float, options: DecodingOptions) -> "CursorStep":
        """The cursor and the text after one more id."""
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

    def _finished(self, text: str, reason: FinishReason) -> "CursorStep":
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
    """The result of one more id.

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
        """Where the last word of a copy begins, if the id completed one."""
        return None if self.cursor.speech is None else self.cursor.speech.copied_at

    @property
    def begins_word(self) -> bool:
        """Whether an unfinished word begins in the id."""
        return self.cursor.speech is not None and self.cursor.speech.began_word


def begin_sequence(prompt: SequenceStart, options: DecodingOptions, guard: CopyGuard | None) -> Cursor:
    """The cursor after a prompt.

    Raises:
        ConfigurationError: `no_copy` is on, but there is no guard.
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
        stops=prompt.stops or StopStrings(options.stop),
        speech=guard.begin(prompt.context, options.no_copy) if guard is not None and options.no_copy else None,
        log_probability=0.0,
    )


WORDS_BACK = 2
"""How many words can be taken back."""

TRIES = 5
"""How many first tokens of a word may lead to a copy before the previous word is taken back too."""


@dataclass
class WordStart:
    """The beginning of a word.

    Args:
        cursor: before its first token.
        state: of the model, before it has read the cursor's last id. *Shape of each:* (1, ...).
        token: the first token written there.
        tried: first tokens that led to a copy.
    """

    cursor: Cursor
    state: State
    token: int = -1
    tried: set[int] = field(default_factory=set)


class WordStarts:
    """The beginnings of the last words of one sequence, and the way back to them from a copy.

    The word that completes a copy is taken back, and its first token is forbidden in that place. Draws depend on seed
    and step alone, and so does what is written instead. When nothing is left to try there, the previous word is taken
    back too; when nothing is left there either, one copied word is let through, and that is recorded.

    Args:
        first: the beginning of the sequence.
    """

    def __init__(self, first: WordStart) -> None:
        self._starts = [first]
        self._pardon = False
        self._pardoned: int | None = None
        self.relaxed = False

    @property
    def settled(self) -> int | None:
        """How many tokens will not be taken back any more; None for all."""
        return self._starts[0].cursor.length if self._starts else None

    def tried(self, length: int) -> Set[int]:
        """The tokens forbidden next in a sequence of this length."""
        return self._starts[-1].tried if self._is_here(length) else frozenset()

    def written(self, before: WordStart, step: CursorStep) -> WordStart | None:
        """Records a token.

        Args:
            before: the sequence before the token, and the token.
            step: the cursor and the text after it.

        Returns:
            Where to go back to, when the token completed a copy.
        """
        here = before.cursor.length
        if self._is_here(here):
            self._starts[-1].token = before.token
        elif step.copied_at == here:
            self._starts.append(before)
        if step.copied_at in (None, self._pardoned):
            if step.begins_word and not self._is_here(here):
                self._starts = [*self._starts, before][-WORDS_BACK:]
            return None
        if self._pardon or not self._starts:
            # The token that completed the copy may begin the next word, which other tokens may then begin as well.
            self._starts = [before] if step.begins_word and step.copied_at != here else []
            self._pardon, self._pardoned, self.relaxed = False, step.copied_at, True
            return None
        while len(self._starts) > 1 and self._starts[-1].cursor.length > step.copied_at:
            self._starts.pop()
        return self.retry()

    def retry(self) -> WordStart:
        """Forbids the token at the last beginning; where too many were tried, goes back one word more."""
        last = self._starts[-1]
        last.tried.add(last.token)
        return self.back_up() if len(last.tried) > TRIES else last

    def back_up(self) -> WordStart:
        """Takes one more word back; when there is none, allows one copied word."""
        if len(self._starts) > 1:
            self._starts.pop()
            return self.retry()
        self._starts[0].tried.clear()
        self._pardon = True
        return self._starts[0]

    def _is_here(self, length: int) -> bool:
        return bool(self._starts) and self._starts[-1].cursor.length == length


_ROOM = 256  # ids; doubled when used up


class Chooser:
    """Chooses tokens as options say; sequences with the same options share it.

    Args:
        options: how to write.
        first_piece: id after the speaker labels; ids below it may always repeat.
    """

    def __init__(self, options: DecodingOptions, first_piece: int) -> None:
        self.options, self.sampler = options, Sampler(options)
        self.history = history_transform(options, first_piece)


class Draft:
    """A sequence that grows token by token.

    Args:
        row: its number.
        prompt: where it starts.
        state: of the model, before the last id of the prompt. *Shape of each:* (1, ...).
        chooser: of its tokens.
        guard: detects copies.

    Attributes:
        cursor: where it stands.
        finish_reason: why it ended; None while it has not.
        failed: whether an error ended it.
    """

    def __init__(
        self, row: int, prompt: SequenceStart, state: State, chooser: Chooser, guard: CopyGuard | None
    ) -> None:
        self._row, self._seed, self._chooser = row, prompt.seed, chooser
        self.cursor = begin_sequence(prompt, chooser.options, guard)
        self._starts = None if self.cursor.speech is None else WordStarts(WordStart(self.cursor, state))
        self._prompted = len(prompt.context)
        self._ids = np.zeros(self._prompted + _ROOM, np.int64)
        self._ids[: self._prompted] = prompt.context
        self._texts: list[str] = []
        self._shown = 0
        self.finish_reason: FinishReason | None = None
        self.failed = False

    def grow(self, logits: Logits, total: np.floating, before: State) -> WordStart | None:
        """Adds a token, or takes some back.

        Args:
            logits: of the model. *Shape:* (vocabulary,).
            total: logarithm of the sum of their exponentials.
            before: the model's state before it read the last id. *Shape of each:* (1, ...).

        Returns:
            Where the sequence went back to, when it had to.
        """
        token = self._choose(logits)
        if token is not None:
            return self._write(token, float(logits[token] - total), before)
        assert self._starts is not None, "only a sequence that may go back has no token left"
        return self._go_back(self._starts.back_up())

    def _choose(self, logits: Logits) -> int | None:
        """The next token; None when every token left leads to a copy."""
        allowed = self.cursor.allowed()
        if allowed is not None:
            logits = np.where(allowed, logits, np.asarray(-np.inf, logits.dtype))
        tried = () if self._starts is None else self._starts.tried(self.cursor.length)
        if tried:
            logits = logits.copy()
            logits[list(tried)] = -np.inf
            if logits.max() == -np.inf:
                return None
        if self._chooser.history is not None:
            logits = self._chooser.history(logits, self._ids[: self._prompted + self.cursor.length])
        return self._chooser.sampler.choose(logits, self._seed, self.cursor.length)

    def _write(self, token: int, log_probability: float, before: State) -> WordStart | None:
        """Adds a token with this log-probability in nats, unless it completes a copy."""
        step = self.cursor.advance(token, log_probability, self._chooser.options)
        if self._starts is not None:
            back = self._starts.written(WordStart(self.cursor, before, token), step)
            if back is not None:
                return self._go_back(back)
        place = self._prompted + self.cursor.length
        if place == len(self._ids):
            self._ids = np.concatenate([self._ids, np.zeros_like(self._ids)])
        self._ids[place] = token
        self._texts.append(step.text)
        self.cursor, self.finish_reason = step.cursor, step.reason
        return None

    def _go_back(self, to: WordStart) -> WordStart:
        """Takes tokens back."""
        self.cursor = to.cursor
        del self._texts[to.cursor.length :]
        return to

    def event(self) -> Event | None:
        """What is new since the last event, if anything."""
        if self.finish_reason is not None:
            rest = "".join(self._texts[self._shown :])
            return Event(self._row, rest, self.cursor.lines, self._sequence(self.finish_reason))
        settled = None if self._starts is None else self._starts.settled
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
            relaxed=self._starts is not None and self._starts.relaxed,
        )
