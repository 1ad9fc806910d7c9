"""Where a model is built, and how it takes its place: beside an older one, whole, and by one run at a time.

m              the model folder
.m.lock        held by the run that works on it, and removed at its end
.m.building    a folder before its first step
.m.new         a run that will replace the model in m
.m.old         the replaced model, for the moment between two renamings

A killed run leaves some of these. The next one clears them away, but never what textgen has not made.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from textgen.errors import ConfigurationError, require_path
from textgen.model_folder import ModelFolder

RUNS = Path("runs")
_LOCK, _BUILDING, _NEW, _OLD = ".lock", ".building", ".new", ".old"


@contextmanager
def building(folder: ModelFolder) -> Iterator[ModelFolder]:
    """Gives an empty folder to write into; it is moved to its place on success and deleted on failure.

    Args:
        folder: its final place; must not hold a model.

    Raises:
        ConfigurationError: something that textgen has not made lies where it is built.
    """
    new = ModelFolder(_beside(folder.path, _BUILDING))
    _clear(new.path)
    try:
        new.training.mkdir(parents=True)
        yield new
        folder.path.parent.mkdir(parents=True, exist_ok=True)
        new.path.rename(folder.path)
    except BaseException:
        shutil.rmtree(new.path, ignore_errors=True)
        raise


class Target:
    """The folder a person asked for, and the one the run works in, locked against other runs.

    Args:
        out: the model folder; None takes `runs/<name>`, with a number if that exists.
        name: of the corpus.
        resume: whether to resume an interrupted run.
        overwrite: whether to replace an existing model, once the new one is trained.

    Raises:
        ConfigurationError: the folder holds a model, and neither was asked for; another run works in it; something
            that textgen has not made lies beside it under a name it needs; a model that was to replace it lies there,
            unfinished; or there are several folders that could go on.

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
        if resume and out is None:
            _require_one(name)
        self.resume, self._usual = resume, RUNS / name
        path = _named(out) if out is not None else self._usual
        self._is_numbered = out is None and not (resume or overwrite) and path.exists()
        if self._is_numbered:
            path = next(free for number in itertools.count(2) if not (free := RUNS / f"{name}-{number}").exists())
        self.final = ModelFolder(path)
        beside = ModelFolder(_beside(path, _NEW))
        begun_beside = resume and beside.exists()
        self.building = beside if begun_beside or (overwrite and self.final.exists()) else self.final
        self._refuse_taken(resume, overwrite)
        for suffix in (_BUILDING, _NEW, _OLD):
            _require_ours(_beside(path, suffix))
        self._lock = _claim(path)
        if not (resume or overwrite):
            self._refuse_unfinished(beside.path)
        if overwrite:
            _clear(beside.path)
        if self.final.exists():  # without it, the model in .m.old is the only one
            _clear(_beside(path, _OLD))

    def __enter__(self) -> Self:
        """Gives the target itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Releases the lock."""
        _release(self._lock)

    @property
    def described(self) -> str:
        """The folder; if it is numbered, with the name that existed already."""
        return f"{self.final.path} ({self._usual} exists already)" if self._is_numbered else f"{self.final.path}"

    @property
    def started(self) -> bool:
        """Whether an earlier run has begun here."""
        return self.building.exists()

    @property
    def replaces(self) -> bool:
        """Whether the run works beside an old model that it will replace."""
        return self.building is not self.final

    def finish(self) -> None:
        """Replaces the old model by the new one, if that was built beside it; what else lay in its folder stays there.

        Raises:
            ConfigurationError: something that textgen has not made has come into the way meanwhile; both models stay.
        """
        if not self.replaces:
            return
        old = _beside(self.final.path, _OLD)
        if self.final.path.exists():  # it is missing if an earlier replacement was interrupted here
            _clear(old)
            self.final.path.rename(old)
        self.building.path.rename(self.final.path)
        for other in ModelFolder(old).others():
            other.rename(self.final.path / other.name)
        _clear(old)

    def _refuse_unfinished(self, beside: Path) -> None:
        """Refuses to begin anew where a run that was to replace the model is not finished.

        A later --resume would go on with that one, and in the end put it into the place of the model begun now.
        """
        if ModelFolder(beside).exists():
            _release(self._lock)
            raise ConfigurationError(
                f"{self.final.path} was to be trained, but an unfinished replacement lies in {beside}: give --resume "
                "to go on with that one, --overwrite to begin anew, or another --out."
            )

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


def _require_one(name: str) -> None:
    """Refuses to guess which run is to go on where the usual folder has numbered ones beside it."""
    found = [(int(path.name.removeprefix(f"{name}-")), path) for path in RUNS.glob("*") if _numbered(path, name)]
    if found:
        usual = [RUNS / name] if (RUNS / name).exists() else []
        listed = ", ".join(str(path) for path in [*usual, *(path for _, path in sorted(found))])
        raise ConfigurationError(
            f"A run was to go on without --out, but there are {listed}: name one of them with --out."
        )


def _numbered(path: Path, name: str) -> bool:
    """Whether a folder of runs got its name because the usual one was taken, and holds a model."""
    number = path.name.removeprefix(f"{name}-")
    return number != path.name and number.isdecimal() and int(number) >= 2 and ModelFolder(path).exists()


def final_name(building: Path) -> str:
    """The final name of a folder that is built in place, or beside the model that it will replace."""
    name = building.name
    return name.removeprefix(".").removesuffix(_NEW) if name.startswith(".") and name.endswith(_NEW) else name


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(f".{path.name}{suffix}")


def _clear(path: Path) -> None:
    """Deletes a folder that an earlier run left.

    Raises:
        ConfigurationError: it holds something that textgen has not made; nothing is deleted.
    """
    _require_ours(path)
    shutil.rmtree(path, ignore_errors=True)


def _require_ours(path: Path) -> None:
    """Refuses what lies in the way and is no folder of textgen's own files."""
    if path.is_symlink() or (path.exists() and not path.is_dir()):
        found = "is no folder"
    elif others := ModelFolder(path).others():
        found = f"holds {others[0].name}"
    else:
        return
    raise ConfigurationError(
        f"{path} is where a model is built beside its place, but it {found}, which textgen has not made: move it away, "
        "so that nothing of yours is lost, or give another --out."
    )


def _claim(path: Path) -> FileLock:
    """Locks a folder for this run; the lock ends with the process, however that ends.

    Its file lies beside the folder, which does not exist yet, and where all runs of the folder find it, whatever their
    settings.
    """
    place = _beside(path.resolve(), _LOCK)
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(place, timeout=0)
    try:
        lock.acquire()
        while not place.exists():  # the run before removed the file after this one had opened it
            lock.release()
            lock.acquire()
    except Timeout:
        raise ConfigurationError(
            f"{path} was to be trained, but another process is training it at this moment: wait for its end, "
            "interrupt it with Ctrl-C where it runs, or give another --out."
        ) from None
    return lock


def _release(lock: FileLock) -> None:
    """Removes the file of a lock, as long as nobody else can have it, and lets go of it."""
    with suppress(OSError):  # Windows removes no open file; there the lock does so itself
        os.unlink(lock.lock_file)  # noqa: PTH108 - it is a text
    lock.release()


def _named(out: str | Path) -> Path:
    """The path with a last name, even if it was given as dots only: the new model is built beside it."""
    require_path("out", out)
    path = Path(out)
    named = path.resolve() if path.name in ("", "..") else path
    if not named.name:
        raise ConfigurationError(f"{path} was to be the model folder, but it has no name: give another --out.")
    return named
