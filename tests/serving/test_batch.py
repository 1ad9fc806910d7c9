"""The shared batch: every request gets what it would get alone, in whatever company."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

import pytest

import textgen
from tests.serving.conftest import MODELS
from textgen.chatbot import Chatbot
from textgen.decoding.loop import Batch
from textgen.serving.batch import Inbox, NotWantedError, SharedBatch, inbox
from textgen.serving.catalogue import ServedModel
from textgen.writer import ScriptWriter

Result = TypeVar("Result")

WRITING: list[dict[str, Any]] = [
    {"prompt": "JERRY: the", "lines": 3, "seed": 1},
    {"prompt": "", "lines": 6, "seed": 2, "temperature": 1.2, "top_k": 20},
    {"prompt": "ELAINE: my coat\n", "max_new_tokens": 30, "seed": 3, "no_copy": 8},
    {"prompt": "GEORGE:", "lines": 2, "temperature": 0},
    {"prompt": "JERRY:", "lines": 2, "seed": 4, "characters": ["JERRY"], "repetition_penalty": 1.2},
    {"prompt": "JERRY:", "lines": 1, "temperature": 0, "num_beams": 3},
]
TALKING: list[tuple[str, dict[str, Any]]] = [
    ("what colour is the soup?", {"seed": 1, "temperature": 1.0}),
    ("hello!", {"seed": 2, "candidates": 1, "temperature": 1.3}),
    ("well, tell me: what colour is the ferry, and the coat, and the moon?", {"seed": 3, "no_copy": 8}),
    ("", {"seed": 4, "temperature": 0}),
]


def together(work: list[Callable[[], Result]]) -> list[Result]:
    """What functions return that run at once, each for a request of its own."""

    def for_a_request(one: Callable[[], Result]) -> Result:
        inbox.set(Inbox())
        return one()

    with ThreadPoolExecutor(len(work)) as pool:
        return [done.result() for done in [pool.submit(copy_context().run, for_a_request, one) for one in work]]


def test_scripts_written_side_by_side_are_those_written_alone() -> None:
    alone, served = textgen.load(MODELS["script"]), ServedModel("script", MODELS["script"])
    assert isinstance(alone, ScriptWriter)
    work = [lambda one=one: served.writer(print).write(**one).text for one in WRITING * 4]
    assert together(work) == [alone.write(**one).text for one in WRITING] * 4


def test_replies_made_side_by_side_are_those_made_alone() -> None:
    alone, served = textgen.load(MODELS["chat"]), ServedModel("chat", MODELS["chat"])
    assert isinstance(alone, Chatbot)

    def replies(bot: Chatbot, message: str, options: dict[str, Any]) -> list[str]:
        bot.reset()
        return [bot.reply(message, **options), bot.reply("and the kettle?", **options)]

    work = [lambda one=one: replies(served.bot(None), *one) for one in TALKING * 4]
    assert together(work) == [replies(alone, *one) for one in TALKING] * 4


def test_a_request_that_is_closed_gets_nothing_more_and_the_batch_forgets_it() -> None:
    served = ServedModel("script", MODELS["script"])
    mine = Inbox()
    inbox.set(mine)
    pieces = served.writer(print).stream("JERRY:", max_new_tokens=4000, seed=1)
    assert next(pieces) and next(pieces)
    mine.close()
    with pytest.raises(NotWantedError):
        list(pieces)
    for thread in threading.enumerate():
        if thread.name == "batch":
            thread.join(5)
    assert not [thread for thread in threading.enumerate() if thread.name == "batch"]


def test_an_error_while_a_request_joins_ends_it_and_the_next_one_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    served = ServedModel("script", MODELS["script"])
    inbox.set(Inbox())
    with monkeypatch.context() as patched:
        patched.setattr(Batch, "join", lambda *given: bytearray(1 << 62))
        with pytest.raises(MemoryError):
            served.writer(print).write("JERRY:", lines=1)
    assert served.writer(print).write("JERRY:", lines=1).text


def test_an_error_of_the_model_ends_the_requests_and_the_next_one_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    served = ServedModel("script", MODELS["script"])
    batch = served.opened.decoder.__self__  # type: ignore[attr-defined]
    assert isinstance(batch, SharedBatch)
    step = batch._batch._step
    monkeypatch.setattr(batch._batch, "_step", lambda ids, state: 1 / 0)
    inbox.set(Inbox())
    with pytest.raises(ZeroDivisionError):
        served.writer(print).write("JERRY:", lines=1)
    monkeypatch.setattr(batch._batch, "_step", step)
    assert served.writer(print).write("JERRY:", lines=1).text
