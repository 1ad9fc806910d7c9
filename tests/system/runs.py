"""Training runs in processes of their own."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def start(command: str, *arguments: object) -> subprocess.Popen[str]:
    """Starts a command of `textgen`."""
    words = [sys.executable, "-m", "textgen", command, *map(str, arguments)]
    return subprocess.Popen(
        words,
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # tests in the background ignore it
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Waits for a run; exit code, stdout and stderr."""
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def wait_for(path: Path, text: str, process: subprocess.Popen[str], seconds: float = 120.0) -> bool:
    """Waits until a file holds a text; False if the run ends before."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if path.is_file() and text in path.read_text(encoding="utf-8"):
            return True
        if process.poll() is not None:
            return False
        time.sleep(0.01)
    raise AssertionError(f"{path} did not get {text!r} in {seconds} seconds")


def kill(process: subprocess.Popen[str], number: int = signal.SIGKILL) -> None:
    """Sends a signal to a run that is going on."""
    os.kill(process.pid, number)
