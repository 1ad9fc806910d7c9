"""What a server of many costs: streams at once against the batch loop, the first token, memory over many requests.

    python benchmarks/serving.py
    python benchmarks/serving.py --requests 10000

The network is the word model of generation_latency.py (two LSTM layers of 512, 10,000 words and a softmax of its own)
in a model folder, with the weights that training begins with, so that it writes nonsense at full speed. The server is
a process of its own, as people start it; this process is its clients.

- Throughput: the loop of generation_latency.py with 32 sequences, which knows no script and makes no text; the same
  loop as a writer of scripts uses it; 96 requests over HTTP of which 32 are streams at once; and a few one after
  another. Rounds take turns.
- The first token of a request alone, and of one that comes while 31 others are being written, in batched steps.
- Memory of the server after 300 requests and after all (`--requests`).
"""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import generation_latency
from measuring import Row, clocked, shown

from textgen.config import ModelConfig
from textgen.model_folder import ModelCard, ModelFolder
from textgen.tokenizers.base import END, LINE_END
from textgen.tokenizers.word import WordTokenizer
from textgen.training.prepare import initial_weights
from textgen.writer import ScriptWriter

STREAMS, TOKENS = 32, 128
REQUESTS = 3 * STREAMS
ROUNDS = 5
WORDS = 10_000
PROMPT = "ANN:"
_SETTLED = 300
_SOME_TEXT = re.compile(rb'"text": "[^"]')
"""In an event that brings text: a stream begins with one that has none."""


def make_model(folder: Path, words: int = WORDS, units: int = 512) -> None:
    """A model folder of an untrained word model that neither ends a line nor the text."""
    tokenizer = WordTokenizer([f" w{number}" for number in range(words)], ["ANN", "BOB"])
    config = ModelConfig(tokenizer.vocabulary_size, units // 2, units, 2, tied=False)
    weights = dict(initial_weights(config, seed=0))
    weights["output/bias"][[END, LINE_END]] = -30.0
    corpus = {
        "fingerprint": "none",
        "style": {"format": "colon", "blank_lines": 0},
        "normalisation": {"lowercase": False, "straight_quotes": False, "curly_quotes": False},
        "shape": {"longest_line": 10 * TOKENS, "narration": False, "scenes": False},
        "speakers": {"ANN": 1, "BOB": 1},
    }
    card = ModelCard("script", config, corpus, metrics={"step": 0})
    ModelFolder(folder).create(card, tokenizer, weights)


@contextmanager
def server(folder: Path) -> Iterator[tuple[int, int]]:
    """A server of the model: its port and its process."""
    command = [sys.executable, "-m", "textgen", "serve", "--model", str(folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            found = re.search(r":(\d+)/", process.stdout.readline())
            assert found, "the server does not start"
            yield int(found[1]), process.pid
        finally:
            process.terminate()


async def ask(port: int, name: str, seed: int, tokens: int) -> float:
    """One stream, read to its end; the seconds until its first token."""
    body = {"model": name, "prompt": PROMPT, "seed": seed, "max_tokens": tokens, "temperature": 1, "stream": True}
    data = json.dumps(body).encode()
    head = f"POST /v1/completions HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(data)}\r\nConnection: close\r\n"
    begun, first = time.perf_counter(), 0.0
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{head}Content-Type: application/json\r\n\r\n".encode() + data)
    received = b""
    while more := await reader.read(1 << 16):
        received += more
        if not first and _SOME_TEXT.search(received):
            first = time.perf_counter() - begun
    writer.close()
    if b"data: [DONE]" not in received or b'"error"' in received:
        raise SystemExit(f"a stream did not end well: {received[-300:]!r}")
    return first


def together(port: int, name: str, requests: int, at_once: int, tokens: int = TOKENS) -> list[float]:
    """Streams, so many at once; the seconds until the first token of each."""

    async def all_of_them() -> list[float]:
        places = asyncio.Semaphore(at_once)

        async def one(seed: int) -> float:
            async with places:
                return await ask(port, name, seed, tokens)

        return await asyncio.gather(*map(one, range(requests)))

    return asyncio.run(all_of_them())


def in_the_middle(port: int, name: str) -> float:
    """The seconds until the first token of a request that comes while 31 others are being written."""

    async def measured() -> float:
        others = [asyncio.create_task(ask(port, name, seed, 4 * TOKENS)) for seed in range(STREAMS - 1)]
        await asyncio.sleep(0.5)
        first = await ask(port, name, STREAMS, 2)
        await asyncio.gather(*others)
        return first

    return asyncio.run(measured())


def measure_throughput(folder: Path, port: int, rounds: int) -> list[Row]:
    """Tokens a second of the loops and of the server, which take turns."""
    model = ModelFolder(folder).load()
    writer = ScriptWriter(model, note=lambda text: None)
    options: dict[str, Any] = {"temperature": 1.0, "max_new_tokens": TOKENS, "num_return_sequences": STREAMS}
    loops = -(-TOKENS // generation_latency.LOOP_TOKENS)
    actions: dict[str, tuple[Callable[[], object], int]] = {
        "batch loop": (
            lambda: [generation_latency.write(writer.model, STREAMS) for _ in range(loops)],
            STREAMS * loops * generation_latency.LOOP_TOKENS,
        ),
        "batch loop of a writer": (lambda: writer.write_several(PROMPT, seed=0, **options), STREAMS * TOKENS),
        f"{STREAMS} streams": (partial(together, port, folder.name, REQUESTS, STREAMS), REQUESTS * TOKENS),
        "one after another": (partial(together, port, folder.name, 4, 1), 4 * TOKENS),
    }
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, (action, tokens) in actions.items():
            taken[name].append(tokens / clocked(action))
    speeds = {name: median(found) for name, found in taken.items()}
    return [
        {
            "case": f"throughput, {STREAMS} texts of {TOKENS} tokens",
            "system": name,
            "tokens_per_second": speed,
            "share_of_the_loop": speed / speeds["batch loop"],
        }
        for name, speed in speeds.items()
    ]


def measure_first_token(folder: Path, port: int, rounds: int, step: float) -> list[Row]:
    """The first token alone and in company.

    Args:
        folder, port: of the server.
        rounds: how many.
        step: seconds of a batched step.
    """
    alone = median(together(port, folder.name, 3 * rounds, 1, 2))
    amid = median(in_the_middle(port, folder.name) for _ in range(rounds))
    case = "first token of a request"
    return [
        {"case": case, "system": "alone", "milliseconds": 1000 * alone},
        {
            "case": case,
            "system": f"amid {STREAMS - 1} others",
            "milliseconds": 1000 * amid,
            "steps_later": (amid - alone) / step,
        },
    ]


def measure_memory(folder: Path, port: int, process: int, requests: int) -> list[Row]:
    """The memory of the server as requests come and go."""
    rows: list[Row] = []
    for count in (min(_SETTLED, requests), requests):
        done = 0 if not rows else _SETTLED
        together(port, folder.name, count - done, STREAMS, 2)
        status = Path(f"/proc/{process}/status").read_text("utf-8")
        megabytes = int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1000
        rows.append({"case": "memory", "system": f"after {count:,} requests", "megabytes": megabytes})
    return rows


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measure what a server of many costs.")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"default {ROUNDS}")
    parser.add_argument("--requests", type=int, default=1000, metavar="N", help="for the memory; default 1000")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of tables")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "words"
        make_model(folder)
        with server(folder) as (port, process):
            together(port, folder.name, STREAMS, STREAMS, 4)  # opens the model
            rows = measure_throughput(folder, port, asked.rounds)
            step = STREAMS / float(rows[2]["tokens_per_second"])
            rows += measure_first_token(folder, port, asked.rounds, step)
            rows += measure_memory(folder, port, process, asked.requests)
    formats = {
        "tokens_per_second": ",.0f",
        "share_of_the_loop": ".2f",
        "milliseconds": ".1f",
        "steps_later": ".1f",
        "megabytes": ".0f",
    }
    print(shown(rows, asked.json, formats))


if __name__ == "__main__":
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    main()
