import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from textgen.files import replacing


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "model.json"
    path.write_bytes(b"old")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_complete_file_takes_the_place_of_the_old_one(old: Path) -> None:
    with replacing(old) as file:
        file.write(b"new")
        assert old.read_bytes() == b"old"
    assert old.read_bytes() == b"new"
    assert names(old.parent) == ["model.json"]


def test_a_file_that_was_not_there_appears(tmp_path: Path) -> None:
    with replacing(tmp_path / "fresh") as file:
        file.write(b"new")
    assert (tmp_path / "fresh").read_bytes() == b"new"


@pytest.mark.parametrize("failure", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt(), ValueError()])
def test_a_failure_in_the_middle_leaves_the_old_file_alone(old: Path, failure: BaseException) -> None:
    with pytest.raises(type(failure)), replacing(old) as file:
        file.write(b"half of the n")
        raise failure
    assert old.read_bytes() == b"old"
    assert names(old.parent) == ["model.json"]


@pytest.mark.parametrize("function", ["fsync", "replace"])
def test_a_failure_at_the_end_leaves_the_old_file_alone(
    old: Path, monkeypatch: pytest.MonkeyPatch, function: str
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail) if function == "fsync" else monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"), replacing(old) as file:
        file.write(b"new")
    assert old.read_bytes() == b"old"
    assert names(old.parent) == ["model.json"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 64 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_is_really_full(small_disk: Path) -> None:
    path = small_disk / "weights"
    path.write_bytes(b"old" * 1000)
    with pytest.raises(OSError, match="No space left"), replacing(path) as file:
        file.write(bytes(100_000))
    assert path.read_bytes() == b"old" * 1000
    assert names(small_disk) == ["weights"]
    with replacing(path) as file:
        file.write(b"fits")
    assert path.read_bytes() == b"fits"


def test_a_link_still_leads_to_the_file_and_the_file_keeps_its_rights(old: Path) -> None:
    link = old.with_name("link.json")
    link.symlink_to(old)
    old.chmod(0o600)
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink() and old.read_bytes() == b"new"
    assert old.stat().st_mode & 0o777 == 0o600
