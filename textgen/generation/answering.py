"""The protocol of models that reply, and one reply: shown while it is written, or chosen from several."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

from textgen.corpus.document import Line
from textgen.decoding.constraints.base import Constraint
from textgen.decoding.constraints.reply import ReplyShape
from textgen.decoding.copy_detection import CopyGuard
from textgen.decoding.options import ChatOptions, DecodingOptions
from textgen.decoding.protocols import Event, GeneratedSequence, Logits, collect
from textgen.discriminator.calibration import sigmoid
from textgen.discriminator.scorer import Scorer
from textgen.generation.conversation import Reply, ReplyContext
from textgen.generation.ranking import Candidate, beginning, candidate
from textgen.model_folder import ModelCard
from textgen.tokenizers.base import Tokenizer


@dataclass(frozen=True)
class ReplyTrace:
    """What happened in a network while it predicted a reply.

    Args:
        context: ids of what the network had read.
        reply: ids of the reply, with the one that ends it.
        logits: from which each of them was chosen. *Shape:* (reply, vocabulary).
        attention: the weights of the context's tokens; None for a network without attention. *Shape:* (reply, context).
        copied: the share of each id's probability that comes from copying it out of the context; None for a network
            that does not copy. *Shape:* (reply,).
    """

    context: Sequence[int]
    reply: Sequence[int]
    logits: Logits
    attention: Logits | None = None
    copied: Logits | None = None


class Responder(Protocol):
    """A model that continues a conversation.

    Attributes:
        name: of the bot or character.
        path, card, tokenizer: of the model.
        shape: the rules for its replies.
        turns: how many of the last turns it reads.
        defaults: the model's own values of options.
    """

    name: str
    path: Path
    card: ModelCard
    tokenizer: Tokenizer
    shape: ReplyShape
    turns: int
    defaults: Mapping[str, Any]

    def guard(self, options: DecodingOptions) -> CopyGuard | None:
        """The detector of copies from the training corpus; None where the options ask for none.

        Raises:
            ConfigurationError: the model has no novelty index.
        """

    def events(self, turns: Sequence[Line], options: DecodingOptions, constraint: Constraint) -> Iterator[Event]:
        """Writes replies, and yields an event for each piece of text.

        Args:
            turns: the last ones, the message at their end.
            options: how to write.
            constraint: on each reply.

        Raises:
            ConfigurationError: the model cannot do what is asked for; before anything is written.
        """

    def familiarities(self, beginnings: Sequence[Sequence[int]]) -> Sequence[float]:
        """Log-probabilities of the beginnings of replies with no conversation before them.

        Args:
            beginnings: ids.

        Returns:
            One per beginning, in nats a token; zeros where the model cannot tell.
        """

    def line(self, reply: str) -> Line:
        """A reply as a line for the model's discriminator, normalised like the corpus."""

    def trace(self, turns: Sequence[Line], reply: str) -> ReplyTrace:
        """Reads a reply as if the model were writing it.

        Args:
            turns: the last ones, the message at their end.
            reply: its text.
        """


_WHITE_END = re.compile(r"(?<!\s)\s*$")
_LAST_WORD = re.compile(r"(?:(?<!\s)\s+|(?<!\w))\w*$")
_WORD = re.compile(r"\s*\S+")


class Answer:
    """A reply to be written. What the model cannot do is refused when this is built.

    Args:
        responder: answers.
        talk: what it follows.
        options: how to write.
        seed: of the reply.
        judge: scores how real the candidates read as replies to the newest turn, which counts in the choice; None
            leaves that out.

    Attributes:
        reply: the whole reply, once all of `pieces` were taken; an empty one before.
        chosen_from: the candidates it was chosen from, the best first; none where there was no choice.

    Raises:
        ConfigurationError: the model cannot do what the options ask for.
    """

    def __init__(
        self, responder: Responder, talk: ReplyContext, options: ChatOptions, seed: int, judge: Scorer | None = None
    ) -> None:
        self._responder, self._talk, self._options, self._seed, self._judge = responder, talk, options, seed, judge
        heard = "".join(turn.text for turn in talk.turns)
        constraint = responder.shape.begin(options.max_new_tokens, options.blocked, heard)
        self._events = responder.events(talk.turns, options.decoding(seed), constraint)
        self.reply, self.chosen_from = Reply("", finish_reason="interrupted", seed=seed), list[Candidate]()

    def pieces(self) -> Iterator[str]:
        """Makes the reply and yields it piece by piece; together they are its text."""
        if self._options.sequences == 1:
            yield from self._live()
        else:
            self.reply, self.chosen_from = self._ranked[0].reply, self._ranked
            yield from _WORD.findall(self.reply)

    def says_again(self, rejected: Iterable[str]) -> bool:
        """Whether the best candidate repeats one of these texts, punctuation aside; False for a live reply."""
        return self._options.sequences > 1 and _words(self._ranked[0].reply) in map(_words, rejected)

    def turns_from(self, rejected: Iterable[str]) -> bool:
        """Takes the best candidate that repeats none of these texts; False where there is none."""
        said = set(map(_words, rejected))
        self._ranked = sorted(self._ranked, key=lambda one: _words(one.reply) in said)
        return _words(self._ranked[0].reply) not in said

    @cached_property
    def _ranked(self) -> list[Candidate]:
        return self.candidates()

    def candidates(self) -> list[Candidate]:
        """Makes several replies, the best first; equal texts count once."""
        different: dict[str, GeneratedSequence] = {}
        for sequence in collect(self._events):
            different.setdefault(self._text(sequence), sequence)
        if len(different) > 1:
            different.pop("", None)
        sequences = list(different.values())
        pieces, said = self._responder.shape.pieces, self._talk.said
        penalty = self._options.dullness_penalty
        familiar = (
            self._responder.familiarities([beginning(sequence.ids, pieces) for sequence in sequences])
            if penalty
            else [0.0] * len(sequences)
        )
        found = [
            candidate(self._reply(sequence, len(sequences), log_odds), sequence, value, said, log_odds or 0.0, penalty)
            for sequence, value, log_odds in zip(sequences, familiar, self._log_odds(list(different)), strict=True)
        ]
        return sorted(found, key=lambda one: -one.score)

    def _log_odds(self, texts: Sequence[str]) -> Sequence[float | None]:
        """The log-odds of each reply being real; None for each where there is no judge."""
        if self._judge is None:
            return [None] * len(texts)
        message = self._responder.line(self._talk.turns[-1].text).text if self._talk.turns else ""
        judged: list[float] = self._judge.lines([self._responder.line(text) for text in texts], message).tolist()
        return judged

    def _live(self) -> Iterator[str]:
        """Yields the only reply while it is written; text that may still be dropped from its end is held back."""
        droppable = _LAST_WORD if self._options.blocked else _WHITE_END
        shown, held = "", ""
        for event in self._events:
            held += event.text
            held = held if shown else held.lstrip()
            safe = droppable.sub("", held, count=1)
            if event.sequence is not None:
                self.reply = self._reply(event.sequence, 1)
                safe = self.reply[len(shown) :]
            if safe:
                shown, held = shown + safe, held[len(safe) :]
                yield safe

    def _reply(self, sequence: GeneratedSequence, candidates: int, log_odds: float | None = None) -> Reply:
        return Reply(
            self._text(sequence),
            finish_reason="end" if sequence.finish_reason == "lines" else sequence.finish_reason,
            seed=self._seed,
            log_probability=sequence.log_probability,
            candidates=candidates,
            relaxed=sequence.relaxed,
            reads_as_real=None if log_odds is None else float(sigmoid(log_odds)),
        )

    def _text(self, sequence: GeneratedSequence) -> str:
        """The text of a reply; a stop text may have cut a longer word down to a blocked one."""
        text = sequence.text.strip()
        if sequence.finish_reason == "stop" and self._options.blocked:
            text = self._responder.shape.blocklist(self._options.blocked).without_end(text)
        return text


def _words(text: str) -> tuple[str, ...]:
    """The words by which replies are compared: punctuation and case do not count."""
    return tuple(re.findall(r"\w+", text.casefold())) or (text,)
