"""The one place where a person says how to write: `DecodingOptions`."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from textgen.errors import ConfigurationError
from textgen.wording import did_you_mean

SHORTEST_COPY = 8
"""Words in a row from which on copying can be noticed: the length of the runs kept of the training corpus."""

LARGEST_SEED = 2**64 - 1


@dataclass(frozen=True, kw_only=True)
class DecodingOptions:
    """How ids are chosen from logits and when writing ends; named as in Hugging Face's `GenerationConfig`.

    Args:
        temperature: divides the logits; below 1 safer, above 1 wilder. 0 is greedy: always the likeliest
            token. 1 turns it off.
        top_k: choose among the k likeliest tokens. 0 turns it off.
        top_p: choose among the fewest tokens whose probabilities reach this sum (nucleus). 1 turns it off.
        min_p: choose among tokens at least this fraction as likely as the likeliest. 0 turns it off.
        typical_p: choose among the tokens whose surprise is nearest to the expected one, up to this sum of
            probabilities. 1 turns it off.
        repetition_penalty: makes tokens that occurred already less likely when above 1. 1 turns it off.
        no_repeat_ngram_size: no n tokens in a row occur twice. 0 turns it off.
        num_beams: beams kept by beam search, which needs `temperature=0`. 1 turns it off.
        length_penalty: beam search compares log-probability / length ** length_penalty, length in tokens;
            above 0 favours longer texts. 0 turns it off.
        max_new_tokens: writing ends after so many tokens. None turns it off.
        stop: writing ends before any of these texts. () turns it off. One text may be given bare.
        seed: the same seed gives the same text. None takes a fresh one, told with the result.
        num_return_sequences: texts to write; the i-th (from 0) has the seed `seed + i`.
        no_copy: never this many words of speech in a row as in the training corpus, 8 at least. 0 turns it
            off.
        characters: only these speakers get new lines. () turns it off.
        lines: writing ends after so many whole lines. None turns it off.

    Raises:
        ConfigurationError: names the option, the value received and the values allowed.

    Example:
        >>> DecodingOptions(temperature=0.7, top_p=0.9, stop="THE END").stop
        ('THE END',)
    """

    temperature: float = 0.8
    top_k: int = 0
    top_p: float = 1.0
    min_p: float = 0.0
    typical_p: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat_ngram_size: int = 0
    num_beams: int = 1
    length_penalty: float = 1.0
    max_new_tokens: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    num_return_sequences: int = 1
    no_copy: int = 0
    characters: tuple[str, ...] = ()
    lines: int | None = None

    def __post_init__(self) -> None:
        """Puts the texts into tuples, then checks every option alone and all of them together."""
        for name in ("stop", "characters"):
            object.__setattr__(self, name, as_texts(name, getattr(self, name)))
        for name, (fits, allowed) in _RULES.items():
            if not fits(getattr(self, name)):
                raise ConfigurationError(
                    f"{name}={getattr(self, name)!r} was asked for, but {name} must be {allowed}: "
                    "give such a value, or leave it out."
                )
        self._check_together()

    @property
    def greedy(self) -> bool:
        """Whether the likeliest token is always taken."""
        return self.temperature == 0

    def _check_together(self) -> None:
        if self.num_beams > 1 and not self.greedy:
            raise ConfigurationError(
                f"num_beams={self.num_beams} was asked for with temperature={self.temperature!r}, but beam "
                "search draws nothing: give temperature=0 with it, or num_beams=1 to draw."
            )
        asked = f"num_return_sequences={self.num_return_sequences} was asked for with "
        if 1 < self.num_beams < self.num_return_sequences:
            raise ConfigurationError(
                f"{asked}num_beams={self.num_beams}, but beam search returns at most one text a beam: "
                "raise num_beams or ask for fewer texts."
            )
        if self.greedy and self.num_beams == 1 and self.num_return_sequences > 1:
            raise ConfigurationError(
                f"{asked}temperature=0, but greedy writing gives the same text each time: "
                "give a temperature above 0, or num_beams above 1."
            )


def refuse_unknown(given: Iterable[str], known: Sequence[str], doing: str) -> None:
    """Refuses names that are no options.

    Args:
        given: names of options.
        known: those there are.
        doing: what they are for, such as "writing".

    Raises:
        ConfigurationError: names the option, and the one that was probably meant.
    """
    for name in given:
        if name not in known:
            hint = did_you_mean(name, known)
            raise ConfigurationError(f"The option {name!r} was given, but {doing} knows no such option: {hint}")


def as_texts(name: str, value: object) -> tuple[str, ...]:
    """The value of an option that holds several texts, one of which may be given bare.

    Raises:
        ConfigurationError: it holds something else, or an empty text.
    """
    texts = (value,) if isinstance(value, str) else value
    if not isinstance(texts, tuple | list) or not all(isinstance(text, str) and text for text in texts):
        raise ConfigurationError(
            f"{name}={value!r} was asked for, but {name} must be texts of at least one character: "
            f'give one such as "a", or several such as ("a", "b"), or leave it out.'
        )
    return tuple(texts)


def _number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number that is larger than any with a point
        return False


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


_Rule = tuple[Callable[[Any], bool], str]

_RULES: dict[str, _Rule] = {
    "temperature": (lambda x: _number(x) and x >= 0, "0 (greedy) or a finite number above it"),
    "top_k": (lambda x: _whole(x) and x >= 0, "a whole number, 0 (off) or more"),
    "top_p": (lambda x: _number(x) and 0 < x <= 1, "a number above 0 and at most 1 (off)"),
    "min_p": (lambda x: _number(x) and 0 <= x <= 1, "a number from 0 (off) to 1"),
    "typical_p": (lambda x: _number(x) and 0 < x <= 1, "a number above 0 and at most 1 (off)"),
    "repetition_penalty": (lambda x: _number(x) and x > 0, "a finite number above 0, 1 is off"),
    "no_repeat_ngram_size": (lambda x: _whole(x) and x >= 0, "a whole number, 0 (off) or more"),
    "num_beams": (lambda x: _whole(x) and x >= 1, "a whole number, 1 (off) or more"),
    "length_penalty": (lambda x: _number(x) and -10 <= x <= 10, "a number from -10 to 10, 0 is off"),
    "max_new_tokens": (lambda x: x is None or (_whole(x) and x >= 1), "None (off) or a whole number above 0"),
    "seed": (
        lambda x: x is None or (_whole(x) and 0 <= x <= LARGEST_SEED),
        "None (a fresh one) or a whole number from 0 to 2**64 - 1",
    ),
    "num_return_sequences": (lambda x: _whole(x) and x >= 1, "a whole number, 1 or more"),
    "no_copy": (
        lambda x: _whole(x) and (x == 0 or x >= SHORTEST_COPY),
        f"0 (off) or a whole number of words, {SHORTEST_COPY} or more",
    ),
    "lines": (lambda x: x is None or (_whole(x) and x >= 1), "None (off) or a whole number above 0"),
}
