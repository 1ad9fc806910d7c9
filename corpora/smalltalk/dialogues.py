"""From filtered conversations to the JSON lines that training reads.

Training reads dialogues with speakers and learns the turns of one of them (`replies_by`). A conversation of two people
is therefore written twice, once with either of them as the bot: together these have each of its exchanges once. The
bot's turns are always in normal writing; the other side's are so in every other conversation, and as they were typed in
the rest, for that is how people will write to the bot.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from smalltalk.filters import ENDING, Filter
from smalltalk.sources import BOT, Messages, Talk
from smalltalk.tidying import as_typed, readings, tidy
from textgen.corpus.document import Line, turn_of

USER = "YOU"
EARLIER = "EARLIER"
"""Who speaks turns of the bot's side that it is not to learn."""

SHORTEST = 2
"""Turns of a dialogue that is kept."""


@dataclass(frozen=True)
class Piece:
    """What is left of a conversation between two turns that were hit.

    Args:
        turns: the messages of each.
        opens: whether it begins where the conversation does.
    """

    turns: tuple[Messages, ...]
    opens: bool


def cut(talk: Talk, filters: Mapping[str, Filter], counts: Counter[str]) -> list[Piece]:
    """The pieces of a conversation without the turns that a filter hits.

    Args:
        talk: the conversation.
        filters: by name.
        counts: how often each filter hit a turn is added to it; also "end the conversation" for hits of ENDING,
            "turns dropped after them", and "turn left alone" for turns between hits.
    """
    pieces, kept, opens = [], list[Messages](), True
    for place, messages in enumerate(talk):
        texts = readings(as_typed(messages))
        hit = next((name for name, hits in filters.items() if any(map(hits, texts))), None)
        if hit is None:
            kept.append(messages)
            continue
        pieces.append(Piece(tuple(kept), opens))
        kept, opens = [], False
        counts[hit] += 1
        if hit in ENDING:
            counts["end the conversation"] += 1
            counts["turns dropped after them"] += len(talk) - place - 1
            break
    pieces.append(Piece(tuple(kept), opens))
    counts["turn left alone"] += sum(len(piece.turns) == 1 for piece in pieces)
    return [piece for piece in pieces if len(piece.turns) >= SHORTEST]


def both_sides(piece: Piece, typed: bool, counts: Mapping[str, int]) -> list[tuple[Line, ...]]:
    """A piece as two dialogues, the bot being the second one to speak and the first one.

    Args:
        piece: the conversation.
        typed: whether the other side's turns stay as they were typed.
        counts: of words, for `tidy`.
    """
    tidied = [tidy(messages, counts) for messages in piece.turns]
    other = [as_typed(messages) for messages in piece.turns] if typed else tidied
    dialogues = []
    for side in (1, 0):
        turns = [
            turn_of(tidied[place], BOT) if place % 2 == side else turn_of(other[place], USER)
            for place in range(len(other))
        ]
        if side == 0 and not piece.opens:  # what it answers was hit
            turns[0] = turn_of(turns[0].text, EARLIER)
        dialogues.append(tuple(turns))
    return dialogues


def exchanges(dialogues: Iterable[Sequence[Line]]) -> int:
    """How many replies of the bot there are; roughly what training finds, which leaves out repeated ones."""
    return sum(turn.speaker == BOT and bool(turn.text) for turns in dialogues for turn in turns)


def unlearned(turns: Sequence[Line], fits: Callable[[str, str], bool]) -> tuple[Line, ...]:
    """The turns, those of the bot that do not fit the turn before them being said by nobody who is learned from."""
    before = ("", *(turn.text for turn in turns))
    return tuple(
        turn_of(turn.text, EARLIER) if turn.speaker == BOT and not fits(asked, turn.text) else turn
        for asked, turn in zip(before, turns, strict=False)
    )


def write_dialogues(path: Path, dialogues: Iterable[Sequence[Line]]) -> None:
    """Write one JSON object a dialogue."""
    with path.open("w", encoding="utf-8") as file:
        for turns in dialogues:
            items = [{"text": turn.text, "speaker": turn.speaker} for turn in turns]
            file.write(json.dumps({"turns": items}, ensure_ascii=False) + "\n")
