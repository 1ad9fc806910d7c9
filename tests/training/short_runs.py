"""Runs that have time for their model, and runs that have not."""

import pytest

from textgen.config import Budget

short_and_long = pytest.mark.parametrize(
    ("flops", "budget", "asked", "hidden", "is_told"),
    [
        (1e14, Budget(minutes=1), "auto", 256, False),
        (1e7, Budget(minutes=1), "auto", 128, True),
        (1e7, Budget(minutes=1), "small", 256, False),
        (1e7, Budget(epochs=1), "auto", 256, False),
    ],
)
"""The machine's speed, the budget and the size asked for; how wide the model is then, and whether that is explained."""


def is_explained(told: list[str]) -> bool:
    """Whether a person was told why the model is smaller than usual, and what could be done."""
    said = [line for line in told if line.startswith("size ")]
    for line in said:
        assert line.startswith("size      small suits a text of this length, but would read only ")
        assert line.endswith("too few to be better: give it more time, or --size small, which overrules")
    return bool(said)
