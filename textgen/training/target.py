"""Where a run builds its model: in place, or beside a model that it will replace."""

import hashlib
import os
import shutil
import tempfile
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from textgen.errors import ConfigurationError
from textgen.model_folder import ModelFolder

RUNS = Path("runs")
_NEW = ".new"


class Target:
    """The folder a person asked for, and the one the run works in; until it is left, no other run's on this machine.

    Args:
        out: the model folder; None takes `runs/<name>`, numbered if that is taken.
        name: of the corpus.
        resume: an interrupted run is to go on.
        overwrite: a model that lies there is to be replaced, once the new one is trained.

    Raises:
        ConfigurationError: a model lies there, and neither was asked for; or another run works there.

    Example:
        >>> with Target("runs/seinfeld", "seinfeld", resume=False, overwrite=False) as target:
        ...     target.building.path
        PosixPath('runs/seinfeld')
    """

    def __init__(self, out: str | Path | None, name: str, resume: bool, overwrite: bool) -> None:
        if resume and overwrite:
            raise ConfigurationError(
                "Both resume and overwrite were asked for, but a run either goes on or begins anew: choose one of them."
            )
        self._usual = RUNS / name
        path = _named(Path(out)) if out is not None else self._usual
        self._is_numbered = out is None and not (resume or overwrite) and path.exists()
        if self._is_numbered:
            path = next(free for number in count(2) if not (free := RUNS / f"{name}-{number}").exists())
        self.final = ModelFolder(path)
        beside = ModelFolder(path.with_name(f".{path.name}{_NEW}"))
        begun_beside = resume and beside.exists()
        self.building = beside if begun_beside or (overwrite and self.final.exists()) else self.final
        self._refuse_taken(resume, overwrite)
        self._lock = _claim(path)
        if overwrite:
            shutil.rmtree(beside.path, ignore_errors=True)

    def __enter__(self) -> Self:
        """Gives the target itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Lets other runs work there."""
        self._lock.release()

    @property
    def described(self) -> str:
        """The folder, with the one it stands in for where that was taken."""
        return f"{self.final.path} ({self._usual} exists already)" if self._is_numbered else f"{self.final.path}"

    @property
    def started(self) -> bool:
        """Whether an earlier run has begun here."""
        return self.building.exists()

    @property
    def replaces(self) -> bool:
        """Whether the run works beside an old model, whose place it will take."""
        return self.building is not self.final

    def finish(self) -> None:
        """Puts the new model in the place of the old one, where it was built beside it."""
        if not self.replaces:
            return
        old = self.final.path.with_name(f".{self.final.path.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if self.final.path.exists():  # it is gone where an earlier swap was cut off here
            self.final.path.rename(old)
        self.building.path.rename(self.final.path)
        shutil.rmtree(old, ignore_errors=True)

    def _refuse_taken(self, resume: bool, overwrite: bool) -> None:
        path = self.final.path
        if self.final.exists() and not (resume or overwrite):
            raise ConfigurationError(
                f"{path} holds a model already: give --resume to go on with its training, --overwrite to replace it, "
                "or another --out."
            )
        if path.exists() and not self.final.exists() and (not path.is_dir() or any(path.iterdir())):
            raise ConfigurationError(
                f"{path} exists and is no model folder: give another --out, so that nothing of yours is lost."
            )


def final_name(building: Path) -> str:
    """The name that a folder will have which is built in place, or beside the model that it will replace."""
    name = building.name
    return name.removeprefix(".").removesuffix(_NEW) if name.startswith(".") and name.endswith(_NEW) else name


def _claim(path: Path) -> FileLock:
    """A lock that says which folder is worked in; it ends with the process, however that ends.

    It lies among the temporary files, because the folder does not exist yet, and beside it nothing of ours should stay.
    """
    person = os.path.expanduser("~")  # noqa: PTH111 - it never fails
    name = hashlib.sha256(os.fsencode(person) + b"\0" + os.fsencode(path.resolve())).hexdigest()[:16]
    lock = FileLock(Path(tempfile.gettempdir()) / f"textgen-{name}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise ConfigurationError(
            f"{path} was to be trained, but another process is training it at this moment: wait for its end, "
            "interrupt it with Ctrl-C where it runs, or give another --out."
        ) from None
    return lock


def _named(path: Path) -> Path:
    """The path, with its last name where it is told by dots alone: what is built lies beside it."""
    named = path.resolve() if path.name in ("", "..") else path
    if not named.name:
        raise ConfigurationError(f"{path} was to be the model folder, but it has no name: give another --out.")
    return named
