"""All steps from the sources to the files of both stages of training, with what was counted on the way."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from smalltalk.dialogues import EARLIER, both_sides, cut, exchanges, write_dialogues
from smalltalk.filters import UNKNOWN_TO_THE_BOT, make_filters
from smalltalk.selection import could_be_the_bots, select
from smalltalk.sources import BOT, Talk, read_chatterbot, read_chitchat, read_names, read_own, read_swearing
from smalltalk.tidying import as_typed, tidy
from smalltalk.words import Words, learn_words
from textgen.corpus.document import Line, turn_of
from textgen.corpus.split import split_dialogues
from textgen.errors import CorpusError

Dialogues = Sequence[tuple[Line, ...]]

SEED = 5
"""Of the order of the project's own dialogues: they stand by topic, and what is held out is to hold some of each."""

_TEN_PAIRS = 20
"""A conversation is written as two dialogues, and a tenth of them is held out: their number is a multiple of this, so
that no conversation lies on both sides."""


@dataclass(frozen=True)
class Prepared:
    """The files that training reads, and how they came about.

    Args:
        first: files of the first stage, in order; training holds out the last tenth of each.
        second: what the second stage learns from: nothing that the first stage held out.
        known: the bot's own lines among it, which it is to know by heart.
        held_out: what neither stage learns from.
        counts: by source and step.
    """

    first: tuple[Path, ...]
    second: Path
    known: Path
    held_out: Path
    counts: dict[str, dict[str, int]]


def prepare(folder: Path) -> Prepared:
    """Read, filter, tidy and select all dialogues, and write them into a folder.

    Args:
        folder: is there; its files are replaced.

    Raises:
        CorpusError: a filter hits the project's own dialogues.
    """
    strangers, (bots, by_hand), own = read_chitchat(), read_chatterbot(), read_own()
    typed = [as_typed(messages) for talk in (*strangers, *bots) for messages in talk]
    own_turns = [turn.text for turns in own for turn in turns]
    known = learn_words(read_names(), read_swearing(), own_turns, typed)
    _check_own(own_turns, known)

    chitchat, counts = _filtered(strangers, known)
    chatterbot, bot_counts = _answers(bots, known)
    random.Random(SEED).shuffle(own)
    part = select(chitchat, lambda asked, reply: could_be_the_bots(asked, reply, known), exchanges(own) // 3)
    learned, held_out = _parted((part, chatterbot, own))
    files = {
        "chitchat": chitchat,
        "chatterbot": chatterbot,
        "own": own,
        "second": [*(turns for dialogues in learned for turns in dialogues), *in_passing(learned[-1])],
        "known": learned[-1],
        "held-out": [turns for dialogues in held_out for turns in dialogues],
    }
    paths = {name: folder / f"{name}.jsonl" for name in files}
    for name, dialogues in files.items():
        write_dialogues(paths[name], dialogues)
    return Prepared(
        first=(paths["chitchat"], paths["chatterbot"], paths["own"]),
        second=paths["second"],
        known=paths["known"],
        held_out=paths["held-out"],
        counts={
            "chitchat": counts,
            "chitchat, second stage": _sizes(part),
            "chatterbot": {"conversations": len(bots) + by_hand, "left out by hand": by_hand, **bot_counts},
            "own": _sizes(own),
            "held out": _sizes(files["held-out"]),
        },
    )


def in_passing(dialogues: Dialogues) -> list[tuple[Line, ...]]:
    """The dialogues again, each behind the end of another one, which is not to be learned.

    People jump from one thing to the next: the bot must learn to answer the last message, whatever was said before.
    """
    ends = [[replace(turn, speaker=EARLIER) for turn in turns[-2:]] for turns in dialogues]
    return [(*end, *turns) for end, turns in zip(ends, [*dialogues[1:], dialogues[0]], strict=True)]


def _parted(sources: Sequence[Dialogues]) -> tuple[list[Dialogues], list[Dialogues]]:
    """The dialogues of each source that are learned, and those that are held out."""
    split = split_dialogues([len(dialogues) for dialogues in sources])
    few = split.held_out if split else (0,) * len(sources)
    ends = [len(dialogues) - out for dialogues, out in zip(sources, few, strict=True)]
    learned = [dialogues[:end] for dialogues, end in zip(sources, ends, strict=True)]
    return learned, [dialogues[end:] for dialogues, end in zip(sources, ends, strict=True)]


def _filtered(talks: Sequence[Talk], known: Words) -> tuple[list[tuple[Line, ...]], dict[str, int]]:
    """The strangers' conversations as dialogues, and all counts."""
    filters, counts = make_filters(known), Counter[str]()
    pieces = []
    for talk in talks:
        if len(talk) < 2:
            counts["one-sided conversation"] += 1
            continue
        pieces.append(cut(talk, filters, counts))
    counts["conversation of which nothing is left"] = sum(not few for few in pieces)
    kept = [piece for few in pieces for piece in few]
    dialogues = [turns for place, piece in enumerate(kept) for turns in both_sides(piece, place % 2 == 0, known.counts)]
    del dialogues[len(dialogues) // _TEN_PAIRS * _TEN_PAIRS :]
    hits = {name: counts[name] for name in filters}
    others = {name: counts[name] for name in counts if name not in hits}
    return dialogues, {
        "conversations": len(talks),
        "turns": sum(map(len, talks)),
        **hits,
        **others,
        **_sizes(dialogues),
    }


def _answers(talks: Sequence[Talk], known: Words) -> tuple[list[tuple[Line, ...]], dict[str, int]]:
    """A bot's conversations as dialogues: the bot is the second one to speak."""
    filters = make_filters(known)
    kept = []
    for talk in talks:
        turns = [messages[0] for messages in talk]
        if any(hits(turn) for name, hits in filters.items() if name not in UNKNOWN_TO_THE_BOT for turn in turns):
            continue
        sides = [tidy([turn], known.counts) for turn in turns]
        kept.append(tuple(turn_of(text, BOT if place % 2 else "YOU") for place, text in enumerate(sides)))
    return kept, {"hit by a filter": len(talks) - len(kept), **_sizes(kept)}


def _check_own(turns: Sequence[str], known: Words) -> None:
    filters = make_filters(known)
    hits = [
        f"{name}: {turn}" for name in filters if name not in UNKNOWN_TO_THE_BOT for turn in turns if filters[name](turn)
    ]
    if hits:
        raise CorpusError(
            f"corpora/smalltalk.txt is to hold nothing private or rude, but filters hit {len(hits)} of its turns, "
            f"such as {'; '.join(hits[:3])}: change them, or the filters."
        )


def _sizes(dialogues: Sequence[Sequence[Line]]) -> dict[str, int]:
    return {"dialogues kept": len(dialogues), "replies kept": exchanges(dialogues)}
