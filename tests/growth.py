"""How the work of a function grows with its input, told without seconds, so that a busy machine changes nothing."""

import sys
import time
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls_of(action: Callable[[], object]) -> int:
    """How many functions are called, those written in C included, while an action runs."""
    calls = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        action()
    finally:
        sys.setprofile(before)
    return calls


def is_linear(action: Callable[[str], object], text: Callable[[int], str], size: int) -> bool:
    """Whether an action takes about 4 times as long for a text of 4 times the size, and not 16 times.

    For what calls count nothing of: regular expressions and functions written in C. Measured in time of this process
    alone and again where it seems too long, so that other programs on the machine do not count.
    """
    short, long = text(size), text(4 * size)
    return any(_seconds(action, long) < _MOST * max(_seconds(action, short), _LEAST_SECONDS) for _ in range(5))


_MOST = 9
_LEAST_SECONDS = 2e-4
"""Shorter times are of the clock and the call rather than of the text."""


def _seconds(action: Callable[[str], object], text: str) -> float:
    begin = time.process_time()
    action(text)
    return time.process_time() - begin
