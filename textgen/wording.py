"""How counts, corrections and what is to be installed are put into words."""

import difflib
from collections.abc import Collection


def count(number: int, thing: str, things: str | None = None) -> str:
    """A number with what it counts, in the singular or the plural.

    Args:
        number: of them.
        thing: one of them.
        things: several; with an `s` where nothing is given.

    Example:
        >>> count(1, "line"), count(2000, "line"), count(0, "reply", "replies")
        ('1 line', '2,000 lines', '0 replies')
    """
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


def did_you_mean(typed: str, known: Collection[str], otherwise: str | None = None) -> str:
    """What a mistyped name was probably meant to be, at the end of a sentence.

    Args:
        typed: the name.
        known: those that there are.
        otherwise: said where none is near; all of them are listed where nothing is given.

    Example:
        >>> did_you_mean("temprature", ["temperature", "seed"]), did_you_mean("x", ["temperature", "seed"])
        ('did you mean temperature?', 'choose from temperature, seed.')
    """
    near = difflib.get_close_matches(typed, known, 1)
    return f"did you mean {near[0]}?" if near else otherwise or f"choose from {', '.join(known)}."


def to_install(extra: str) -> str:
    """How one of textgen's extras is installed, at the end of a sentence.

    Example:
        >>> to_install("eval")
        'run  pip install "textgen-keras[eval]"  (in a clone:  pip install -e ".[eval]").'
    """
    return f'run  pip install "textgen-keras[{extra}]"  (in a clone:  pip install -e ".[{extra}]").'
