"""The talks with Wren that were written for this project, in `corpora/smalltalk/`, and what is learned from them."""

import random
from collections.abc import Sequence
from pathlib import Path

from building.patterns import Patterns, Turn, typed
from textgen.corpus.collection import Corpus

OWN = Path(__file__).parents[1] / "smalltalk"
CURIOUS, PLAIN, HELD_OUT = OWN / "curious", OWN / "plain", OWN / "held_out"
"""Talks in which the bot answers first. In `curious` it asks what fits one situation; in `plain` it says again what
matters, and adds what fits all messages of a kind; those in `held_out` are like these, and nothing learns from them.
Those beside the folders are livelier."""

PATTERNS = "patterns.txt"

BOT, PERSON = "Wren", "You"
"""Who speaks."""

_STYLES = ("as written", "lower", "proper")


def written(folder: Path = OWN) -> list[list[Turn]]:
    """The talks of a folder that were written one by one."""
    files = [path for path in sorted(folder.glob("*.txt")) if path.name != PATTERNS]
    dialogues = Corpus(files, kind="dialogues").dialogues()
    return [[(line.speaker or "", line.text) for line in scene.lines] for _, scene in dialogues]


def expanded(count: int, seed: int, remembering: float) -> list[list[Turn]]:
    """Talks made from patterns.

    Args:
        count: of talks.
        seed: of all draws.
        remembering: share of those about names and what was told before.
    """
    return list(Patterns(OWN / PATTERNS).expand(count, seed, often=("Names", "Remembering"), share=remembering))


def named(talk: Sequence[Turn]) -> list[Turn]:
    """A talk with the names that the model knows: the bot's turns alone are learned."""
    return [(BOT if who.upper() == BOT.upper() else PERSON, text) for who, text in talk]


def as_people_type(talk: Sequence[Turn], draw: random.Random) -> list[Turn]:
    """A talk with the person's turns typed in one of the styles of people."""
    style = draw.choice(_STYLES)
    return [(who, text if who == BOT else typed(text, style, draw)) for who, text in talk]


def cut(talk: list[Turn], draw: random.Random, share: float) -> list[Turn]:
    """A talk that begins, in a share of all cases, with a message of its first half instead of its first one."""
    if draw.random() >= share:
        return talk
    return talk[2 * draw.randint(0, len(talk) // 4) :]
