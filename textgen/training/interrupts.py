"""Ctrl-C while a model is trained: the first one is a wish that is told at once, a second one an order."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def interrupts(tell: Callable[[], None]) -> Iterator[threading.Event]:
    """Turns the first Ctrl-C into a flag, so that the step in hand is finished; a second one raises as usual.

    Python hands a signal to its handler between two of its own instructions, and a step is a single one that may
    compile for half a minute. So `tell` is called by a thread, which the system wakes as soon as the signal is there.

    Args:
        tell: says that the first one was heard.
    """
    flag = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield flag
        return

    def on_interrupt(number: int, frame: Any) -> None:
        flag.set()
        signal.signal(number, signal.default_int_handler)

    with _woken_by_signals(tell):
        previous = signal.signal(signal.SIGINT, on_interrupt)
        try:
            yield flag
        finally:
            signal.signal(signal.SIGINT, previous)


@contextmanager
def _woken_by_signals(tell: Callable[[], None]) -> Iterator[None]:
    """Has a thread call `tell` when the first Ctrl-C comes."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)  # as a handler of signals must have it

    def listen() -> None:
        while heard := os.read(reading, 1):  # the number of a signal
            if heard[0] == signal.SIGINT:
                tell()
                return

    listener = threading.Thread(target=listen, daemon=True)
    previous = signal.set_wakeup_fd(writing)
    listener.start()
    try:
        yield
    finally:
        signal.set_wakeup_fd(previous)
        os.close(writing)
        listener.join()
        os.close(reading)
