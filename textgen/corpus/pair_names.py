"""The names that people give to the two sides of a pair: columns of a table, and files."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from textgen.corpus.readers.rows import field_key

PROMPT_NAMES = (
    "prompt",
    "question",
    "instruction",
    "message",
    "human",
    "user",
    "query",
    "request",
    "statement",
    "post",
    "source",
    "src",
    "input",
    "context",
    "q",
)
REPLY_NAMES = (
    "reply",
    "answer",
    "response",
    "robot",
    "bot",
    "chatbot",
    "assistant",
    "completion",
    "target",
    "tgt",
    "output",
    "a",
)
"""What the columns of a table are called, the surest names first."""

_FILE_PROMPT_NAMES = frozenset((*PROMPT_NAMES, "enc", "encoder", "from"))
_FILE_REPLY_NAMES = frozenset((*REPLY_NAMES, "dec", "decoder", "to"))
_SPLIT_NAMES = frozenset(("train", "training", "valid", "validation", "val", "dev", "development", "test"))
_NOT_IN_A_WORD = re.compile(r"[\W_]+")


class PairColumns(NamedTuple):
    """Where a table keeps prompts and replies; numbers from 0."""

    prompt: int
    reply: int
    header: bool


def find_pair_columns(first: Sequence[str]) -> PairColumns | None:
    """The columns of a table of pairs by its first record; without known names they are the first two.

    Example:
        >>> find_pair_columns(["id", "Questions", "Answer text"])
        PairColumns(prompt=1, reply=2, header=True)
    """
    names = [_singular(field_key(name).removesuffix("_text")) for name in first]
    prompt, reply = _find(names, PROMPT_NAMES), _find(names, REPLY_NAMES)
    if prompt is not None and reply is not None:
        return PairColumns(prompt, reply, header=True)
    return PairColumns(0, 1, header=False) if len(first) > 1 else None


def file_sides(first: str, second: str) -> tuple[str, str] | None:
    """Two file names as (prompts, replies), where they differ in nothing but the names of the two sides.

    Example:
        >>> file_sides("robot_text.txt", "human_text.txt")
        ('human_text.txt', 'robot_text.txt')
    """
    words, others = _words(first), _words(second)
    differing = {pair for pair in zip(words, others, strict=False) if pair[0] != pair[1]}
    if len(words) != len(others) or len(differing) != 1:
        return None
    word, other = differing.pop()
    if word in _FILE_PROMPT_NAMES and other in _FILE_REPLY_NAMES:
        return first, second
    return (second, first) if word in _FILE_REPLY_NAMES and other in _FILE_PROMPT_NAMES else None


def are_parts_of_a_corpus(first: str, second: str) -> bool:
    """Whether two file names say that one is for training and the other for judging.

    Example:
        >>> are_parts_of_a_corpus("train.txt", "test.txt"), are_parts_of_a_corpus("train.en", "train.de")
        (True, False)
    """
    part, other = (_SPLIT_NAMES & set(_words(name)) for name in (first, second))
    return bool(part and other) and part != other


def _words(name: str) -> list[str]:
    return [_singular(word) for word in _NOT_IN_A_WORD.split(name.casefold())]


def _singular(word: str) -> str:
    return f"{word[:-3]}y" if word.endswith("ies") else word.removesuffix("s")


def _find(names: Sequence[str], known: Sequence[str]) -> int | None:
    return next((names.index(name) for name in known if name in names), None)
