"""A thousand hostile requests: each gets an error in the API's form, the server lives, and its memory stays."""

import json
import random
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_serve import started
from tests.serving.conftest import DATA, Answer, Served

POSTS = [
    *("/v1/chat/completions", "/v1/completions", "/api/candidates", "/api/continuations", "/api/next", "/api/explain"),
    *("/api/neurons", "/api/neighbours", "/api/realness", "/api/copies", "/api/export"),
]
FIELDS = [
    *("model", "messages", "prompt", "text", "n", "stream", "stop", "seed", "temperature", "logprobs", "options"),
    *("lines", "characters", "num_beams", "reply", "layer", "cell", "property", "id", "format", "temperatures"),
]
WRONG: list[Any] = [
    *(True, -1, 1e308, 10**30, "", "\x00", "../../etc/passwd", "\u202e", "x" * 5000, [], [[]], [None], {}, {"a": {}}),
    *([{"role": "user"}], [{"role": "user", "content": 5}], [{"role": "\ud800"}], "<script>alert(1)</script>", -0.0),
]
BAD_BYTES = [
    b"",
    b"{",
    b"\xff\xfe",
    b'{"model": NaN}',
    b"[" * 60_000,
    b'"\\ud800"',
    b"null",
    b"[1]",
    b"{}" * 3,
    b"9" * 5000,
]
PATHS = [
    *(
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/api/runs/..%2f..%2fetc",
        "/v1/models/../../x",
        "/api/runs/%00",
    ),
    *(
        "/api/" + "x" * 3000,
        "/v1/models/%ff",
        "//evil.example/",
        "/page/../app.py",
        "/api/runs/.",
        "/v1/models/script-v2/..",
    ),
]
RAW = [
    *(b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 500 + b"\r\n\r\n", b"GET\r\n\r\n", b"POST /v1/completions HTTP/1.1\r\n\r\n"),
    b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: " + b"y" * 40_000 + b"\r\n\r\n",
    b"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n",
]


def attacks(count: int) -> Iterator[tuple[str, Any]]:
    """Requests of all kinds, none of which makes sense: a path with a body, or bytes for the bare connection."""
    draw = random.Random(0)
    for number in range(count):
        kind = number % 10
        if kind < 5:
            good: dict[str, Any] = {"model": "script-v2", "text": "JERRY: Hello.\n", "prompt": "JERRY:"}
            body = {**good, draw.choice(FIELDS): draw.choice(WRONG), "\x00" + str(number): 1}
            yield draw.choice(POSTS), json.dumps(body).encode()
        elif kind < 7:
            yield draw.choice(POSTS), draw.choice(BAD_BYTES)
        elif kind == 7:
            yield draw.choice(PATHS), None
        elif kind == 8:
            yield "", draw.choice(RAW)
        else:
            yield draw.choice(POSTS), b" " * draw.choice([1_100_000, 3_000_000])


@pytest.mark.slow
def test_a_thousand_hostile_requests() -> None:
    with started("--model", str(DATA / "script-v2"), "--model", str(DATA / "chat-v2")) as (process, port, _):
        server = Served(port, None)  # type: ignore[arg-type]
        dawdling = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
        for connection in dawdling:
            connection.sendall(b"POST /v1/completions HTTP/1.1\r\nHost: local")
        memory = list[int]()
        for number, (path, body) in enumerate(attacks(1000)):
            answer = bare(port, body) if not path else server.ask(path, body)
            assert answer is None or 400 <= answer.status < 500, (number, path, body, answer)
            if answer is not None:
                assert set(answer.json["error"]) == {"message", "type", "param", "code"}, (path, body, answer)
            if number in (300, 999):
                memory.append(resident(process.pid))
        assert process.poll() is None
        assert server.ask("/health").json == {"status": "ok"}
        found = server.ask("/v1/completions", {"model": "script-v2", "prompt": "JERRY:", "lines": 1})
        assert found.json["choices"][0]["text"].endswith("\n")
        assert memory[1] < memory[0] + 20_000, memory
        for connection in dawdling:
            connection.close()


def bare(port: int, data: bytes) -> Answer | None:
    """What comes back on a bare connection; None where it was closed without a word."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        received = b""
        while more := connection.recv(65536):
            received += more
    if not received:
        return None
    head, _, body = received.partition(b"\r\n\r\n")
    status = re.match(rb"HTTP/1.1 (\d+)", head)
    assert status, received
    return Answer(int(status[1]), {}, body)


def resident(process: int) -> int:
    """The memory of a process, in kB."""
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        pytest.skip("the system does not tell how much memory a process has")
    found = re.search(r"VmRSS:\s+(\d+)", status.read_text("utf-8"))
    assert found
    return int(found[1])
