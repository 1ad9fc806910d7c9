"""A chat session: lines in, outputs out, and no terminal in it."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textgen.errors import TextgenError
from textgen.generation.conversation import BOT, USER
from textgen.repl.commands import run
from textgen.repl.failures import sentence
from textgen.repl.farewell import FAREWELL, is_farewell
from textgen.repl.outputs import Failure, Note, Output, Piece, ReplyBegins, ReplyEnds, Talk
from textgen.repl.rendering import YOU
from textgen.repl.settings import shown
from textgen.repl.transcript import Transcript
from textgen.wording import count

if TYPE_CHECKING:
    from textgen.chatbot import Chatbot

Opener = Callable[[str, str | None], "Chatbot"]
"""Opens a model folder, a script model as the character named."""

_RECALLED = 2
"""Turns shown of a conversation that goes on."""


class Session:
    """A conversation, and what its commands can change.

    Args:
        bot: talks.
        opener: opens another bot for `/model`.
        options: what was asked for from the start; a bot that is opened later gets them too.
        transcript: is told what happens.
        debug: whether failures come with their traceback.

    Raises:
        ConfigurationError: an option makes no sense.

    Attributes:
        over: whether the conversation has ended.
        own_files: the files that this conversation was saved in or opened from.
        listed: how many candidates there are to pick from.
    """

    def __init__(
        self,
        bot: "Chatbot",
        opener: Opener,
        options: dict[str, Any] | None = None,
        transcript: Transcript | None = None,
        debug: bool = False,
    ) -> None:
        self.bot, self.opener = bot, opener
        self.over = False
        self.own_files: set[Path] = set()
        self.listed = 0
        self._transcript, self._debug = transcript, debug
        self._asked: dict[str, Any] = {}
        self._speed: float | None = None
        self._opened_from: str | None = None
        self._late: list[str] = []
        self.set(**(options or {}))

    def handle(self, line: str) -> Iterator[Output]:
        """Answers a line from the keyboard: a command, a message, or nothing at all.

        A line that begins with two slashes is a message that begins with one. Whatever fails is told, and the session
        goes on.
        """
        text = line.strip()
        try:
            if text.startswith("/") and not text.startswith("//"):
                yield from run(self, text)
            elif text:
                yield from self.say(text.removeprefix("/") if text.startswith("//") else line)
        except Exception as error:
            yield Failure(sentence(error, self._debug))
        yield from self.late_failures()

    def say(self, text: str) -> Iterator[Output]:
        """Answers a message; a bare farewell ends the session."""
        if is_farewell(text):
            yield from self.leave(text)
        else:
            yield from self.reply(self.bot.stream(text), "said", text)

    def leave(self, text: str | None = None) -> Iterator[Output]:
        """Ends the session with a farewell.

        Args:
            text: the farewell that is answered, if it was said.
        """
        self.over = True
        yield ReplyBegins(self.bot.name)
        yield Piece(FAREWELL)
        yield ReplyEnds()
        if text is not None:
            self.record("said", USER, text)
        self.record("said", BOT, FAREWELL)

    def reply(self, pieces: Iterator[str], event: str, prompt: str | None = None) -> Iterator[Output]:
        """Passes a reply on while it is written. Where this is closed early, what was shown is what was said.

        Args:
            pieces: of the reply, from the bot.
            event: what the transcript calls it.
            prompt: the message that is replied to, where it is new.
        """
        text = ""
        began = time.perf_counter()
        yield ReplyBegins(self.bot.name)
        try:
            for piece in pieces:
                text += piece
                yield Piece(piece)
        except Exception:
            yield ReplyEnds()
            raise
        finally:
            _close(pieces)
            if text:
                self._speed = len(self.bot.tokenizer.encode(text)) / (time.perf_counter() - began)
                self.listed = 0
                if prompt is not None:
                    self.record(event, USER, prompt)
                self.record(event, BOT, text)
        yield ReplyEnds()

    def set(self, /, **options: Any) -> None:
        """Changes options of the bot, and of those opened later.

        Raises:
            ConfigurationError: one of them makes no sense; none is changed.
        """
        self.bot.set(**options)
        self._asked = {name: value for name, value in self._asked.items() if name not in options} | options

    def replace_bot(self, bot: "Chatbot") -> Iterator[Output]:
        """Goes on with another bot, to which nothing was said yet, and gives it the options asked for."""
        self.bot, self._speed, self.listed, self._opened_from = bot, None, 0, None
        self.record("reset")
        for name, value in self._asked.items():
            try:
                bot.set(**{name: value})
            except TextgenError as error:
                yield Failure(sentence(error, self._debug))

    def open(self, path: Path) -> None:
        """Goes on with a saved conversation, which may be saved there again.

        Raises:
            TextgenError: it is no saved conversation.
        """
        self._opened_from = self.bot.open(path)
        self.own_files.add(path.resolve())
        self.listed = 0
        self.record("open")

    def said(self) -> tuple[tuple[str, str], ...]:
        """Speaker and text of every turn that the bot remembers."""
        return tuple((self.bot.name if turn.speaker == BOT else YOU, turn.text) for turn in self.bot.turns)

    def recalled(self) -> Iterator[Output]:
        """How a conversation that goes on has ended."""
        turns = self.said()
        if turns:
            with_another = self._opened_from not in (None, self.bot.name)
            whose = f" of a talk with {self._opened_from}" if with_another else ""
            yield Note(f"Going on after {count(len(turns), 'turn')}{whose}:")
            yield Talk(turns[-_RECALLED:])

    def record(self, event: str, speaker: str | None = None, text: str | None = None) -> None:
        """Tells the transcript; one that cannot be written is given up, and that is told once."""
        if self._transcript is None:
            return
        try:
            self._transcript.add(self.bot.name, event, speaker, text)
        except OSError as error:
            self._transcript = None
            self._late.append(f"{sentence(error)} The transcript ends here.")

    def late_failures(self) -> Iterator[Output]:
        """What went wrong beside the conversation since this was last asked."""
        yield from (Failure(text) for text in self._late)
        self._late.clear()

    def greeting(self) -> Iterator[Output]:
        """Two lines: who is there, how to get help, and how to leave; then the end of a conversation that goes on."""
        yield Note(f"You are talking to {self.bot.name}. Enter sends, Alt-Enter begins a new line.")
        yield Note('/help shows what else can be done; "bye", /quit or Ctrl-D leaves.')
        yield from self.recalled()

    def status(self) -> str:
        """One line: the model, the settings that matter most, and how fast the last reply was written."""
        options = self.bot.options
        parts = [self.bot.name, f"temperature {shown(options.temperature)}", f"seed {self.bot.seed}"]
        if self._speed is not None:
            parts.append(f"{self._speed:.0f} tokens/s")
        return " | ".join(parts)


def _close(pieces: Iterator[str]) -> None:
    """Ends a generator now, so that the bot remembers what was shown; other iterators have nothing to end."""
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
