"""One process of a shared run: trains a script writer and perhaps a chatbot, as the others do.

python -m tests.system.shared CORPUS DIALOGUES FOLDER CARDS
"""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest.mock import patch

import textgen
from tests.conftest import TINY, TINY_CHAT

SCRIPT: dict[str, Any] = {**TINY, "dropout": 0.2, "streams": 10}
"""Ten streams for four workers: the parts of a batch are not of one height."""

CHAT: dict[str, Any] = {**TINY_CHAT, "dropout": 0.2, "batch": 18, "replies_by": "bob"}


class Losses(textgen.Callback):
    """Remembers the average loss at each step, and the scores of held-out text."""

    def __init__(self) -> None:
        self.losses = list[float]()

    def step(self, progress: float, tokens_per_second: float, train_bits_per_character: float) -> None:
        self.losses.append(train_bits_per_character)

    def validated(self, row: Any, best: bool) -> None:
        self.losses.append(row.validation_bits_per_character)


def train(corpus: Path, dialogues: Path, folder: Path) -> dict[str, list[float]]:
    """Trains for fifty steps each; the losses by kind, and what the writer writes then."""
    script, chat = Losses(), Losses()
    writer = textgen.train_script(corpus, folder / "script", steps=50, quiet=True, callbacks=[script], **SCRIPT)
    textgen.train_chat(dialogues, folder / "chat", steps=50, quiet=True, callbacks=[chat], **CHAT)
    text = writer.write(lines=2, seed=1).text
    return {"script": script.losses, "chat": chat.losses, "text": [float(ord(letter)) for letter in text]}


def cluster(workers: int) -> list[dict[str, str]]:
    """The environment of each worker of a cluster on this machine."""
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(workers)]
    addresses = [f"127.0.0.1:{one.getsockname()[1]}" for one in sockets]
    for one in sockets:
        one.close()
    tasks = [{"cluster": {"worker": addresses}, "task": {"type": "worker", "index": k}} for k in range(workers)]
    return [{**os.environ, "TF_CONFIG": json.dumps(task), "TF_NUM_INTRAOP_THREADS": "1"} for task in tasks]


def start(environment: dict[str, str], *words: object) -> subprocess.Popen[str]:
    """Starts a process of Python with the tests at hand."""
    command = [sys.executable, *map(str, words)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment, text=True, encoding="utf-8", stdout=pipe, stderr=pipe)


def main() -> None:
    corpus, dialogues, folder = map(Path, sys.argv[1:4])
    if cards := int(sys.argv[4]):
        from textgen.training.machine import compute_with_tensorflow

        compute_with_tensorflow()
        import tensorflow as tf

        from textgen.training.team import Team

        processor = tf.config.list_physical_devices("CPU")[0]
        tf.config.set_logical_device_configuration(processor, [tf.config.LogicalDeviceConfiguration()] * cards)
        team = Team(tf.distribute.MirroredStrategy([f"CPU:{k}" for k in range(cards)]))
        with patch("textgen.training.run.gather", lambda note: team):
            print(json.dumps(train(corpus, dialogues, folder)))
    else:
        print(json.dumps(train(corpus, dialogues, folder)))


if __name__ == "__main__":
    main()
