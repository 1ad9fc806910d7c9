"""The options that can be changed in a chat, and how their values are read and shown."""

from collections.abc import Sequence

from textgen.decoding.options import TABLE

NONE = "none"
"""What a person types to unset an option."""

Value = float | str | bool | tuple[str, ...] | None


SETTINGS = {name: option for name, option in TABLE.items() if option.known_to("talking")}
"""The options of the chat by their names, in the order they are shown."""

_SWITCHES = {"on": True, "off": False}


def takes_texts(name: str) -> bool:
    """Whether several words are several values of an option."""
    return _kind(name) == "texts"


def parsed(name: str, words: Sequence[str]) -> Value:
    """The value typed for an option. Whether it is allowed is checked where it is set.

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
    if _kind(name) == "switch" and typed.casefold() in _SWITCHES:
        return _SWITCHES[typed.casefold()]
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


def _kind(name: str) -> str:
    """The kind of an option's values; empty for an unknown name."""
    return SETTINGS[name].values.kind if name in SETTINGS else ""
