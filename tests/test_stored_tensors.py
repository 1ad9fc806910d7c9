import json
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from textgen.model_folder import read_tensors, write_tensors

ARRAYS = {
    "b/c": np.arange(6, dtype=np.float32).reshape(2, 3),
    "a": np.ones(5, np.float16),
    "é": np.zeros(0, np.float32),
}
METADATA = {"belongs_to": "0f", "position": json.dumps({"step": 3, "crc32": "00000000"})}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_tensors(tmp_path / "arrays.safetensors", ARRAYS, METADATA)
    return tmp_path / "arrays.safetensors"


def test_what_is_written_is_read(path: Path) -> None:
    arrays, metadata = read_tensors(path)
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype and np.array_equal(arrays[name], array)
    assert len(metadata.pop("crc32")) == 8
    assert metadata == METADATA
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_others_can_read_it(path: Path) -> None:
    assert np.array_equal(load_file(path)["b/c"], ARRAYS["b/c"])
    with safe_open(path, framework="numpy") as file:
        assert file.metadata()["belongs_to"] == "0f"
    assert int.from_bytes(path.read_bytes()[:8], "little") % 8 == 0


def test_the_same_arrays_give_the_same_bytes(path: Path) -> None:
    before = path.read_bytes()
    write_tensors(path, dict(reversed(ARRAYS.items())), METADATA)
    assert path.read_bytes() == before


def test_every_changed_bit_is_noticed(path: Path) -> None:
    content = path.read_bytes()
    for place, byte in enumerate(content):
        for changed in [*(byte ^ 1 << bit for bit in range(8)), byte]:
            with path.open("r+b") as file:  # not written anew, which takes ten times as long
                file.seek(place)
                file.write(bytes([changed]))
            try:
                _, metadata = read_tensors(path)
            except ValueError:
                assert changed != byte
                continue
            # Where its name was hit, whoever reads it misses it.
            assert ("crc32" in metadata) == (changed == byte), (place, changed)


@pytest.mark.parametrize("change", [lambda content: content[:-1], lambda content: content + b"\0", lambda content: b""])
def test_another_length_is_noticed(path: Path, change: object) -> None:
    path.write_bytes(change(path.read_bytes()))  # type: ignore[operator]
    with pytest.raises(ValueError, match=r"cannot be read|has other bytes"):
        read_tensors(path)


def test_a_file_without_a_checksum_is_read(path: Path) -> None:
    save_file(ARRAYS, path, {"belongs_to": "0f"})
    arrays, metadata = read_tensors(path)
    assert (set(arrays), metadata) == (set(ARRAYS), {"belongs_to": "0f"})


@pytest.mark.parametrize("dtype", ["BF16", "F8_E4M3"])
def test_numbers_that_numpy_lacks_are_refused(path: Path, dtype: str) -> None:
    size = {"BF16": 4, "F8_E4M3": 2}[dtype]
    header = json.dumps({"a": {"dtype": dtype, "shape": [2], "data_offsets": [0, size]}}).encode()
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(size))
    with pytest.raises(ValueError, match="cannot be read"):
        read_tensors(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_tensors(tmp_path / "nothing")
