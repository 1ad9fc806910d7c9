"""What the benchmarks of speed share: medians of interleaved repetitions, child processes, tables."""

import json
import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from statistics import median
from typing import IO, NamedTuple

Row = dict[str, str | float]
"""`case`, `system` and figures, where they make sense."""

_WARM_UP = 0.2


def interleaved(actions: Mapping[str, Callable[[], object]], rounds: int, seconds: float = 0.3) -> dict[str, float]:
    """Seconds a call of each action: the median over rounds, in each of which all of them have their turn.

    What disturbs the machine for a while disturbs all of them then, and their ratios stay. In a turn an action is
    first called without being counted, so that it finds caches and threads as it leaves them.

    Args:
        actions: by name.
        rounds: how many.
        seconds: a turn's length; an action that takes longer is called once.
    """
    taken: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(rounds):
        for name, action in actions.items():
            calls, spent = 0, 0.0
            while spent < min(_WARM_UP, seconds):
                spent += clocked(action)
                calls += 1
            calls = max(1, round(seconds * calls / spent))
            taken[name].append(clocked(action, calls) / calls)
    return {name: median(times) for name, times in taken.items()}


def clocked(action: Callable[[], object], calls: int = 1) -> float:
    """The seconds that so many calls take."""
    started = time.perf_counter()
    for _ in range(calls):
        action()
    return time.perf_counter() - started


class Run(NamedTuple):
    """A child process that has ended.

    Args:
        first: seconds until it printed something, or ended.
        seconds: until it ended.
        megabytes: of memory it held at most.
        output: what it printed.
    """

    first: float
    seconds: float
    megabytes: float
    output: str


def run(command: Sequence[str], given: str = "") -> Run:
    """Runs a command in a process of its own.

    A child's peak memory is never below that of the process that starts it, so whoever calls this stays small.

    Args:
        command: program and arguments.
        given: to its standard input.

    Raises:
        RuntimeError: it failed.
    """
    with tempfile.TemporaryFile() as said:
        started = time.perf_counter()
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, bufsize=0)
        assert child.stdin is not None and child.stdout is not None
        child.stdin.write(given.encode())
        child.stdin.close()
        output = child.stdout.read(1)
        first = time.perf_counter() - started
        while more := child.stdout.read(1 << 16):
            output += more
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise _failure(command, child.returncode, said)
    return Run(first, seconds, usage.ru_maxrss / 1000, output.decode())


@contextmanager
def worker(command: Sequence[str]) -> Iterator[Callable[[], str]]:
    """A child process that answers each line it is given with one of its own, and ends with its input.

    Between its turns it waits for a line, which costs nothing.

    Args:
        command: program and arguments.

    Returns:
        What gives it a turn and returns its answer; a `RuntimeError` where it has ended instead.
    """
    pipe = subprocess.PIPE
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=said, bufsize=0) as child,
    ):
        assert child.stdin is not None and child.stdout is not None

        def turn() -> str:
            with suppress(BrokenPipeError):  # it has ended; why is told below
                child.stdin.write(b"\n")
            answer = child.stdout.readline().decode()
            if not answer:
                raise _failure(command, child.wait(), said)
            return answer

        yield turn


def _failure(command: Sequence[str], status: int, said: IO[bytes]) -> RuntimeError:
    said.seek(0)
    return RuntimeError(f"{' '.join(command)} failed with {status}: {said.read().decode()[-2000:]}")


def shown(rows: Sequence[Row], as_json: bool, formats: Mapping[str, str]) -> str:
    """The rows for people, one table a case, or for programs.

    Args:
        rows: of all cases.
        as_json: whether to give an object with `rows`.
        formats: the figures to show, in the order of the columns, and how to format them.
    """
    if as_json:
        return json.dumps({"rows": rows}, indent=1)
    blocks = []
    for case in dict.fromkeys(row["case"] for row in rows):
        ours = [row for row in rows if row["case"] == case]
        columns = {name: form for name, form in formats.items() if any(name in row for row in ours)}
        width = max(28, *(len(str(row["system"])) + 2 for row in ours))
        lines = [f"{case}\n\n{'':<{width}}" + "".join(f"{name.replace('_', ' '):>24}" for name in columns)]
        for row in ours:
            cells = (format(row[name], form) if name in row else "" for name, form in columns.items())
            lines.append(f"{row['system']:<{width}}" + "".join(f"{cell:>24}" for cell in cells))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
