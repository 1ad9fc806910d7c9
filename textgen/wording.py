"""Wording of counts, spelling suggestions, installation hints, and the names of the models that come along."""

import difflib
from collections.abc import Collection

COME_ALONG = ("smalltalk", "english")
"""The names of the models that come with the package: a chat model and a script model."""


def count(number: int, thing: str, things: str | None = None) -> str:
    """A number with what it counts, in the singular or the plural.

    Args:
        number: how many.
        thing: the singular.
        things: the plural; the singular with an `s` where none is given.

    Example:
        >>> count(1, "line"), count(2000, "line"), count(0, "reply", "replies")
        ('1 line', '2,000 lines', '0 replies')
    """
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"


_MOST_BEGUN = 3
"""Names that begin with what was typed; where there are more, it says too little."""


def did_you_mean(typed: str, known: Collection[str], otherwise: str | None = None) -> str:
    """A suggestion for a mistyped name, as the end of a sentence.

    Args:
        typed: the mistyped name.
        known: the valid names.
        otherwise: the end of the sentence where no valid name is similar; lists all of them where none is given.

    Example:
        >>> did_you_mean("temprature", ["temperature", "seed"]), did_you_mean("x", ["temperature", "seed"])
        ('did you mean temperature?', 'choose from temperature, seed.')
    """
    begun = [name for name in known if name.startswith(typed)]
    near = begun if 0 < len(begun) <= _MOST_BEGUN else difflib.get_close_matches(typed, known, 1)
    return f"did you mean {' or '.join(near)}?" if near else otherwise or f"choose from {', '.join(known)}."


def to_install(extra: str) -> str:
    """How to install one of textgen's extras, as the end of a sentence.

    Example:
        >>> to_install("eval")
        'run  pip install "textgen-keras[eval]"  (in a clone:  pip install -e ".[eval]").'
    """
    return f'run  pip install "textgen-keras[{extra}]"  (in a clone:  pip install -e ".[{extra}]").'
