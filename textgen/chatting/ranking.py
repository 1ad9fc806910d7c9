"""Which of several replies is the best: by maximum mutual information, length and repetition.

The likeliest replies to almost anything are dull ones. Li et al. (2016) subtract how likely the beginning of a reply
is without any message ("anti-language model"), so that what fits this message wins over what fits every message.

All parts are in nats a token, so that one set of constants serves words, subwords and characters, and models that are
sure of themselves as well as those that are not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from textgen.chatting.reply import Reply
from textgen.decoding import results
from textgen.decoding.pieces import Pieces

ANTI = 0.3
"""Weight of what a reply's beginning scores without a message. At 1 any odd beginning would win."""

FIRST_WORDS = 5
"""Words of that beginning. Only where a reply begins does the model choose what to talk about; further on this term
would favour bad grammar."""

LENGTH = 0.5
"""What a reply of `LONG_ENOUGH` words gets more than one of none: the very short ones fit everything."""

LONG_ENOUGH = 8
"""Words from which on a reply gets nothing more for its length."""

REPETITION = 3.0
"""What a reply loses that is all repetition, of itself or of the last replies: more than any of them can make good."""

_RUN, _ECHO = 2, 3  # words in a row: the same two again is a stutter, the same three as before are an echo
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Candidate:
    """A reply that may be chosen. The parts, weights included, add up to the score.

    Args:
        reply: the text.
        likelihood: log-probability of the reply given the conversation.
        novelty: what its beginning is unlikely without the conversation; 0 where that is not known.
        length: what it gets for its length.
        repetition: what it loses for repeating itself or the last replies; 0 or below.
    """

    reply: Reply
    likelihood: float
    novelty: float
    length: float
    repetition: float

    @property
    def score(self) -> float:
        """How good it is, higher being better, in nats a token."""
        return self.likelihood + self.novelty + self.length + self.repetition


def candidate(reply: Reply, sequence: results.Sequence, familiarity: float, said: Sequence[str]) -> Candidate:
    """A reply with the parts of its score.

    Args:
        reply: the text.
        sequence: as it was decoded.
        familiarity: log-probability of its beginning without the conversation, in nats a token; 0 where not known.
        said: the last replies.
    """
    return Candidate(
        reply,
        likelihood=sequence.log_probability / len(sequence.ids),
        novelty=-ANTI * familiarity,
        length=LENGTH * min(1.0, len(reply.split()) / LONG_ENOUGH),
        repetition=-REPETITION * repetition(reply, said),
    )


def beginning(ids: Sequence[int], pieces: Pieces) -> tuple[int, ...]:
    """The ids of the first words of a reply."""
    words = pieces.ending_word[list(ids)].cumsum()
    return tuple(ids[: max(1, int(words.searchsorted(FIRST_WORDS)))])


def repetition(text: str, said: Sequence[str]) -> float:
    """How much of a text was said before.

    Returns:
        The share of its runs of two words that occur in it before, and the share of its runs of three words that occur
        in one of the last replies, together at most 1. A shorter text is one run.

    Example:
        >>> repetition("no no no no", []), repetition("Good morning.", ["good morning!"])
        (0.6666666666666667, 1.0)
    """
    pairs, runs = _runs(text, _RUN), _runs(text, _ECHO)
    before = {run for reply in said for run in _runs(reply, _ECHO)}
    again = 1 - len(set(pairs)) / len(pairs)
    return min(1.0, again + sum(run in before for run in runs) / len(runs))


def _runs(text: str, length: int) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.casefold()) or [text]
    return [tuple(words[k : k + length]) for k in range(max(1, len(words) - length + 1))]
