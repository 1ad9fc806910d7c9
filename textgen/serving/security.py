"""The guard in front of every request: whose requests are answered, with which key, and what a browser may do."""

import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from textgen.serving.errors import RequestError

_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_KEYED = ("/v1/", "/api/")

HEADER_BYTES = 1 << 15
"""The most bytes of headers that a request may have."""


@dataclass(frozen=True)
class Access:
    """Whose requests are answered.

    Args:
        key: that requests to the API must bring; None needs none.
        hosts: names besides `localhost` by which the server may be called. Addresses in numbers are always right: to
            call a server by a name of their own is how strangers' pages get at it (DNS rebinding).
        origins: of pages of other hosts that may use the API.
    """

    key: str | None = None
    hosts: Sequence[str] = ()
    origins: Sequence[str] = ()


class Guard:
    """An ASGI application in front of another one.

    Args:
        app: the other one.
        access: whose requests are answered.
    """

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access
        self._hosts = {"localhost", *(host.casefold() for host in access.hosts)}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        origin = headers.get("origin")
        allowed = origin is not None and origin in self._access.origins

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                shown = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    shown.setdefault(name, value)
                shown.setdefault("Cache-Control", "no-store")
                if self._access.origins:
                    shown.add_vary_header("Origin")
                if allowed and origin is not None:
                    shown["Access-Control-Allow-Origin"] = origin
                    shown["Access-Control-Expose-Headers"] = "Content-Disposition, Retry-After"
                    shown["Cross-Origin-Resource-Policy"] = "cross-origin"
            await send(message)

        try:
            answer = self._answer(scope, headers, origin, allowed)
        except RequestError as error:
            answer = error.response
        await (self._app if answer is None else answer)(scope, receive, guarded)

    def _answer(self, scope: Scope, headers: Headers, origin: str | None, allowed: bool) -> Response | None:
        """The response, where the request goes no further.

        Raises:
            RequestError: it is refused.
        """
        if (size := sum(len(name) + len(value) for name, value in headers.raw)) > HEADER_BYTES:
            raise RequestError(431, f"The headers have {size:,} bytes, of {HEADER_BYTES:,} at most: send fewer.")
        host = headers.get("host", "")
        if not self._knows(host):
            raise RequestError(
                403,
                f"The server was called {host[:100]!r}, which is none of its names: call it 127.0.0.1 or localhost, or "
                "start it with --allow-host.",
                code="host_not_allowed",
            )
        if origin is not None and not allowed and origin.partition("://")[2] != host:
            raise RequestError(
                403,
                f"A page of {origin[:100]!r} asked, but this server answers its own pages only: start it with "
                "--allow-origin to let others ask.",
                code="origin_not_allowed",
            )
        if scope["method"] == "OPTIONS" and allowed:
            return Response(
                status_code=204,
                headers={
                    "Access-Control-Allow-Methods": "GET, POST",
                    "Access-Control-Allow-Headers": headers.get("access-control-request-headers", ""),
                    "Access-Control-Max-Age": "600",
                },
            )
        key, path = self._access.key, Request(scope).url.path
        if key is not None and path.startswith(_KEYED):
            brought = headers.get("authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(brought.encode(), key.encode()):
                raise RequestError(
                    401,
                    "The server wants a key, and the request brought "
                    f"{'another one' if brought else 'none'}: send the header  Authorization: Bearer KEY.",
                    code="invalid_api_key",
                    headers={"WWW-Authenticate": "Bearer"},
                )
        return None

    def _knows(self, host: str) -> bool:
        """Whether a Host header names this server."""
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() and ":" in host else host
        if name.casefold() in self._hosts:
            return True
        try:
            ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
        except ValueError:
            return False
        return True
