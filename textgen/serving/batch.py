"""A batch that requests share: each joins while it is written, and gets what is written for it."""

import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from functools import partial
from queue import SimpleQueue

from textgen.decoding.copy_detection import CopyGuard
from textgen.decoding.loop import Batch, begin_drafts, decode
from textgen.decoding.options import DecodingOptions
from textgen.decoding.protocols import Event, Network, State, StepFunction
from textgen.decoding.sequence import Draft, SequenceStart


class NotWantedError(Exception):
    """Nobody waits for what is being written any more."""


HANDED_OVER = 200
"""How many times a second the sequences of a batch are handed over, all together: to wake a request and to send its
text costs as much as to write a token, and nobody reads so fast."""


class Inbox:
    """What is written for one request on its way to it, until the request wants no more."""

    def __init__(self) -> None:
        self._handed: SimpleQueue[list[Event | Exception]] = SimpleQueue()
        self._held: list[Event | Exception] = []
        self._due = 0.0
        self._read: deque[Event | Exception] = deque()
        self.closed = False

    def put(self, news: Event | Exception, pause: float) -> None:
        """Hands over an event with those before it, or keeps it for a while where that was done just before.

        Args:
            news: an event; the end of a sequence and an error are handed over at once.
            pause: seconds until it may be done again.
        """
        self._held.append(news)
        now = time.monotonic()
        if now >= self._due or isinstance(news, Exception) or news.sequence is not None:
            self._handed.put(self._held)
            self._held, self._due = [], now + pause

    def get(self) -> Event:
        """The next event; waits for it.

        Raises:
            NotWantedError: the inbox was closed.
            Exception: what ended the sequence.
        """
        self.check()
        while not self._read:
            self._read.extend(self._handed.get())
            self.check()
        news = self._read.popleft()
        if isinstance(news, Exception):
            raise news
        return news

    def close(self) -> None:
        """Ends the request: what is written for it stops within a step."""
        self.closed = True
        self._handed.put([NotWantedError()])

    def check(self) -> None:
        """Raises `NotWantedError` where the inbox is closed."""
        if self.closed:
            raise NotWantedError


inbox: ContextVar[Inbox] = ContextVar("inbox")
"""The inbox of the request that a thread works for."""


class SharedBatch:
    """The sequences of all requests to one model, written by one thread, which lives while there are any.

    Args:
        network: the model.
    """

    def __init__(self, network: Network) -> None:
        self._empty = partial(Batch, network.step, network.joined)
        self._batch = self._empty()
        self._arriving: list[tuple[list[Draft], State, Inbox]] = []
        self._inboxes: dict[Draft, Inbox] = {}
        self._lock = threading.Lock()
        self._runs = False

    def decode(
        self,
        step: StepFunction,
        state: State,
        prompt: SequenceStart,
        options: DecodingOptions,
        guard: CopyGuard | None,
        first_piece: int,
    ) -> Iterator[Event]:
        """A `Decoder` that draws in the batch. Beam search, whose sequences depend on each other, runs by itself."""
        return decode(step, state, prompt, options, guard, first_piece, self.draw)

    def draw(
        self,
        state: State,
        prompts: Sequence[SequenceStart],
        options: DecodingOptions,
        guard: CopyGuard | None,
        first_piece: int,
    ) -> Iterator[Event]:
        """Draws a sequence for each prompt; the arguments are those of `draw_sequences` after the first.

        Raises:
            NotWantedError: the inbox of the request was closed.
        """
        mine, drafts = inbox.get(), begin_drafts(state, prompts, options, guard, first_piece)
        with self._lock:
            self._arriving.append((drafts, state, mine))
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, daemon=True, name="batch").start()
        left = len(drafts)
        while left:
            event = mine.get()
            left -= event.sequence is not None
            yield event

    def _run(self) -> None:
        """Writes until nothing is left."""
        try:
            while self._admit():
                news = self._batch.advance()
                pause = len(self._inboxes) / HANDED_OVER
                for draft, event in news:
                    self._inboxes[draft].put(event, pause)
                    if isinstance(event, Exception) or event.sequence is not None:
                        del self._inboxes[draft]
        except Exception as error:  # of the model, or of memory: nobody in the batch can go on
            self._give_up(error)

    def _admit(self) -> bool:
        """Lets go of those who left and takes in those who came; whether there is anything to write."""
        self._batch.keep(lambda draft: not self._inboxes[draft].closed)
        self._inboxes = {draft: box for draft, box in self._inboxes.items() if not box.closed}
        with self._lock:
            arriving, self._arriving = self._arriving, []
            if not arriving and not self._batch:
                self._runs = False
        for drafts, _, box in arriving:
            self._inboxes |= dict.fromkeys(drafts, box)
        for drafts, state, _ in arriving:
            self._batch.join(drafts, state)
        return bool(self._batch)

    def _give_up(self, error: Exception) -> None:
        """Tells all requests of an error; those that come later begin a new batch."""
        with self._lock:
            told = {*self._inboxes.values(), *(box for _, _, box in self._arriving)}
            self._arriving, self._inboxes, self._batch, self._runs = [], {}, self._empty(), False
        for box in told:
            box.put(error, 0)
