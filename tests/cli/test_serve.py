"""`textgen serve` as a person starts it."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from textgen.cli import serve
from textgen.cli.main import cli
from textgen.errors import MissingExtraError

DATA = Path(__file__).parents[1] / "data"


@contextmanager
def started(*arguments: str, folder: Path | None = None) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    """A server in a process of its own, its port, and the line that it printed."""
    command = [sys.executable, "-m", "textgen", "serve", "--port", "0", *arguments]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=folder, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            port = re.search(r":(\d+)/", line)
            assert port, process.communicate()
            yield process, int(port[1]), line
        finally:
            process.kill()


def test_the_model_that_comes_along_and_all_runs_are_served(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "show").symlink_to(DATA / "script-v2")
    (tmp_path / "runs" / "broken").mkdir()
    (tmp_path / "runs" / "broken" / "model.json").write_text("{", encoding="utf-8")
    with started(folder=tmp_path) as (process, port, line):
        assert line.startswith("Serving smalltalk, show, english at  http://127.0.0.1:")
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/v1/models")
        assert [one["id"] for one in json.load(connection.getresponse())["data"]] == ["smalltalk", "show", "english"]
        connection.close()
        process.send_signal(signal.SIGINT)
        assert process.wait(5) in (0, 130, -signal.SIGINT)


def test_told_to_end_it_ends_within_five_seconds_and_streams_are_closed_properly() -> None:
    body = {"model": "script-v2", "prompt": "JERRY:", "lines": 500, "max_tokens": 4096, "stream": True, "n": 8}
    with started("--model", str(DATA / "script-v2")) as (process, port, _):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("POST", "/v1/completions", json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        assert response.readline().startswith(b"data: ")
        begin = time.monotonic()
        process.send_signal(signal.SIGTERM)
        rest = response.read().decode()  # raises where the stream is cut off
        assert rest.rstrip().endswith("data: [DONE]") and '"closing"' in rest
        process.wait(5)
        assert time.monotonic() - begin < 5


def test_it_starts_without_tensorflow_and_without_asking_the_network() -> None:
    code = (
        "import sys, textgen.cli.serve as serve, textgen.serving.app, textgen.serving.server\n"
        "assert not {'tensorflow', 'keras', 'openai'} & set(sys.modules), sys.modules.keys()"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_other_machines_need_a_key_or_an_order(host: str) -> None:
    found = CliRunner().invoke(cli, ["serve", "--host", host, "--port", "0"])
    assert found.exit_code == 2 and "--api-key-file" in found.output and "--no-key" in found.output


@pytest.mark.parametrize("key", ["", "short", "two words are no key", "schlüsselchen"])
def test_a_key_must_be_one(tmp_path: Path, key: str) -> None:
    file = tmp_path / "key.txt"
    file.write_text(f"{key}\n", encoding="utf-8")
    found = CliRunner().invoke(cli, ["serve", "--api-key-file", str(file)])
    assert found.exit_code == 2 and "8 to 512" in found.output


def test_a_model_that_is_none_and_a_port_that_is_taken_are_told(tmp_path: Path) -> None:
    found = CliRunner().invoke(cli, ["serve", "--model", str(tmp_path)])
    assert found.exception is not None and "no model.json" in str(found.exception)
    with started("--model", "smalltalk") as (_, port, _):
        found = CliRunner().invoke(cli, ["serve", "--port", str(port)])
        assert found.exception is not None and "choose another --port" in str(found.exception)


def test_without_the_extra_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"starlette, uvicorn, sse_starlette are not .*textgen-keras\[serve\]"):
        serve._require_serve()
