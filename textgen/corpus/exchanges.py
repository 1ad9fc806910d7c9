"""Dialogues to exchanges: a reply, and the turns before it."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Literal, Protocol

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene, turn_of
from textgen.corpus.normalisation import detokenise
from textgen.corpus.split import DialogueSplit, Side
from textgen.errors import ConfigurationError
from textgen.tokenizers.composition import composed

DEFAULT_TURNS = 3
"""The default number of turns before a reply that are its context."""

SplitPart = Literal["training", "held out", "all"]


@dataclass(frozen=True)
class Exchange:
    """A reply and what it replies to.

    Args:
        context: the turns before it, the oldest first; empty where the reply opens the dialogue or contexts are off.
        reply: one line of text, never empty.
    """

    context: tuple[str, ...]
    reply: str


class Dialogues(Protocol):
    """A source of dialogues, such as a `Corpus`."""

    def dialogues(self) -> Iterator[tuple[int, Scene]]:
        """The dialogues, each with the number of its file, in the order of the files."""
        ...


class Exchanges:
    """The exchanges of a corpus. Iterate as often as you like; each pass reads the files, one dialogue in memory.

    Every filled turn but the first is a reply to those before it. Duplicate exchanges are left out, and so are
    dialogues of fewer than two filled turns.

    Args:
        corpus: holds the dialogues.
        turns: most turns in a context. With 0 all contexts are empty, and the replies are the same as with
            DEFAULT_TURNS, so that a model with contexts and one without can be compared.
        replies_by: whose turns are replies, in any case; a dialogue that this speaker opens begins with a reply to
            the empty context. None, or a dialogue without speakers, takes every turn but the first.
        normalise: applied to every turn; `str` leaves it as it is.
        part: which side of the split.
        split: the split; None holds nothing out.

    Attributes:
        counts: of the last whole pass: "exchanges"; turns left out as "empty context" (at the beginning of a
            dialogue) or "empty reply" (anywhere else); turns that are context only, as "not by NAME"; exchanges left
            out as "duplicate"; dialogues left out as "one-sided". Nothing is counted for two reasons.

    Example:
        >>> for exchange in Exchanges(corpus, turns=3, replies_by=None, normalise=str, part="all", split=None):
        ...     print(exchange.context, "->", exchange.reply)
    """

    def __init__(
        self,
        corpus: Dialogues,
        turns: int,
        replies_by: str | None,
        normalise: Callable[[str], str],
        part: SplitPart,
        split: DialogueSplit | None,
    ) -> None:
        self._corpus, self._part, self._split = corpus, part, split
        self._turns, self._replies_by, self._normalise = turns, replies_by, normalise
        self.counts: dict[str, int] = {}

    def __iter__(self) -> Iterator[Exchange]:
        return (exchange for _, exchange in self.with_files())

    def with_files(self) -> Iterator[tuple[int, Exchange]]:
        """The exchanges, each with the number of its file."""
        making = ExchangeMaker(self._turns, self._replies_by, self._normalise)
        for file, side, dialogue in _with_sides(self._corpus, self._split):
            if self._part in ("all", side):
                for exchange in making.exchanges(dialogue):
                    yield file, exchange
        self.counts = dict(making.counts)


def both_sides(
    corpus: Dialogues, turns: int, replies_by: str | None, normalise: Callable[[str], str], split: DialogueSplit | None
) -> Iterator[tuple[Side, Exchange]]:
    """The exchanges of both sides of a split in one pass, each with its side.

    They are those of two `Exchanges`, one for each part: a duplicate is left out only within its side.
    """
    makers: dict[Side, ExchangeMaker] = {
        "training": ExchangeMaker(turns, replies_by, normalise),
        "held out": ExchangeMaker(turns, replies_by, normalise),
    }
    for _, side, dialogue in _with_sides(corpus, split):
        for exchange in makers[side].exchanges(dialogue):
            yield side, exchange


def _with_sides(corpus: Dialogues, split: DialogueSplit | None) -> Iterator[tuple[int, Side, Scene]]:
    passed: Counter[int] = Counter()
    for file, dialogue in corpus.dialogues():
        held_out = split is not None and split.is_held_out(file, passed[file])
        passed[file] += 1
        yield file, "held out" if held_out else "training", dialogue


class ExchangeMaker:
    """Makes exchanges from dialogues given one after the other; leaves out duplicates, and counts.

    Args:
        turns, replies_by, normalise: as `Exchanges` takes them.

    Attributes:
        counts: as in `Exchanges`.
    """

    def __init__(self, turns: int, replies_by: str | None, normalise: Callable[[str], str]) -> None:
        self._turns, self._normalise = turns, normalise
        self._name = None if replies_by is None else folded(replies_by)
        self._not_by = f"not by {replies_by}"
        self._seen: set[bytes] = set()
        self.counts: Counter[str] = Counter(exchanges=0)

    def exchanges(self, dialogue: Scene) -> Iterator[Exchange]:
        """Yield the exchanges of one dialogue, without duplicates of earlier ones."""
        turns = [turn_of(self._normalise(turn.text), turn.speaker) for turn in dialogue.lines]
        filled = [turn for turn in turns if turn.text]
        if len(filled) < 2:
            self.counts["one-sided"] += 1
            return
        self._count_empty(turns)
        texts = [turn.text for turn in filled]
        for place in self._replies(filled):
            if self._is_new(texts[max(0, place - (self._turns or DEFAULT_TURNS)) : place + 1]):
                self.counts["exchanges"] += 1
                yield Exchange(tuple(texts[max(0, place - self._turns) : place]), texts[place])

    def _count_empty(self, turns: Sequence[Line]) -> None:
        first = next(place for place, turn in enumerate(turns) if turn.text)
        self.counts["empty context"] += first
        self.counts["empty reply"] += sum(not turn.text for turn in turns[first:])

    def _replies(self, turns: Sequence[Line]) -> Iterator[int]:
        """The places of the turns that are replies."""
        if self._name is None or not any(turn.speaker for turn in turns):
            yield from range(1, len(turns))
            return
        for place, turn in enumerate(turns):
            if turn.speaker and folded(turn.speaker) == self._name:
                yield place
            elif place:
                self.counts[self._not_by] += 1

    def _is_new(self, texts: Sequence[str]) -> bool:
        digest = blake2b("\n".join(texts).encode("utf-8", "surrogatepass"), digest_size=8).digest()
        if digest in self._seen:
            self.counts["duplicate"] += 1
            return False
        self._seen.add(digest)
        return True


def folded(name: str) -> str:
    """A speaker's name for comparison: without case and outer white space, in Unicode's form NFC."""
    return composed(name).strip().casefold()


def reread(known: Mapping[str, Any], corpus: Corpus, part: SplitPart, split: DialogueSplit | None) -> Exchanges:
    """The exchanges of a corpus, made with the settings that a model was trained with.

    Args:
        known: the description of the training corpus in `model.json`.
        corpus: the training corpus, or another.
        part: which side of the split.
        split: the split; None holds nothing out.
    """
    normalise: Callable[[str], str] = detokenise if known.get("detokenise") else str
    return Exchanges(corpus, int(known["turns"]), known.get("replies_by"), normalise, part, split)


def training_split(known: Mapping[str, Any], corpus: Corpus) -> DialogueSplit | None:
    """The split of a corpus into what training learned from and what it held out.

    Args:
        known: the description of the training corpus in `model.json`.
        corpus: the training corpus, or another.

    Returns:
        None where training held out nothing of it, or learned from another corpus.

    Raises:
        ConfigurationError: the training corpus is read in another format: other dialogues would be held out.
    """
    if corpus.fingerprint != known.get("fingerprint") or known.get("split") is None:
        return None
    split = DialogueSplit.from_json(known["split"])
    found = count_dialogues(corpus)
    if found != split.dialogues:
        raise ConfigurationError(
            f"This is the corpus the model was trained on, but it was read as {corpus.files[0].format} with "
            f"{sum(found):,} dialogues, and in training it had {sum(split.dialogues):,}: give the --format that "
            "training was given."
        )
    return split


def count_dialogues(corpus: Corpus) -> tuple[int, ...]:
    """How many dialogues each file has; reads them once."""
    counts = Counter(file for file, _ in corpus.dialogues())
    return tuple(counts[file] for file in range(len(corpus.files)))
