"""The threads that work for requests: how many at once, how many may wait, who computes, how a text gets out."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar, cast

import numpy as np

from textgen.inference.language_model import LanguageModel
from textgen.serving.batch import Inbox, NotWantedError, inbox
from textgen.serving.errors import RequestError

Result = TypeVar("Result")
Network = TypeVar("Network")


@dataclass(frozen=True)
class Limits:
    """How much a server does at once.

    Args:
        running: texts that are written at once.
        waiting: texts that may wait for their turn.
        seconds: that a request may take.
        body_bytes: of a request's body.
        body_seconds: until the whole body must have come.
    """

    running: int = 64
    waiting: int = 128
    seconds: float = 300.0
    body_bytes: int = 1 << 20
    body_seconds: float = 20.0


_RETRY_AFTER = "2"

_SLICE = 32
"""Tokens of a long text that are read in one turn."""


class _Turns:
    """A lock that goes to those who wait for it in the order in which they came."""

    def __init__(self) -> None:
        self._guard, self._waiting, self._taken = threading.Lock(), deque[threading.Lock](), False

    def __enter__(self) -> None:
        with self._guard:
            if not self._taken:
                self._taken = True
                return
            gate = threading.Lock()
            gate.acquire()
            self._waiting.append(gate)
        gate.acquire()

    def __exit__(self, *_: object) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False


_computing = _Turns()


class _InTurn:
    """A network whose methods run in one thread at a time, among all such networks."""

    def __init__(self, network: Any) -> None:
        self._network = network

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._network, name)
        return partial(_compute, found) if callable(found) else found


class _InSlices(_InTurn):
    """A language model that reads a long text in many turns, and stops where nobody waits for it any more."""

    def read(self, ids: Any, state: Any) -> Any:
        """`LanguageModel.read`."""
        for begin in range(0, len(ids), _SLICE):
            state = _compute(self._network.read, ids[begin : begin + _SLICE], state)
        return state

    def trace(self, ids: Any) -> Any:
        """`LanguageModel.trace`."""
        found: list[Any] = []
        for begin in range(0, len(ids), _SLICE):
            before = tuple(array[-1:] for array in found[-1]) if found else None
            found.append(_compute(self._network.trace, ids[begin : begin + _SLICE], before))
        return tuple(map(np.concatenate, zip(*found, strict=True)))


def _compute(method: Callable[..., Result], *given: Any, **named: Any) -> Result:
    if (mine := inbox.get(None)) is not None:
        mine.check()
    with _computing:
        return method(*given, **named)


def in_turn(network: Network) -> Network:
    """The same network, which computes only while no other one does.

    NumPy's matrix products use all cores. Where several threads ask for some at once, those that wait do so in a loop
    (OpenBLAS), and take the processor from the one that works: with 32 requests on two cores, 3/4 of the speed.
    """
    return cast(Network, (_InSlices if isinstance(network, LanguageModel) else _InTurn)(network))


class Workers:
    """Threads that write for requests.

    Args:
        limits: how much at once.

    Attributes:
        closing: set when the server is to end.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._threads = ThreadPoolExecutor(limits.running, thread_name_prefix="request")
        self._free = asyncio.Semaphore(limits.running)
        self._waiting = 0
        self._inboxes: set[Inbox] = set()
        self.closing = False

    async def run(self, work: Callable[[], Result]) -> Result:
        """What a function returns that runs in a thread; where the caller is cancelled, it is told to stop."""
        async with self._place(), self._inbox() as mine:
            return await self._submit(mine, work)

    async def stream(self, make: Callable[[], Iterable[str]]) -> AsyncIterator[str]:
        """The pieces of a text that a thread writes; those that are there at once are put together.

        Where the caller stops listening, the thread is told to stop.
        """
        loop, news, pieces = asyncio.get_running_loop(), asyncio.Event(), deque[str]()

        def write() -> None:
            for piece in make():
                mine.check()
                pieces.append(piece)
                if not news.is_set():
                    loop.call_soon_threadsafe(news.set)

        async with self._place(), self._inbox() as mine:
            done = asyncio.ensure_future(self._submit(mine, write))
            done.add_done_callback(lambda _: news.set())
            try:
                while pieces or not done.done():
                    await news.wait()
                    news.clear()
                    if pieces:
                        yield "".join(pieces.popleft() for _ in range(len(pieces)))
                    if pieces or done.done():
                        news.set()
                await done
            finally:
                done.cancel()

    def close(self) -> None:
        """Ends everything that is being written."""
        self.closing = True
        for mine in self._inboxes:
            mine.close()

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """A place among those that run, after waiting for it.

        Raises:
            RequestError: too many wait.
        """
        if self._free.locked() and self._waiting >= self.limits.waiting:
            raise RequestError(
                429,
                f"A text was asked for, but {self.limits.running} are being written and {self.limits.waiting} wait for "
                "their turn: ask again in a moment.",
                code="too_many_requests",
                headers={"Retry-After": _RETRY_AFTER},
            )
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()

    @asynccontextmanager
    async def _inbox(self) -> AsyncIterator[Inbox]:
        """The inbox of a request, which is closed when the request ends."""
        mine = Inbox()
        if self.closing:
            mine.close()
        self._inboxes.add(mine)
        try:
            yield mine
        finally:
            mine.close()
            self._inboxes.remove(mine)

    async def _submit(self, mine: Inbox, work: Callable[[], Result]) -> Result:
        def working() -> Result:
            inbox.set(mine)
            return work()

        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, working)
        except NotWantedError:
            raise RequestError(503, "The server is closing down: ask again later.", code="closing") from None
