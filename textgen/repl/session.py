"""A chat session: lines in, outputs out, and no terminal in it; with its settings and its transcript file."""

import json
import re
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from textgen import api, terminal
from textgen.chatbot import Chatbot, as_character
from textgen.decoding.options import TABLE
from textgen.errors import ConfigurationError, TextgenError, system_sentence
from textgen.generation.conversation import BOT, USER
from textgen.repl.outputs import YOU, Failure, Notice, Output, Piece, ReplyBegins, ReplyEnds, Turns
from textgen.wording import count
from textgen.writer import ScriptWriter

NONE = "none"
"""What a person types to unset an option."""

Value = float | str | bool | tuple[str, ...] | None


SETTINGS = {name: option for name, option in TABLE.items() if option.known_to("talking")}
"""The options of the chat by their names, in the order they are shown."""

_SWITCHES = {"on": True, "off": False}


def takes_texts(name: str) -> bool:
    """Whether several words are several values of an option."""
    return _kind(name) == "texts"


def parsed(name: str, words: Sequence[str]) -> Value:
    """The value typed for an option. Whether it is allowed is checked where it is set.

    Args:
        name: of the option.
        words: what was typed after it, at least one; several are several texts.

    Example:
        >>> parsed("top_k", ["20"]), parsed("seed", ["none"]), parsed("stop", ["the end", "fin"])
        (20, None, ('the end', 'fin'))
        >>> parsed("rerank", ["on"])
        True
    """
    if takes_texts(name):
        return () if [word.casefold() for word in words] == [NONE] else tuple(words)
    typed = " ".join(words)
    if _kind(name) == "switch" and typed.casefold() in _SWITCHES:
        return _SWITCHES[typed.casefold()]
    if typed.casefold() == NONE:
        return None
    for number in (int, float):
        try:
            return number(typed)
        except ValueError:
            continue
    return typed


def shown(value: object) -> str:
    """A value as it would be typed."""
    if value is None or value == ():
        return NONE
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, tuple):
        return " ".join(f'"{text}"' for text in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _kind(name: str) -> str:
    """The kind of an option's values; empty for an unknown name."""
    return SETTINGS[name].values.kind if name in SETTINGS else ""


class Transcript:
    """Appends what happens in a conversation to a file, so that a crash loses nothing.

    Each line has `time` (local, ISO 8601 with its offset), `model` and `event`, which is one of

    - `said`: a turn, with its `speaker` (`user` or `bot`) and `text`;
    - `retry`, `pick`: a turn of the bot that replaces its last one;
    - `undo`: the last message and its reply no longer count;
    - `reset`, `open`: a new conversation begins, or a saved one continues.

    Args:
        path: of the file; created if it does not exist.

    Raises:
        OSError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("a", encoding="utf-8", errors="replace", newline="\n")

    def add(self, model: str, event: str, speaker: str | None = None, text: str | None = None) -> None:
        """Appends one line and flushes it.

        Raises:
            OSError: it cannot be written, for example because the disk is full.
        """
        record: dict[str, str] = {"time": datetime.now().astimezone().isoformat(timespec="seconds")}
        record |= {"model": model, "event": event}
        if speaker is not None and text is not None:
            record |= {"speaker": speaker, "text": text}
        self._file.write(json.dumps(record, ensure_ascii=False) + "\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # every line was flushed, or its failure reported; a full disk would fail again
            self._file.close()


Opener = Callable[[str, str | None], Chatbot]
"""Opens a model folder, a script model as the character named."""

FAREWELL = "Goodbye!"
"""The reply to a farewell."""

_FAREWELLS = frozenset(
    {
        "bye",
        "bye bye",
        "byebye",
        "exit",
        "farewell",
        "good bye",
        "goodbye",
        "quit",
        "see ya",
        "see you",
        "see you later",
    }
)
_OUTSIDE = re.compile(r"^[\W_]+|(?<![\W_])[\W_]+$")
_BETWEEN = re.compile(r"[\s,-]+")

_RECALLED_TURNS = 2
_NAMED_SPEAKERS = 12


class Session:
    """A conversation, and what commands can change about it.

    Args:
        bot: replies.
        opener: opens another bot for `/model`.
        options: the chat options given at the start; a bot opened later gets them too.
        transcript: records what happens.
        debug: whether failures are shown with their traceback.

    Raises:
        ConfigurationError: an option is not allowed.

    Attributes:
        over: whether the conversation has ended.
        own_files: the files this conversation was saved to or opened from.
        listed: how many candidates were listed, to pick from.
    """

    def __init__(
        self,
        bot: Chatbot,
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
        self._has_replied = False  # a bot's first reply takes longer: files are opened, and memory is laid out
        self._opened_from: str | None = None
        self._late: list[str] = []
        self.set(**(options or {}))

    def say(self, text: str) -> Iterator[Output]:
        """Answers a message. A farewell on its own ends the session."""
        if is_farewell(text):
            yield from self.leave(text)
        else:
            yield from self.reply(self.bot.stream(text), "said", text)

    def leave(self, text: str | None = None) -> Iterator[Output]:
        """Ends the session with a farewell.

        Args:
            text: the farewell that was typed, if there was one.
        """
        self.over = True
        yield ReplyBegins(self.bot.name)
        yield Piece(FAREWELL)
        yield ReplyEnds()
        if text is not None:
            self.record("said", USER, text)
        self.record("said", BOT, FAREWELL)

    def reply(self, pieces: Iterator[str], event: str, prompt: str | None = None) -> Iterator[Output]:
        """Shows a reply while it is written. If this is closed early, what was shown counts as the reply.

        Args:
            pieces: of the reply, from the bot.
            event: its name in the transcript.
            prompt: the message it replies to, if that is new.
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
                speed = len(self.bot.tokenizer.encode(text)) / (time.perf_counter() - began)
                self._speed, self._has_replied = speed if self._has_replied else None, True
                self.listed = 0
                if prompt is not None:
                    self.record(event, USER, prompt)
                self.record(event, BOT, text)
        yield ReplyEnds()

    def set(self, /, **options: Any) -> None:
        """Changes chat options of this bot and of bots opened later.

        Raises:
            ConfigurationError: one of them is not allowed; none is changed.
        """
        self.bot.set(**options)
        self._asked = {name: value for name, value in self._asked.items() if name not in options} | options

    def replace_bot(self, bot: Chatbot) -> Iterator[Output]:
        """Starts over with another bot, which gets the options set so far."""
        self.bot, self._speed, self._has_replied = bot, None, False
        self.listed, self._opened_from = 0, None
        self.record("reset")
        for name, value in self._asked.items():
            try:
                bot.set(**{name: value})
            except TextgenError as error:
                yield self.failure(error)

    def open(self, path: Path) -> None:
        """Continues a saved conversation. It may be saved to the same file again.

        Raises:
            TextgenError: the file holds no saved conversation.
        """
        self._opened_from = self.bot.open(path)
        self.own_files.add(path.resolve())
        self.listed = 0
        self.record("open")

    def said(self) -> tuple[tuple[str, str], ...]:
        """Speaker and text of every turn the bot remembers."""
        return tuple((self.bot.name if turn.speaker == BOT else YOU, turn.text) for turn in self.bot.turns)

    def recalled(self) -> Iterator[Output]:
        """The last turns of a conversation that is being continued."""
        turns = self.said()
        if turns:
            with_another = self._opened_from not in (None, self.bot.name)
            whose = f" of a conversation with {self._opened_from}" if with_another else ""
            yield Notice(f"Continuing after {count(len(turns), 'turn')}{whose}:")
            yield Turns(turns[-_RECALLED_TURNS:])

    def record(self, event: str, speaker: str | None = None, text: str | None = None) -> None:
        """Adds to the transcript. If it cannot be written, it ends, and that is reported once."""
        if self._transcript is None:
            return
        try:
            self._transcript.add(self.bot.name, event, speaker, text)
        except OSError as error:
            self._transcript = None
            self._late.append(f"{failure_sentence(error)} The transcript ends here.")

    def failure(self, error: Exception) -> Failure:
        """An exception as an output, with its traceback if the session was started with `debug`."""
        return Failure(failure_sentence(error, self._debug))

    def late_failures(self) -> Iterator[Failure]:
        """What has gone wrong apart from the conversation since this was last called."""
        yield from (Failure(text) for text in self._late)
        self._late.clear()

    def greeting(self) -> Iterator[Output]:
        """Two lines: the bot's name, how to get help and how to leave. Then the end of a continued conversation."""
        yield Notice(f"You are talking to {self.bot.name}. Enter sends, Alt-Enter starts a new line.")
        yield Notice('/help lists the commands; "bye", /quit or Ctrl-D ends the chat.')
        yield from self.recalled()

    def status(self, columns: int | None = None) -> str:
        """One line: the model, the most important options, and how fast the last reply was written.

        Args:
            columns: of the line; parts that do not fit are left out, the last first, and a long name is cut.
        """
        options = self.bot.options
        parts = [self.bot.name, f"temperature {shown(options.temperature)}", f"seed {self.bot.seed}"]
        if self._speed is not None:
            parts.append(f"{self._speed:.0f} tokens/s")
        while columns is not None and len(parts) > 1 and len(" | ".join(parts)) > columns:
            parts.pop()
        line = " | ".join(parts)
        return line if columns is None or len(line) <= columns else f"{line[: columns - 1]}…"


def open_bot(path: str | Path, speaker: str | None = None) -> Chatbot:
    """Opens a model to talk to.

    Args:
        path: of a model folder, or `smalltalk`.
        speaker: the character that a script model speaks as.

    Raises:
        ModelError: there is no model, or it is damaged.
        ConfigurationError: a script model needs a character, and a chat model has none.
    """
    model = api.load(path)
    if model.card.warning is not None:
        terminal.note(model.card.warning)
    if isinstance(model, ScriptWriter):
        if not speaker:
            raise _speaker_missing(path, model.speakers)
        return as_character(model, speaker)
    if speaker is not None:
        raise ConfigurationError(
            f"{path} was asked to speak as {speaker!r}, but it is a chat model, which has one voice: "
            "leave the name out, or give a model that was trained on a script."
        )
    return model


def is_farewell(text: str) -> bool:
    """Whether a message is a farewell and nothing else, in any case and with any punctuation around it.

    A message that begins with a slash is not: on a pipe it is a text like any other.

    Example:
        >>> is_farewell("Good-bye!"), is_farewell("how do I exit vim?"), is_farewell("/quit")
        (True, False, False)
    """
    if text.lstrip().startswith("/"):
        return False
    return _BETWEEN.sub(" ", _OUTSIDE.sub("", text)).casefold() in _FAREWELLS


def failure_sentence(error: Exception, debug: bool = False) -> str:
    """Any exception as one sentence for the person at the keyboard.

    Args:
        error: what went wrong.
        debug: whether to put the whole traceback before it.
    """
    trace = "".join(traceback.format_exception(error)) if debug else ""
    if isinstance(error, TextgenError):
        return f"{trace}{error}"
    if isinstance(error, OSError):
        return trace + system_sentence(error)
    if isinstance(error, MemoryError):
        return f"{trace}This machine has too little memory: try /set candidates 1, or a smaller model with /model."
    return (
        f"{trace}Something went wrong inside textgen ({type(error).__name__}: {error}); the conversation continues. "
        "Start the chat with --debug to see where."
    )


def _speaker_missing(path: str | Path, speakers: tuple[str, ...]) -> ConfigurationError:
    known = ", ".join(speakers[:_NAMED_SPEAKERS]) + (", ..." if len(speakers) > _NAMED_SPEAKERS else "")
    return ConfigurationError(
        f"{path} was asked to chat, but it is a script model, which speaks as one of its characters: name one, with "
        f'--as NAME, or with "/model {path} as NAME"; it knows {known or "no names"}.'
    )


def _close(pieces: Iterator[str]) -> None:
    """Ends a generator now, so that the bot remembers what was shown; other iterators have nothing to end."""
    close = getattr(pieces, "close", None)
    if close is not None:
        close()
