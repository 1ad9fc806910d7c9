"""The server: an address that it listens on, connections that must not dawdle, and an end within seconds."""

import asyncio
import ctypes
import json
import socket
import sys
from collections.abc import Callable
from types import FrameType

import uvicorn
from starlette.applications import Starlette
from uvicorn.protocols.http.h11_impl import H11Protocol

from textgen.errors import ConfigurationError
from textgen.serving.errors import RequestError
from textgen.serving.security import HEADER_BYTES
from textgen.serving.workers import Workers

HEADER_SECONDS = 20
"""How long a connection may take until the headers of its first request are whole."""

_END_SECONDS = 4

_ARENA_MAX = -8
"""`M_ARENA_MAX` of glibc's malloc.h: the most heaps a process may have."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens.

    Args:
        host: an address or a name.
        port: 0 takes a free one.

    Raises:
        ConfigurationError: the address is taken, or not this machine's.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        found = socket.socket(family, kind, protocol)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
    except OSError as error:
        raise ConfigurationError(
            f"The server was to listen on {host} port {port}, but the system refuses it ({error.strerror}): choose "
            "another --port, 0 for any that is free, or another --host."
        ) from None
    return found


class Connection(H11Protocol):
    """A connection that is closed where its first request does not come, and that tells what is no HTTP in JSON."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begins to wait for the first request."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def connection_lost(self, exc: Exception | None) -> None:
        """Waits no more."""
        self._patience.cancel()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answers what is no HTTP."""
        error = RequestError(400, "A request of HTTP was expected, but something else came: send one.")
        body = json.dumps(error.body).encode()
        head = f"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        self.transport.write(f"{head}Connection: close\r\n\r\n".encode() + body)
        self.transport.close()

    def _give_up(self) -> None:
        if self.cycle is None:
            self.transport.close()


class Server(uvicorn.Server):
    """A server that tells the texts being written to end when it is told to.

    Args:
        app: answers.
        workers: write; closed at the end.
        ready: is called once it listens.
    """

    def __init__(self, app: Starlette, workers: Workers, ready: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Connection,
                ws="none",
                lifespan="off",
                log_level="warning",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                h11_max_incomplete_event_size=HEADER_BYTES,
                timeout_graceful_shutdown=_END_SECONDS,
            )
        )
        self._workers, self._ready = workers, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begins to listen."""
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Begins to end: streams get their last event."""
        self._workers.close()
        super().handle_exit(sig, frame)

    def serve_on(self, listening: socket.socket) -> None:
        """Serves until the process is told to end."""
        _share_heaps()
        self.run(sockets=[listening])


def _share_heaps() -> None:
    """Lets all threads have their memory from two heaps, where the C library (glibc) would give them one each.

    What a thread gives back stays in its heap, so that many threads keep much that nobody uses.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)):
        mallopt(_ARENA_MAX, 2)


def address(listening: socket.socket) -> str:
    """Where a browser finds the server."""
    host, port, *_ = listening.getsockname()
    shown = f"[{host}]" if ":" in host else host
    return f"http://{'127.0.0.1' if shown == '0.0.0.0' else shown}:{port}/"
