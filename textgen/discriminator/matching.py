"""Wrong replies to messages, and how well a discriminator tells the true ones from them: accuracy and hits@1."""

from collections.abc import Callable, Hashable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.constraints.base import Pieces
from textgen.discriminator.calibration import Reliability, sigmoid
from textgen.discriminator.metrics import Text, accuracy

OTHERS = 19
"""Replies to other messages that a true one is put among."""

WRONG = ("own", "others", "changed")
"""Kinds of wrong replies: the model's own, those to other messages, and true ones with a changed word or order."""

Match = Callable[[Sequence[Text], Sequence[Text]], NDArray[np.floating]]
"""Messages and replies to scores: how well each reply fits the message at the same place, higher being better."""


class MessageReply(NamedTuple):
    """A message and a reply to it, as ids.

    Args:
        message: the newest turn before the reply, without structure around it.
        reply: as `line_ids` gives it.
    """

    message: Text
    reply: Text


class MatchingClassifier(Protocol):
    """A discriminator that reads messages."""

    def logits(self, texts: Sequence[Text], /, *, messages: Sequence[Text]) -> NDArray[np.floating]:
        """Log-odds of being the true reply to the message at the same place. *Shape:* (texts,)."""

    def matches(self, messages: Sequence[Text], replies: Sequence[Text], /) -> NDArray[np.floating]:
        """What these log-odds gain by the message. *Shape:* (replies,)."""


class WordChanger:
    """Makes replies that are wrong in one place: a word is another reply's, or two words have changed places.

    The first word stays.

    Args:
        pieces: of the tokenizer; they say where words begin.
    """

    def __init__(self, pieces: Pieces) -> None:
        self._begins = pieces.ending_word

    def change(self, reply: Text, other: Text, random: np.random.Generator) -> list[int]:
        """A changed reply; the same one only where there is nothing to change.

        Args:
            reply: to be changed, with LINE_END at its end.
            other: another reply, which gives the word that may be put in.
            random: draws what is changed.
        """
        (first, words), (_, others) = self._words(reply), self._words(other)
        if not words:
            return list(reply)
        changed, place = list(words), int(random.integers(len(words)))
        if len(words) > 1 and random.random() < 0.5:
            second = (place + 1 + int(random.integers(len(words) - 1))) % len(words)
            changed[place], changed[second] = words[second], words[place]
        if changed == words and others:
            changed[place] = others[int(random.integers(len(others)))]
        return [*first, *(token for word in changed for token in word), reply[-1]]

    def _words(self, text: Text) -> tuple[list[int], list[list[int]]]:
        """The first word, and the others with the space before them, which makes them interchangeable."""
        words: list[list[int]] = [[]]
        for token in text[:-1]:
            if self._begins[token] and words[-1]:
                words.append([])
            words[-1].append(token)
        return words[0], words[1:]


class MatchingExamples(NamedTuple):
    """Messages with true replies, and as many with wrong ones.

    Args:
        true: the exchanges.
        wrong: the same messages (for "own", others) with wrong replies.
        kinds: numbers of the wrong replies' kinds in `WRONG`. *Shape:* (wrong,).
    """

    true: list[MessageReply]
    wrong: list[MessageReply]
    kinds: NDArray[np.intp]

    @property
    def real(self) -> NDArray[np.bool_]:
        """Whether each is true, the true ones first. *Shape:* (true + wrong,)."""
        return np.arange(len(self.true) + len(self.wrong)) < len(self.true)

    def logits(self, network: MatchingClassifier) -> NDArray[np.floating]:
        """A network's log-odds, those of the true ones first. *Shape:* (true + wrong,)."""
        messages, replies = zip(*self.true, *self.wrong, strict=True)
        return network.logits(replies, messages=messages)


def matching_examples(
    true: Sequence[MessageReply], own: Sequence[MessageReply], changer: WordChanger, seed: int
) -> MatchingExamples:
    """As many wrong replies as true ones, a third of each kind.

    Args:
        true: exchanges between people.
        own: messages with the model's replies.
        changer: makes the changed ones.
        seed: of what is drawn and changed.
    """
    random = np.random.default_rng(seed)
    chosen = [true[k] for k in random.permutation(len(true))[: len(WRONG) * len(own)]]
    wrong = list[MessageReply]()
    for number, (message, reply) in enumerate(chosen):
        other = chosen[number - 1].reply
        kind = WRONG[number % len(WRONG)]
        if kind == "own":
            wrong.append(own[number // len(WRONG)])
        else:
            wrong.append(MessageReply(message, other if kind == "others" else changer.change(reply, other, random)))
    differ = [number for number, pair in enumerate(wrong) if pair.reply != chosen[number].reply]
    kinds = np.arange(len(wrong)) % len(WRONG)
    return MatchingExamples([chosen[k] for k in differ], [wrong[k] for k in differ], kinds[differ])


def other_replies(replies: Sequence[Hashable], seed: int = 0) -> list[list[int]] | None:
    """Draws, for each reply, the others that it is put among.

    Args:
        replies: the true ones; ids as tuples, or texts.
        seed: of the draw.

    Returns:
        The numbers of 19 other replies for each, drawn without replacement, none equal to it; None where there are too
        few different ones.
    """
    counts = dict.fromkeys(replies, 0)
    for reply in replies:
        counts[reply] += 1
    if not replies or len(replies) - max(counts.values()) < OTHERS:
        return None
    random = np.random.default_rng(seed)
    return [_others_than(reply, replies, random) for reply in replies]


def _others_than(true: Hashable, replies: Sequence[Hashable], random: np.random.Generator) -> list[int]:
    found = dict[int, None]()
    while len(found) < OTHERS:
        drawn = random.integers(len(replies), size=OTHERS).tolist()
        found |= {number: None for number in drawn if replies[number] != true}
    return list(found)[:OTHERS]


def scores_among_others(pairs: Sequence[MessageReply], match: Match, seed: int = 0) -> NDArray[np.floating] | None:
    """Scores of the true reply to each message, and of 19 replies to other messages.

    Args:
        pairs: messages and their true replies.
        match: says how well replies fit.
        seed: of the draw of the others.

    Returns:
        The true ones are in the first column; None where there are too few different replies. *Shape:* (pairs, 20).
    """
    others = other_replies([tuple(pair.reply) for pair in pairs], seed)
    if others is None:
        return None
    asked = [pair.message for pair in pairs for _ in range(OTHERS + 1)]
    told = [pairs[k].reply for number, drawn in enumerate(others) for k in (number, *drawn)]
    return np.asarray(match(asked, told)).reshape(len(pairs), OTHERS + 1)


def hits_at_1(scores: NDArray[np.floating] | None) -> float | None:
    """The share of messages whose true reply has a higher score than all others; 0.05 by chance.

    Args:
        scores: of `scores_among_others`; None gives None.
    """
    return None if scores is None else float((scores[:, :1] > scores[:, 1:]).all(axis=1).mean())


def matching_metrics(network: MatchingClassifier, temperature: float, unseen: MatchingExamples) -> dict[str, Any]:
    """Measures a discriminator on messages and replies that neither it nor the model learned from.

    Args:
        network: the discriminator.
        temperature: its logits are divided by it.
        unseen: the messages and replies.

    Returns:
        `accuracy` for each kind of wrong replies, if as many true ones were shown, the number of `replies`, `hits_at_1`
        (None where there are too few), and `calibration_error` and `reliability` over all kinds.
    """
    logits, real = unseen.logits(network), unseen.real
    true, wrong = logits[real], logits[~real]
    reliability = Reliability.measure(sigmoid(logits / temperature), real)
    found = (accuracy(true, np.ones(len(true), bool)), *(wrong[unseen.kinds == k] for k in range(len(WRONG))))
    scores = scores_among_others(unseen.true, network.matches)
    return {
        "accuracy": {
            kind: 0.5 * (found[0] + accuracy(of_kind, np.zeros(len(of_kind), bool)))
            for kind, of_kind in zip(WRONG, found[1:], strict=True)
        },
        "replies": len(logits),
        "hits_at_1": hits_at_1(scores),
        "calibration_error": reliability.error,
        "reliability": reliability.to_json(),
    }
