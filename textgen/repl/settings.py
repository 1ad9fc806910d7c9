"""The options that can be changed while chatting: how their values are read, shown and offered."""

from collections.abc import Sequence
from typing import NamedTuple

NONE = "none"
"""How a person takes back an option that may be left open."""

Value = float | str | bool | tuple[str, ...] | None


class Setting(NamedTuple):
    """An option of the chat, for a person.

    Args:
        allowed: the values it may have.
        examples: values worth offering.
    """

    allowed: str
    examples: tuple[str, ...]


SETTINGS = {
    "temperature": Setting("0 (greedy) or a finite number above it", ("0", "0.5", "0.8", "1", "1.2")),
    "candidates": Setting("a whole number, 1 (off: the reply is shown while it is written) or more", ("1", "4", "8")),
    "rerank": Setting("on or off (off: the discriminator is not asked)", ("on", "off")),
    "top_k": Setting("a whole number, 0 (off) or more", ("0", "20", "50")),
    "top_p": Setting("a number above 0 and at most 1 (off)", ("0.8", "0.9", "1")),
    "min_p": Setting("a number from 0 (off) to 1", ("0", "0.05", "0.1")),
    "typical_p": Setting("a number above 0 and at most 1 (off)", ("0.9", "1")),
    "repetition_penalty": Setting("a finite number above 0, 1 is off", ("1", "1.1", "1.2")),
    "no_repeat_ngram_size": Setting("a whole number, 0 (off) or more", ("0", "3", "4")),
    "num_beams": Setting("a whole number, 1 (off) or more", ("1", "4", "8")),
    "length_penalty": Setting("a number from -10 to 10, 0 is off", ("0", "0.5", "1")),
    "max_new_tokens": Setting("None (off) or a whole number above 0", ("20", "60", "100", NONE)),
    "stop": Setting("texts, in quotes where they have spaces; none is off", (NONE,)),
    "blocked": Setting("words, never written in any case; none is off", (NONE,)),
    "no_copy": Setting("0 (off) or a whole number of words, 8 or more", ("0", "8")),
    "seed": Setting("None (a fresh one) or a whole number from 0 to 2**64 - 1", ("0", NONE)),
}
"""By the option's name, in the order they are shown."""

_TEXTS = frozenset({"stop", "blocked"})
_SWITCHES = {"rerank": {"on": True, "off": False}}


def takes_texts(name: str) -> bool:
    """Whether several words are several values of an option."""
    return name in _TEXTS


def parsed(name: str, words: Sequence[str]) -> Value:
    """The value that was typed for an option; whether it is allowed, the option itself says.

    Args:
        name: of the option.
        words: what was typed after it, at least one; several are several texts.

    Example:
        >>> parsed("top_k", ["20"]), parsed("seed", ["none"]), parsed("stop", ["the end", "fin"])
        (20, None, ('the end', 'fin'))
        >>> parsed("rerank", ["on"])
        True
    """
    if takes_texts(name):
        return () if list(words) == [NONE] else tuple(words)
    typed = " ".join(words)
    if typed.casefold() in _SWITCHES.get(name, {}):
        return _SWITCHES[name][typed.casefold()]
    if typed.casefold() == NONE:
        return None
    for number in (int, float):
        try:
            return number(typed)
        except ValueError:
            continue
    return typed


def shown(value: object) -> str:
    """A value as it would be typed."""
    if value is None or value == ():
        return NONE
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " ".join(f'"{text}"' for text in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
