"""What endpoints share: the models, the workers, a request's body, its texts and events, and a client that leaves."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing, suppress
from typing import Any, TypeVar

import anyio
from sse_starlette import EventSourceResponse
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from textgen.serving.body import Body, parse
from textgen.serving.catalogue import Catalogue
from textgen.serving.choices import TextChoice
from textgen.serving.errors import RequestError, as_request_error
from textgen.serving.runs import Runs
from textgen.serving.workers import Workers

Result = TypeVar("Result")

log = logging.getLogger("textgen.serving")

_DRAINED = 8
"""How many times the allowed body is still read, so that a client which sends too much can read why it is refused."""

_SEND_SECONDS = 30
_FAREWELL_SECONDS = 2


class Service:
    """A server's models and workers, as its endpoints use them.

    Args:
        catalogue: the models.
        runs: that trained models.
        workers: write.
    """

    def __init__(self, catalogue: Catalogue, runs: Runs, workers: Workers) -> None:
        self.catalogue, self.runs, self.workers = catalogue, runs, workers

    async def body(self, request: Request) -> Body:
        """The JSON object that a request has sent.

        Raises:
            RequestError: it is too large, too slow, or no JSON object.
        """
        limits = self.workers.limits
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise RequestError(415, "A JSON object was expected: send it with Content-Type: application/json.")
        data, seen = bytearray(), 0
        try:
            async with asyncio.timeout(limits.body_seconds):
                async for chunk in request.stream():
                    seen += len(chunk)
                    if seen > _DRAINED * limits.body_bytes:
                        break
                    if seen <= limits.body_bytes:
                        data += chunk
        except TimeoutError:
            raise RequestError(
                408, f"The body did not come within {limits.body_seconds:g} seconds: send it again."
            ) from None
        if seen > limits.body_bytes:
            raise RequestError(413, f"The body has more than {limits.body_bytes:,} bytes: send less.")
        return Body(parse(bytes(data)))

    async def in_thread(self, work: Callable[[], Result]) -> Result:
        """What a function returns that may read files; it does not wait for a place among the texts."""
        return await asyncio.to_thread(work)

    async def texts(self, choices: Sequence[TextChoice]) -> AsyncIterator[tuple[int, str]]:
        """The pieces of several choices, which are written side by side, each with the number of its choice.

        Raises:
            TimeoutError: they take longer than a request may.
        """
        news = asyncio.Queue[tuple[int, str] | Exception | None]()

        async def follow(place: int, choice: TextChoice) -> None:
            try:
                async for text in self.workers.stream(choice.pieces):
                    news.put_nowait((place, text))
                news.put_nowait(None)
            except Exception as error:
                news.put_nowait(error)

        deadline = asyncio.get_running_loop().time() + self.workers.limits.seconds
        following = [asyncio.create_task(follow(place, choice)) for place, choice in enumerate(choices)]
        left = len(choices)
        try:
            while left:
                async with asyncio.timeout_at(deadline):
                    found = await news.get()
                if isinstance(found, Exception):
                    raise found
                if found is None:
                    left -= 1
                else:
                    yield found
        finally:
            for task in following:
                task.cancel()

    async def events(self, request: Request, objects: AsyncGenerator[dict[str, Any], None]) -> Response:
        """A stream of objects as server-sent events, ended by `[DONE]`.

        What goes wrong before the first object is an ordinary error; later it is an event.
        """
        first = await self.while_connected(request, _first(objects))

        async def sent() -> AsyncIterator[str]:
            async with aclosing(objects):  # so that a client which leaves is forgotten at once
                yield _json(first)
                try:
                    async for one in objects:
                        yield _json(one)
                except Exception as error:
                    yield _json(told(error).body)
                yield "[DONE]"

        return EventSourceResponse(
            sent(),
            sep="\n",
            send_timeout=_SEND_SECONDS,
            shutdown_event=anyio.Event(),
            shutdown_grace_period=_FAREWELL_SECONDS,
            headers={"X-Accel-Buffering": "no"},
        )

    async def while_connected(self, request: Request, work: Coroutine[Any, Any, Result]) -> Result:
        """What a coroutine returns; it is cancelled when the client leaves."""
        working, leaving = asyncio.create_task(work), asyncio.create_task(_left(request))
        try:
            await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if working.done():
                return working.result()
            raise ClientDisconnect
        finally:
            for task in (working, leaving):
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task


def told(error: Exception) -> RequestError:
    """What a client is told of an error; the log gets what is nobody else's business."""
    found = as_request_error(error)
    if found.status == 500:
        log.error("a request failed", exc_info=error)
    return found


async def _first(objects: AsyncIterator[dict[str, Any]]) -> dict[str, Any]:
    return await anext(objects)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


async def _left(request: Request) -> None:
    """Returns when the client has left."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
