"""The options that can be changed while chatting: how their values are read, shown and offered."""

from collections.abc import Sequence

from textgen.decoding.options import TABLE

NONE = "none"
"""How a person takes back an option that may be left open."""

Value = float | str | bool | tuple[str, ...] | None


SETTINGS = {name: option for name, option in TABLE.items() if option.known_to("talking")}
"""The options of the chat by their names, in the order they are shown."""

_SWITCHES = {"on": True, "off": False}


def takes_texts(name: str) -> bool:
    """Whether several words are several values of an option."""
    return _kind(name) == "texts"


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
    """How the values of an option are typed; "" of what is no option."""
    return SETTINGS[name].values.kind if name in SETTINGS else ""
