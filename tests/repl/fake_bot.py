"""A bot that needs no model: it says what was said to it, and counts."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from textgen.decoding.options import ChatOptions, chat_options
from textgen.errors import ConfigurationError, ModelError
from textgen.generation.conversation import Reply


class FakeBot:
    """Replies with a number and the message, word by word."""

    def __init__(self, name: str = "echo", pause: float = 0.0) -> None:
        self.name, self.path, self.pause = name, Path("runs") / name, pause
        self.options = ChatOptions()
        self.turns: tuple[SimpleNamespace, ...] = ()
        self.tokenizer = SimpleNamespace(encode=str.split)
        self._replies = 0
        self._kept: dict[str, Any] = {}

    def set(self, **options: Any) -> None:
        self.options = chat_options({**self._kept, **options})
        self._kept |= options

    @property
    def seed(self) -> int:
        return 1234 if self.options.seed is None else self.options.seed

    def stream(self, text: str) -> Iterator[str]:
        if text == "crash":
            raise ZeroDivisionError("a bug")
        return self._speak(f"You said: {text}", self.turns, (_turn("user", text),))

    def stream_first(self) -> Iterator[str]:
        return self._speak("I speak first.", self.turns, ())

    def stream_retry(self) -> Iterator[str]:
        if not self.turns:
            raise ConfigurationError("A retry was asked for, but nothing was said yet.")
        self._replies -= self.options.temperature == 0
        return self._speak(f"Again: {self.turns[-2].text}", self.turns[:-1], ())

    def _speak(self, text: str, before: tuple[SimpleNamespace, ...], message: tuple[SimpleNamespace, ...]) -> Any:
        self._replies += 1
        pieces = f"{self._replies}. {text}".split(" ")
        shown = ""
        try:
            for place, word in enumerate(pieces):
                time.sleep(self.pause)
                piece = word if place == 0 else f" {word}"
                shown += piece
                yield piece
        finally:
            if shown:
                self.turns = (*before, *message, _turn("bot", shown))

    def candidates(self, number: int = 5) -> list[SimpleNamespace]:
        if number < 1:
            raise ConfigurationError(f"{number} candidates were asked for: ask for 1 or more.")
        real = 0.75 if self.options.rerank else None
        return [
            SimpleNamespace(reply=Reply(f"candidate {place}", reads_as_real=real), score=-place / 2)
            for place in range(1, number + 1)
        ]

    def pick(self, place: int) -> None:
        if not 1 <= place <= 5:
            raise ConfigurationError(f"Candidate {place} was asked for, but there are 5.")
        self.turns = (*self.turns[:-1], _turn("bot", f"candidate {place}"))

    def undo(self) -> bool:
        something = bool(self.turns)
        self.turns = self.turns[:-2]
        return something

    def reset(self) -> None:
        self.turns = ()

    def save(self, path: Path) -> None:
        talk = {"bot": self.name, "turns": [vars(turn) for turn in self.turns]}
        path.write_text(json.dumps(talk), encoding="utf-8")

    def open(self, path: Path) -> str:
        try:
            talk = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            raise ModelError(f"{path} holds no conversation.") from None
        self.turns = tuple(_turn(**turn) for turn in talk["turns"])
        return str(talk["bot"])


def _turn(speaker: str, text: str) -> SimpleNamespace:
    return SimpleNamespace(speaker=speaker, text=text)
