"""The threads that work for requests."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.serving.conftest import MODELS
from textgen.generation.script_model import ScriptModel
from textgen.inference.language_model import LanguageModel, State
from textgen.model_folder import ModelFolder
from textgen.serving.batch import Inbox, NotWantedError, inbox
from textgen.serving.catalogue import ServedModel
from textgen.serving.errors import RequestError
from textgen.serving.workers import Limits, Workers, in_turn
from textgen.tokenizers.base import START


def test_pieces_that_come_fast_are_put_together_and_none_is_lost() -> None:
    async def listen() -> list[str]:
        return [text async for text in Workers(Limits()).stream(lambda: (f"{k} " for k in range(2000)))]

    texts = asyncio.run(listen())
    assert "".join(texts) == "".join(f"{k} " for k in range(2000)) and len(texts) < 1000


def test_the_first_piece_is_not_held_back() -> None:
    go_on = threading.Event()

    def pieces() -> Iterator[str]:
        yield "first"
        assert go_on.wait(5)
        yield "second"

    async def listen() -> list[str]:
        found = []
        async for text in Workers(Limits()).stream(pieces):
            found.append(text)
            go_on.set()
        return found

    assert asyncio.run(listen()) == ["first", "second"]


def test_what_goes_wrong_in_a_thread_goes_wrong_for_the_listener() -> None:
    def pieces() -> Iterator[str]:
        yield "first"
        raise ValueError("broken")

    async def listen() -> None:
        async for _ in Workers(Limits()).stream(pieces):
            pass

    with pytest.raises(ValueError, match="broken"):
        asyncio.run(listen())


def test_a_listener_that_leaves_ends_the_thread() -> None:
    ended = threading.Event()

    def pieces() -> Iterator[str]:
        try:
            while True:
                time.sleep(0.001)
                yield "more "
        finally:
            ended.set()

    async def leave() -> None:
        stream = Workers(Limits()).stream(pieces)
        await anext(stream)
        await stream.aclose()  # type: ignore[attr-defined]
        await asyncio.to_thread(ended.wait, 5)

    asyncio.run(leave())
    assert ended.is_set()


def test_places_are_given_back() -> None:
    async def ask() -> None:
        workers = Workers(Limits(running=1, waiting=0))
        for _ in range(3):
            assert await workers.run(lambda: 5) == 5
        slow = asyncio.create_task(workers.run(lambda: time.sleep(0.2)))
        await asyncio.sleep(0.05)
        with pytest.raises(RequestError) as refused:
            await workers.run(lambda: 5)
        assert refused.value.status == 429
        await slow
        assert await workers.run(lambda: 5) == 5

    asyncio.run(ask())


def test_when_it_closes_all_is_told() -> None:
    def until_told() -> None:
        while True:
            time.sleep(0.001)
            inbox.get().check()

    async def ask() -> None:
        workers = Workers(Limits())
        asking = asyncio.create_task(workers.run(until_told))
        await asyncio.sleep(0.05)
        workers.close()
        for one in (asking, asyncio.create_task(workers.run(until_told))):
            with pytest.raises(RequestError) as told:
                await one
            assert told.value.code == "closing"

    asyncio.run(ask())


def test_networks_compute_in_turn() -> None:
    class Network:
        computing, most, width = 0, 0, 3

        def step(self, ids: int) -> int:
            Network.computing += 1
            Network.most = max(Network.most, Network.computing)
            time.sleep(0.002)
            Network.computing -= 1
            return 2 * ids

    networks = [in_turn(Network()), in_turn(Network())]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda k: networks[k % 2].step(k), range(40)))
    assert found == [2 * k for k in range(40)] and Network.most == 1
    assert networks[0].width == 3


def test_an_error_lets_the_next_network_compute() -> None:
    class Network:
        def step(self, ids: int) -> float:
            return 1 / ids

    network = in_turn(Network())
    with pytest.raises(ZeroDivisionError):
        network.step(0)
    assert network.step(2) == 0.5


def test_who_came_first_computes_first() -> None:
    done, go = list[int](), threading.Event()

    class Network:
        def hold(self) -> None:
            assert go.wait(5)

        def step(self, number: int) -> None:
            done.append(number)

    network = in_turn(Network())
    threads = [threading.Thread(target=network.hold)]
    threads += [threading.Thread(target=network.step, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
        time.sleep(0.02)
    go.set()
    for thread in threads:
        thread.join()
    assert done == [0, 1, 2, 3, 4]


def test_a_long_text_is_read_in_many_turns_and_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    model = ServedModel("script", MODELS["script"]).script.network
    plain = ScriptModel(ModelFolder(MODELS["script"]).load()).network
    ids = np.random.default_rng(0).integers(START, model.vocabulary_size, 200)
    ids[[0, 70, 96]] = START
    for found, expected in zip(model.trace(ids), plain.trace(ids), strict=True):
        np.testing.assert_array_equal(found, expected)
    read = model.read(ids[:, None], model.initial_state())
    for found, expected in zip(read, plain.read(ids[:, None], plain.initial_state()), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)
    assert model.read(ids[:0, None], read) is read

    longest, trace = 0, LanguageModel.trace

    def watched(network: LanguageModel, part: NDArray[np.integer], state: State | None = None) -> State:
        nonlocal longest
        longest = max(longest, len(part))
        return trace(network, part, state)

    monkeypatch.setattr(LanguageModel, "trace", watched)
    model.trace(ids)
    assert longest < 50


def test_a_long_text_that_nobody_waits_for_is_not_read_to_its_end() -> None:
    model, mine = ServedModel("script", MODELS["script"]).script.network, Inbox()
    token = inbox.set(mine)
    mine.close()
    with pytest.raises(NotWantedError):
        model.trace(np.full(1000, START))
    inbox.reset(token)
