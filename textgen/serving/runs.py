"""The runs that trained models, and those that are training: their learning curves and samples as they grow."""

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from textgen.files import read_ordinary
from textgen.serving.errors import RequestError
from textgen.stored_json import parse
from textgen.wording import did_you_mean

RUNS = Path("runs")
"""Where training puts models that were given no other place."""

_MOST_ROWS, _MOST_SAMPLES = 20_000, 1 << 16


@dataclass(frozen=True)
class _Place:
    """The files of a run, and whether it is over: while a process works on it, a lock lies beside the folder."""

    training: Path
    finished: bool


class Runs:
    """The runs under a folder.

    Args:
        root: that folder, which need not be there.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def listed(self) -> list[dict[str, Any]]:
        """Every run, the one that changed last first; `updated` in seconds since 1970."""
        found = [
            {
                "id": name,
                "kind": _kind(place.training),
                "finished": place.finished,
                "updated": _updated(place.training),
            }
            for name, place in self._places().items()
        ]
        return sorted(found, key=lambda run: -run["updated"])

    def one(self, name: str) -> dict[str, Any]:
        """The columns of a run's history so far, and the end of its samples.

        Raises:
            RequestError: there is no such run.
        """
        places = self._places()
        if name not in places:
            raise RequestError(
                404,
                f"The run {name[:100]!r} was asked for, but there is none: "
                f"{did_you_mean(name[:100], list(places), 'train a model first.')}",
            )
        place = places[name]
        return {
            "id": name,
            "finished": place.finished,
            "history": _columns(_text(place.training / "history.csv")),
            "samples": _text(place.training / "samples.txt")[-_MOST_SAMPLES:],
        }

    def _places(self) -> dict[str, _Place]:
        """The runs by name; one that will replace a model goes by that model's name."""
        found = {}
        for training in sorted(self._root.glob("*/training"), reverse=True):
            folder = training.parent
            replacing = folder.name.startswith(".") and folder.name.endswith(".new")
            name = folder.name[1:-4] if replacing else folder.name
            if name.startswith(".") or (name in found and not replacing):
                continue
            locked = (self._root / f".{name}.lock").exists()
            found[name] = _Place(training, not locked)
        return found


def _kind(training: Path) -> str | None:
    """The kind of model that is trained, which is known before there is a model; None where nothing tells."""
    try:
        kind = parse(read_ordinary(training / "run.json")).get("kind")
    except (OSError, ValueError):
        return None
    return kind if isinstance(kind, str) else None


def _updated(training: Path) -> float:
    """When a run has last told something."""
    return max(_changed(training / name) for name in ("run.json", "history.csv", "samples.txt"))


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _text(path: Path) -> str:
    try:
        return read_ordinary(path).decode("utf-8", "replace")
    except OSError:
        return ""


def _columns(text: str) -> dict[str, list[float | None]]:
    """The columns of a table of numbers; what is no number is null."""
    rows = list(csv.DictReader(io.StringIO(text)))[-_MOST_ROWS:]
    return {name: [_number(row.get(name)) for row in rows] for name in (rows[0] if rows else {}) if name}


def _number(text: str | None) -> float | None:
    try:
        value = float(text or "")
    except ValueError:
        return None
    return value if math.isfinite(value) else None
