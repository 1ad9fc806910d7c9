import errno
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from textgen.files import read_ordinary, remove_leftovers, replacing


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
    with replacing(link, through_links=True) as file:
        file.write(b"new")
    assert link.is_symlink() and old.read_bytes() == b"new"
    assert old.stat().st_mode & 0o777 == 0o600


def test_what_a_link_leads_to_is_left_alone_where_nobody_named_it(old: Path) -> None:
    link = old.with_name("link.json")
    link.symlink_to(old)
    with replacing(link) as file:
        file.write(b"new")
    assert not link.is_symlink() and link.read_bytes() == b"new"
    assert old.read_bytes() == b"old"


def test_a_device_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    link = tmp_path / "null"
    link.symlink_to(os.devnull)
    with replacing(link, through_links=True) as file:
        file.write(b"new")
    assert Path(os.devnull).is_char_device() and names(tmp_path) == ["null"]


def test_what_killed_processes_left_of_a_file_is_removed(old: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    stays = ["..model.json.x.part", ".model.json.1.part", ".model.json.old.part", f".other.json.{ended.pid}.part"]
    for name in [*stays, f".model.json.{ended.pid}.part"]:
        old.with_name(name).touch()
    with replacing(old) as file:
        file.write(b"new")
    assert names(old.parent) == sorted([*stays, "model.json"])  # process 1 runs, and the others are no such files


def test_a_folder_that_a_killed_process_left_is_removed_too(tmp_path: Path) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = tmp_path / f".report.{ended.pid}.part"
    left.mkdir()
    (left / "report.md").touch()
    remove_leftovers(tmp_path / "report")
    assert names(tmp_path) == []


def test_a_pipe_and_a_device_are_not_read(tmp_path: Path, old: Path) -> None:
    assert read_ordinary(old) == b"old"
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path(os.devnull), tmp_path):
        with pytest.raises(OSError, match="it is no ordinary file"):
            read_ordinary(path)
    with pytest.raises(FileNotFoundError):
        read_ordinary(tmp_path / "nothing")
