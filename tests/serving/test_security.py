"""Who is answered, what a browser may do, and what keeps one request from harming others."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable

import pytest
from starlette.types import Message, Receive, Scope, Send

from tests.serving.conftest import MODELS, Answer, Served, serving
from textgen.serving import server as server_module
from textgen.serving.app import PAGE
from textgen.serving.batch import Inbox
from textgen.serving.security import HEADER_BYTES, Access, Guard
from textgen.serving.workers import Limits

LONG = {"model": "script", "prompt": "JERRY:", "max_tokens": 4096, "lines": 500, "temperature": 1.5}


@pytest.mark.parametrize("host", ["127.0.0.1:1", "localhost", "[::1]:8000", "192.168.0.7"])
def test_its_own_names_are_answered(server: Served, host: str) -> None:
    assert server.ask("/health", headers={"Host": host}).status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example:8000", "", "127.0.0.1.evil.example"])
def test_other_names_are_not(server: Served, host: str) -> None:
    found = server.ask("/health", headers={"Host": host})
    assert found.status == 403 and found.json["error"]["code"] == "host_not_allowed"


def test_pages_of_others_are_not_answered_unless_allowed(server: Served) -> None:
    origin = {"Origin": "https://notes.example"}
    assert server.ask("/api/models", headers=origin).status == 403
    assert server.ask("/api/models", headers={"Origin": server.url}).status == 200
    assert server.ask("/v1/completions", b"{}", {"Content-Type": "text/plain"}).status == 415
    with serving({"chat": MODELS["chat"]}, Access(hosts=["notes.local"], origins=["https://notes.example"])) as other:
        found = other.ask("/api/models", headers={**origin, "Host": "notes.local"})
        assert found.status == 200 and found.headers["access-control-allow-origin"] == "https://notes.example"
        assert "Retry-After" in found.headers["access-control-expose-headers"]
        wanted = "authorization, x-stainless-os"  # as OpenAI's own client for browsers asks
        preflight = {**origin, "Access-Control-Request-Headers": wanted}
        asked = other.ask("/v1/completions", headers=preflight, method="OPTIONS")
        assert asked.status == 204 and asked.headers["access-control-allow-headers"] == wanted
        assert "access-control-allow-headers" not in other.ask("/health", headers=preflight).headers
        assert other.ask("/api/models", headers={"Origin": "https://evil.example"}).status == 403


def test_headers_that_are_too_long_are_refused_however_they_arrive(server: Served) -> None:
    """In many small parts the protocol refuses them; whole at once, the guard does."""
    long = {"X": "y" * (HEADER_BYTES + 1)}
    assert server.ask("/health", headers=long).status in (400, 431)

    async def asked() -> list[Message]:
        sent = list[Message]()

        async def send(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def beyond(scope: Scope, receive: Receive, send: Send) -> None:
            raise AssertionError("the guard let it through")

        headers = [(b"host", b"localhost"), (b"x", long["X"].encode())]
        scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": headers}
        await Guard(beyond, Access())(scope, receive, send)
        return sent

    start, body = asyncio.run(asked())
    assert start["status"] == 431 and "32,768" in json.loads(body["body"])["error"]["message"]


def test_a_browser_runs_no_scripts_but_the_servers_own(server: Served) -> None:
    for path in ("/", "/health", "/nothing", "/api/models"):
        policy = server.ask(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
        assert server.ask(path).headers["x-content-type-options"] == "nosniff"


def test_the_pages_files_are_served_with_their_types_and_asked_for_again_only_when_changed(server: Served) -> None:
    page = server.ask("/")
    assert page.status == 200 and page.headers["content-type"].startswith("text/html")
    assert page.data == (PAGE / "index.html").read_bytes()
    assert server.ask("/", headers={"If-None-Match": page.headers["etag"]}).status == 304


@pytest.mark.parametrize("path", ["/../app.py", "/%2e%2e/app.py", "/..%2fapp.py", "//etc/passwd", "/%00", "/nothing"])
def test_nothing_outside_the_pages_folder_is_served(server: Served, path: str) -> None:
    found = server.ask(path)
    assert found.status == 404 and "docs/server.md" in found.json["error"]["message"]


@pytest.mark.parametrize("name", ["../script-v2", "tests/data/script-v2", "/etc", "script/../chat", "", "script\x00"])
def test_a_models_name_is_never_a_path(refused: Callable[..., str], name: str) -> None:
    assert "has none of this name" in refused("/v1/completions", {"model": name, "prompt": "x"}, 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/completions", "POST"),
        ("GET", "/v1/chat/completions", "POST"),
        ("POST", "/v1/models", "GET"),
        ("DELETE", "/v1/models/chat", "GET"),
        ("POST", "/api/runs", "GET"),
        ("POST", "/health", "GET"),
        ("POST", "/", "GET"),
    ],
)
def test_a_wrong_method_is_told(server: Served, method: str, path: str, allowed: str) -> None:
    found = server.ask(path, method=method)
    assert found.status == 405 and allowed in found.headers["allow"]
    assert "does not take" in found.json["error"]["message"]


@pytest.mark.parametrize("path", ["/v1/embeddings", "/v1/completions/", "/v1", "/api/nothing", "/nothing"])
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_where_nothing_is_any_method_is_told_so(server: Served, method: str, path: str) -> None:
    found = server.ask(path, method=method)
    assert found.status == 404 and "there is nothing" in found.json["error"]["message"]


def test_when_too_many_wait_the_next_is_told_to_come_again() -> None:
    with serving(limits=Limits(running=1, waiting=1, seconds=20)) as server:
        answers: list[Answer] = []
        asking = [
            threading.Thread(target=lambda: answers.append(server.ask("/v1/completions", LONG))) for _ in range(4)
        ]
        for thread in asking:
            thread.start()
        for thread in asking:
            thread.join()
        refused = [answer for answer in answers if answer.status == 429]
        assert len(refused) == 2 and all(int(answer.headers["retry-after"]) > 0 for answer in refused)
        assert sorted(answer.status for answer in answers) == [200, 200, 429, 429]


def test_a_request_that_takes_too_long_ends() -> None:
    with serving(limits=Limits(seconds=0.1)) as server:
        found = server.ask("/v1/completions", LONG)
        assert found.status == 503 and found.json["error"]["code"] == "time_limit"
        streamed = server.ask("/v1/completions", {**LONG, "stream": True})
        assert streamed.status == 200 and streamed.events[-1]["error"]["code"] == "time_limit"
        assert _nobody_writes(server)


def test_a_client_that_leaves_is_forgotten(server: Served) -> None:
    for body in (b'{"model": "script", "max_tokens": 4096, "lines": 500, "stream": true}', b'{"model": "script"}'):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            head = f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
            connection.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
            connection.recv(10)
        assert _nobody_writes(server)


def test_a_body_that_is_too_large_or_too_slow_is_refused() -> None:
    with serving(limits=Limits(body_bytes=1000, body_seconds=0.3)) as server:
        assert server.ask("/v1/completions", b"x" * 1001).status == 413
        assert server.ask("/v1/completions", b"x" * 7000).status == 413
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            head = "POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n"
            connection.sendall(f"{head}Content-Type: application/json\r\n\r\n{{".encode())
            assert b" 408 " in connection.recv(1000)


def test_a_connection_that_does_not_ask_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEADER_SECONDS", 0.3)
    with serving() as server, socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: ")
        connection.settimeout(10)
        assert connection.recv(100) == b""


def test_what_is_no_http_is_told_in_json(server: Served) -> None:
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert b'"invalid_request_error"' in connection.recv(1000)


def test_the_end_of_the_server_ends_its_streams_properly() -> None:
    with serving() as server:
        answers: list[Answer] = []
        body = {**LONG, "stream": True}
        asking = threading.Thread(target=lambda: answers.append(server.ask("/v1/completions", body)))
        asking.start()
        while not server.workers._inboxes:
            time.sleep(0.01)
        time.sleep(0.1)
        server.workers.close()
        asking.join(10)
        assert answers[0].status in (200, 503)
        if answers[0].status == 200:
            assert answers[0].events[-1]["error"]["code"] == "closing"
        assert server.ask("/v1/completions", {"model": "script", "prompt": "x"}).status == 503


def _nobody_writes(server: Served) -> bool:
    """Whether all that was written has ended, within two seconds."""
    inboxes: set[Inbox] = server.workers._inboxes
    for _ in range(200):
        if not inboxes and not any(thread.name == "batch" for thread in threading.enumerate()):
            return True
        time.sleep(0.01)
    return False
