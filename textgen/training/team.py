"""The machines and graphics cards that train one model together: who they are, and what they tell each other.

They are named by TF_CONFIG, the standard of `tf.distribute`, and each runs the same command. Replicas add up their
gradients (`step.py`). Besides that, workers need little of each other: the chief sends the prepared folder, and says
what differs from machine to machine, such as the time of a step. All that is a sum over the workers, in which all but
one add zero.
"""

import json
import os
import re
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from textgen.errors import ConfigurationError, TrainingError
from textgen.model_folder import ModelFolder
from textgen.wording import count

Note = Callable[[str], None]

_TF_CONFIG = "TF_CONFIG"
_ADDRESS = re.compile(r"\S+:\d{1,5}")
_EXAMPLE = (
    '{"cluster": {"worker": ["10.0.0.1:2222", "10.0.0.2:2222"]}, "task": {"type": "worker", "index": 0}} with another '
    "index on each machine"
)

_LOST = (tf.errors.UnavailableError, tf.errors.DeadlineExceededError, tf.errors.AbortedError, tf.errors.CancelledError)
"""What TensorFlow raises on the other workers if one has ended, or has sent no sign of life for ten seconds."""

_PIECE = 1 << 24
"""Numbers of a file that are sent at a time."""

_PATIENCE, _PAUSE = 600, 0.2
"""Seconds that workers wait for each other, and between two calls of the chief."""


@dataclass(frozen=True)
class Cluster:
    """The processes that train together, as TF_CONFIG names them.

    Args:
        addresses: of the workers, the chief first; none if TF_CONFIG names no others.
        place: of this process among them.
    """

    addresses: tuple[str, ...] = ()
    place: int = 0

    @classmethod
    def from_environment(cls) -> "Cluster":
        """Reads TF_CONFIG.

        Raises:
            ConfigurationError: it names no cluster of workers, or not this process among them.
        """
        text = os.environ.get(_TF_CONFIG, "").strip()
        try:
            values = json.loads(text or "{}")
            cluster, task = values.get("cluster", {}), values.get("task", {})
            if unknown := set(cluster) - {"chief", "worker"}:
                raise ValueError(f"it names {', '.join(sorted(unknown))}, but all have to be workers")
            chiefs, workers = (list(cluster.get(kind, [])) for kind in ("chief", "worker"))
            addresses = [*chiefs, *workers]
            if len(addresses) < 2:
                return cls()
            if wrong := [address for address in addresses if not _ADDRESS.fullmatch(address)]:
                raise ValueError(f"{wrong[0]!r} is no address")
            place = range(len(addresses))[len(chiefs) :] if task.get("type") == "worker" else range(len(chiefs))
            return cls(tuple(addresses), place[_index(task, len(place))])
        except (ValueError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{_TF_CONFIG} is {text!r}, from which no cluster could be read ({error}); it must be like {_EXAMPLE}: "
                f"correct it, or unset {_TF_CONFIG} to train on this machine alone."
            ) from None

    def require_one(self, work: str) -> None:
        """Refuses several machines.

        Args:
            work: what is to be done, as the beginning of a sentence.

        Raises:
            ConfigurationError: there are several.
        """
        if self.addresses:
            raise ConfigurationError(
                f"{work} takes one machine, but {_TF_CONFIG} names {count(len(self.addresses), 'worker')}; only script "
                f"writers and chatbots are trained on several: unset {_TF_CONFIG} on one of them, and start it there."
            )


def _index(task: dict[str, Any], below: int) -> int:
    kind, index = task.get("type"), task.get("index", 0)
    if kind not in ("chief", "worker") or not isinstance(index, int) or not 0 <= index < below:
        raise ValueError(f"its task is {kind} {index}, which its cluster does not have")
    return index


class Team:
    """The processes that share a run, each with a replica of the model on each of its graphics cards.

    Args:
        strategy: of `tf.distribute`; None for a single replica.
        cluster: of the processes.

    Attributes:
        strategy: networks and steps are made in its scope.
    """

    def __init__(self, strategy: Any = None, cluster: Cluster | None = None) -> None:
        self.strategy = strategy or tf.distribute.get_strategy()
        self.cluster = cluster or Cluster()

    @property
    def is_chief(self) -> bool:
        """Whether this process prepares the run, decides and keeps what is learned; true of one process."""
        return self.cluster.place == 0

    def added_up(self, *values: float) -> tuple[float, ...]:
        """The sums of numbers over all workers."""
        if not self.cluster.addresses:
            return values
        return tuple(float(value) for value in self._sum(np.array(values, np.float64)))

    def of_chief(self, compute: Callable[[], float]) -> float:
        """A number that the chief computes while the others wait for it."""
        (number,) = self.added_up(compute() if self.is_chief else 0.0)
        return number

    def send(self, folder: ModelFolder) -> None:
        """Gives the others a copy of the chief's folder."""
        if not self.cluster.addresses:
            return
        own = set(folder.path.iterdir()) - set(folder.others())
        files = [path for top in sorted(own) for path in [top, *sorted(top.rglob("*"))] if path.is_file()]
        self._send(json.dumps([path.relative_to(folder.path).as_posix() for path in files]).encode())
        for path in files:
            self._send(path.read_bytes())

    @contextmanager
    def received(self) -> Iterator[ModelFolder]:
        """Gives a worker a copy of the chief's folder, which is deleted in the end."""
        with tempfile.TemporaryDirectory(prefix="textgen-worker-") as place:
            folder = Path(place) / "model"
            for name in json.loads(self._receive()):
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(self._receive())
            yield ModelFolder(folder)

    @contextmanager
    def held_together(self) -> Iterator[None]:
        """Says in a sentence that another worker was lost.

        Raises:
            TrainingError: one was.
        """
        try:
            yield
        except _LOST:
            if not self.cluster.addresses:
                raise
            raise TrainingError(
                f"The run was shared by {len(self.cluster.addresses)} workers ({', '.join(self.cluster.addresses)}), "
                "but one of them has ended or no longer answers, so all stop, and the chief's last checkpoint is kept: "
                "start them again with --resume, as many as you like."
            ) from None

    def _send(self, data: bytes) -> None:
        self._sum(np.array([len(data)]))
        whole = np.frombuffer(data + bytes(-len(data) % 4), np.int32)
        for begin in range(0, len(whole), _PIECE):
            self._sum(whole[begin : begin + _PIECE])

    def _receive(self) -> bytes:
        length = int(self._sum(np.array([0]))[0])
        sizes = [min(_PIECE, -(-length // 4) - begin) for begin in range(0, -(-length // 4), _PIECE)]
        return b"".join(self._sum(np.zeros(size, np.int32)).tobytes() for size in sizes)[:length]

    def _sum(self, own: NDArray[Any]) -> NDArray[Any]:
        """The sum of an array over all workers; a worker's first replica brings it, the others zeros."""
        replicas = self.strategy.num_replicas_in_sync // len(self.cluster.addresses)

        def brought(context: Any) -> Any:
            is_first = context.replica_id_in_sync_group % replicas == 0
            return tf.constant(own if is_first else np.zeros_like(own))

        each = self.strategy.experimental_distribute_values_from_function(brought)
        return np.asarray(self.strategy.reduce("SUM", each, axis=None))


def gather(note: Note) -> Team:
    """Meets the other workers of the cluster, or takes all graphics cards of this machine.

    Args:
        note: is told of the others.

    Raises:
        ConfigurationError: the workers cannot meet.
    """
    cluster = Cluster.from_environment()
    if not cluster.addresses:
        cards = len(tf.config.list_physical_devices("GPU"))
        if cards > 1:
            note(f"gpus      {cards}, which share each batch")
        return Team(tf.distribute.MirroredStrategy() if cards > 1 else None)
    kind = "the chief, which keeps the model" if cluster.place == 0 else f"with the chief at {cluster.addresses[0]}"
    note(f"worker    {cluster.place + 1} of {len(cluster.addresses)}, {kind}; waiting for the others")
    return Team(_met(cluster), cluster)


@cache
def _met(cluster: Cluster) -> Any:
    """The strategy of a cluster; a process can join one only once."""
    try:
        _meet(cluster)
        with _signals_kept():
            return tf.distribute.MultiWorkerMirroredStrategy()
    except (OSError, RuntimeError, tf.errors.OpError) as error:
        reason = str(error).strip().split("\n")[0]
        raise ConfigurationError(
            f"This process was to join {', '.join(cluster.addresses)} as worker {cluster.place + 1}, but could not "
            f"({reason}): start all workers within {_PATIENCE // 60} minutes, see that their addresses are right and "
            "free, and train before anything else that uses TensorFlow."
        ) from None


def _meet(cluster: Cluster) -> None:
    """Waits until all processes are there: the chief calls each of the others, which wait for its call.

    TensorFlow would wait for an hour, and no signal could end that.

    Raises:
        OSError: somebody did not come, or the port of this process is taken.
    """
    deadline = time.monotonic() + _PATIENCE
    called = "\n".join(cluster.addresses).encode()
    if cluster.place:
        _be_called(int(cluster.addresses[cluster.place].rpartition(":")[2]), called, deadline)
        return
    for address in cluster.addresses[1:]:
        host, _, port = address.rpartition(":")
        while not _calls(host.strip("[]"), int(port), called):
            if time.monotonic() > deadline:
                raise OSError(f"{address} does not answer")
            time.sleep(_PAUSE)


def _calls(host: str, port: int, text: bytes) -> bool:
    """Whether a worker answers with the same text; it is of the same cluster then."""
    with suppress(OSError), socket.create_connection((host, port), timeout=5) as line:
        line.sendall(text)
        line.shutdown(socket.SHUT_WR)
        return _heard(line) == text
    return False


def _be_called(port: int, text: bytes, deadline: float) -> None:
    """Waits for the chief's call, which says the same text; others may call as well."""
    with socket.create_server(("", port)) as server:
        while (seconds := deadline - time.monotonic()) > 0:
            server.settimeout(seconds)
            with suppress(OSError), server.accept()[0] as line:
                line.settimeout(5)
                if _heard(line) == text:
                    line.sendall(text)
                    return
    raise OSError("the chief has not called")


def _heard(line: socket.socket) -> bytes:
    """What the other side says until it has said all."""
    return b"".join(iter(lambda: line.recv(4096), b""))


@contextmanager
def _signals_kept() -> Iterator[None]:
    """Keeps TensorFlow from taking SIGTERM, and lets Ctrl-C end it at once while it connects the workers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    kept = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)
