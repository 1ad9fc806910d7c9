"""The options of `DecodingOptions` on the command line, for the commands that write."""

from collections.abc import Callable, Collection
from typing import Any

import click

from textgen.cli.options import Command, Whole
from textgen.decoding.options import LARGEST_SEED

_NUMBER: dict[str, Any] = {"type": int, "metavar": "N"}
_SHARE: dict[str, Any] = {"type": float, "metavar": "X"}

_OPTIONS: dict[str, dict[str, Any]] = {
    "temperature": {**_SHARE, "help": "Below 1 safer, above 1 wilder; 0 is greedy.  [the model's own, else 0.8]"},
    "top_k": {**_NUMBER, "help": "Choose among the N likeliest tokens; 0 is off.  [0]"},
    "top_p": {**_SHARE, "help": "Choose among the likeliest tokens up to this sum; 1 is off.  [1]"},
    "min_p": {
        **_SHARE,
        "help": "Drop tokens less than X times as likely as the likeliest; 0 is off.  [the model's own, else 0]",
    },
    "typical_p": {**_SHARE, "help": "Choose among tokens of typical surprise; 1 is off.  [1]"},
    "repetition_penalty": {**_SHARE, "help": "Above 1 avoids what was written; 1 is off.  [1]"},
    "no_repeat_ngram_size": {**_NUMBER, "help": "No N tokens in a row occur twice; 0 is off.  [0]"},
    "num_beams": {**_NUMBER, "help": "Beam search with N beams; 1 is off.  [1]"},
    "length_penalty": {**_SHARE, "help": "Above 0 beams favour longer texts; 0 is off.  [1]"},
    "max_new_tokens": {**_NUMBER, "type": Whole(1), "help": "End after N tokens, even inside a line."},
    "stop": {"multiple": True, "metavar": "TEXT", "help": "End before this text; may be given several times."},
    "seed": {**_NUMBER, "type": Whole(0, LARGEST_SEED), "help": "The same seed writes the same text."},
    "num_return_sequences": {
        **_NUMBER,
        "help": "Write N texts; the i-th has seed + i (of captions, each line has a seed).  [1]",
    },
    "no_copy": {**_NUMBER, "help": "Never N words in a row as in the corpus, 8 or more; 0 is off.  [0]"},
}


def decoding_options(without: Collection[str] = ()) -> Callable[[Command], Command]:
    """Adds the options of `DecodingOptions`, each under its own name.

    Args:
        without: names of options that mean nothing to the command.
    """

    def add(command: Command) -> Command:
        for name, settings in reversed(_OPTIONS.items()):
            if name not in without:
                command = click.option(f"--{name.replace('_', '-')}", **settings)(command)
        return command

    return add


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Those options that were given; the model has defaults for the others."""
    return {name: value for name, value in options.items() if value not in (None, ())}
