"""Ctrl-C in a run."""

import hashlib
import os
import signal
import threading
import time

import pytest

from textgen.training.interrupts import interrupts


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def test_the_first_is_told_while_the_step_in_hand_goes_on() -> None:
    told_at: list[float] = []
    with interrupts(lambda: told_at.append(time.perf_counter())) as flag:
        started = time.perf_counter()
        threading.Timer(0.05, interrupt).start()
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2_000_000)  # a second in which Python hears of no signal
        ended = time.perf_counter()
        assert flag.is_set()
    (told,) = told_at
    assert told - started < 0.5 * (ended - started)


def test_it_is_told_once_and_the_second_raises() -> None:
    told: list[str] = []
    heard = threading.Event()

    def tell() -> None:
        told.append("stopping")
        heard.set()

    with pytest.raises(KeyboardInterrupt), interrupts(tell):
        interrupt()
        assert heard.wait(5)
        interrupt()
    assert told == ["stopping"]


def test_another_signal_is_none_of_its_business() -> None:
    told: list[str] = []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: None)
    try:
        with interrupts(lambda: told.append("stopping")) as flag:
            os.kill(os.getpid(), signal.SIGUSR1)
    finally:
        signal.signal(signal.SIGUSR1, before)
    assert told == [] and not flag.is_set()


def test_everything_is_as_it_was_afterwards() -> None:
    before, threads = signal.getsignal(signal.SIGINT), threading.active_count()
    with interrupts(lambda: None):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    assert signal.set_wakeup_fd(-1) == -1
    assert threading.active_count() == threads
