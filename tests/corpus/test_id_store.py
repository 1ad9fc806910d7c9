import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textgen.corpus import id_store as store
from textgen.corpus.id_store import IdStoreWriter, open_ids
from textgen.errors import TrainingError


def write(path: Path, chunks: list[list[int]], vocabulary_size: int = 300) -> None:
    with IdStoreWriter(path, vocabulary_size) as writer:
        for chunk in chunks:
            writer.append(chunk)


@settings(max_examples=20)
@given(chunks=st.lists(st.lists(st.integers(0, 299), max_size=9), max_size=9))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, chunks: list[list[int]]) -> None:
    path = tmp_path_factory.mktemp("store") / "ids.npy"
    write(path, chunks)
    ids = open_ids(path)
    assert ids.tolist() == [index for chunk in chunks for index in chunk]
    assert np.array_equal(np.load(path), ids)


@pytest.mark.parametrize(("vocabulary_size", "dtype"), [(300, np.uint16), (65_536, np.uint16), (65_537, np.uint32)])
def test_two_bytes_an_id_as_long_as_they_suffice(tmp_path: Path, vocabulary_size: int, dtype: type) -> None:
    write(tmp_path / "ids.npy", [[0, vocabulary_size - 1]], vocabulary_size)
    ids = open_ids(tmp_path / "ids.npy")
    assert ids.dtype == dtype
    assert ids.tolist() == [0, vocabulary_size - 1]


def test_an_empty_store_is_a_store(tmp_path: Path) -> None:
    write(tmp_path / "ids.npy", [])
    assert open_ids(tmp_path / "ids.npy").shape == (0,)


def test_ids_are_mapped_and_not_writable(tmp_path: Path) -> None:
    write(tmp_path / "ids.npy", [[1, 2, 3]])
    ids = open_ids(tmp_path / "ids.npy")
    assert isinstance(ids, np.memmap)
    assert not ids.flags.writeable


def test_long_stores_are_written_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "_BUFFERED", 10)
    with IdStoreWriter(tmp_path / "ids.npy", 300) as writer:
        for start in range(0, 250, 7):
            writer.append(np.arange(start, start + 7))
        assert writer.length == 252
    assert open_ids(tmp_path / "ids.npy").tolist() == list(range(252))


@pytest.mark.parametrize("wrong", [[300], [-1], [5, 99_999]])
def test_ids_outside_the_vocabulary_are_refused(tmp_path: Path, wrong: list[int]) -> None:
    with pytest.raises(ValueError, match="outside the vocabulary of 300"):
        write(tmp_path / "ids.npy", [wrong])
    assert list(tmp_path.iterdir()) == []


def test_nothing_appears_before_the_end(tmp_path: Path) -> None:
    path = tmp_path / "ids.npy"
    write(path, [[7]])
    writer = IdStoreWriter(path, 300)
    writer.append([1, 2, 3])
    assert open_ids(path).tolist() == [7]
    writer.close()
    writer.close()
    assert open_ids(path).tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="closed"):
        writer.append(list(range(100)) * 20_000)


def test_a_crash_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "ids.npy"
    write(path, [[7]])
    with pytest.raises(KeyboardInterrupt), IdStoreWriter(path, 300) as writer:
        writer.append([1])
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == [path]
    assert open_ids(path).tolist() == [7]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(TrainingError, match="No space left on device; make room"):
        write(tmp_path / "ids.npy", [[1]])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="could not be written"):
        IdStoreWriter(tmp_path / "nowhere" / "ids.npy", 300)


BROKEN_HEADER = b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '<u2', 'shape': (3,".ljust(117) + b"\n"
NO_HEADER = b"\x93NUMPY\x01\x00\x10\x27" + b"\x01" * 10_000


@pytest.mark.parametrize("content", [b"", b"no array", b"\x93NUMPY\x01\x00", BROKEN_HEADER, NO_HEADER])
def test_damaged_stores_are_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "ids.npy"
    path.write_bytes(content)
    with pytest.raises(TrainingError, match="cannot be read") as error:
        open_ids(path)
    assert len(str(error.value)) < 500 + len(str(path))


def test_cut_stores_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "ids.npy"
    write(path, [list(range(100))])
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(TrainingError, match="cannot be read"):
        open_ids(path)


def test_other_arrays_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "ids.npy", np.zeros((2, 2)))
    with pytest.raises(TrainingError, match=r"float64 of shape \(2, 2\)"):
        open_ids(tmp_path / "ids.npy")


def test_ids_that_the_vocabulary_lacks_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "ids.npy", [[1, 299]])
    assert open_ids(tmp_path / "ids.npy", 300).tolist() == [1, 299]
    with pytest.raises(TrainingError, match="holds the id 299, needed are ids below 299: copy the model folder again"):
        open_ids(tmp_path / "ids.npy", 299)


def test_a_pipe_and_an_archive_are_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npy")
    np.savez(tmp_path / "archive", np.zeros(3, np.uint16))
    (tmp_path / "archive.npz").rename(tmp_path / "archive.npy")
    for name in ("pipe.npy", "archive.npy"):
        with pytest.raises(TrainingError, match="cannot be read"):
            open_ids(tmp_path / name)
