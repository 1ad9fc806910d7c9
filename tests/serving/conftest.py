"""A server in a thread, with small models that are in the repository, and a client without anything between."""

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from textgen.serving.app import application
from textgen.serving.batch import Inbox, inbox
from textgen.serving.catalogue import Catalogue
from textgen.serving.runs import Runs
from textgen.serving.security import Access
from textgen.serving.server import Server, listen
from textgen.serving.workers import Limits, Workers

DATA = Path(__file__).parents[1] / "data"
MODELS = {"chat": DATA / "chat-v2", "script": DATA / "script-v2", "judged": DATA / "run-v2" / "model"}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict[str, str]
    data: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def events(self) -> list[Any]:
        """The objects of a stream, which must have ended properly."""
        lines = [line[6:] for line in self.data.decode().splitlines() if line.startswith("data: ")]
        assert lines[-1] == "[DONE]"
        return [json.loads(line) for line in lines[:-1]]


@dataclass
class Served:
    """A server that runs."""

    port: int
    workers: Workers

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def ask(self, path: str, body: Any = None, headers: dict[str, str] | None = None, method: str = "") -> Answer:
        """Sends an object, or bytes as they are."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        sent = {"Content-Type": "application/json", **(headers or {})}
        connection.request(method or ("GET" if data is None else "POST"), path, data, sent)
        response = connection.getresponse()
        answer = Answer(
            response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
        )
        connection.close()
        return answer


@contextmanager
def serving(
    models: dict[str, Path] = MODELS,
    access: Access | None = None,
    limits: Limits | None = None,
    runs: Path = DATA / "no such folder",
) -> Iterator[Served]:
    """A server, for as long as the block lasts."""
    workers, ready = Workers(limits or Limits()), threading.Event()
    app = application(Catalogue(lambda: models), Runs(runs), workers, access or Access())
    server, listening = Server(app, workers, ready.set), listen("127.0.0.1", 0)
    thread = threading.Thread(target=server.serve_on, args=(listening,))
    thread.start()
    assert ready.wait(20)
    try:
        yield Served(listening.getsockname()[1], workers)
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def its_own_inbox() -> Iterator[None]:
    """Lets each test write as a request does, whatever the one before it left."""
    token = inbox.set(Inbox())
    yield
    inbox.reset(token)


@pytest.fixture(scope="session")
def server() -> Iterator[Served]:
    """A server with a chat model, a script model, and one with a discriminator."""
    with serving() as served:
        yield served


@pytest.fixture(scope="session")
def refused(server: Served) -> Callable[..., str]:
    """Asks for what must be refused, and gives the message."""

    def ask(path: str, body: Any, status: int = 400, **more: Any) -> str:
        answer = server.ask(path, body, **more)
        assert answer.status == status, answer.data
        error = answer.json["error"]
        assert set(error) == {"message", "type", "param", "code"}
        return str(error["message"])

    return ask
