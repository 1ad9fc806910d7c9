"""Arrays on disk: a safetensors file with a checksum of all its bytes, so that a changed bit is noticed.

The checksum is a CRC-32 in the file's own metadata, taken with zeros in its place: arrays and checksum are replaced as
one. It is there against damage, not against malice, and costs a third of a millisecond a megabyte.
"""

import json
import zlib
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textgen.files import replacing

Arrays = dict[str, NDArray[np.floating]]

CHECKSUM = "crc32"
_BLANK = "0" * 8
_PIECE = 1 << 20
_LENGTH = 8  # bytes at the beginning, little-endian: how long the header is


def write_tensors(path: Path, arrays: Mapping[str, NDArray[np.floating]], metadata: Mapping[str, str]) -> None:
    """Replaces a file of arrays.

    Args:
        path: of the file.
        arrays: by name.
        metadata: what else is to be known.
    """
    from safetensors.numpy import save

    plain = memoryview(save({name: np.ascontiguousarray(array) for name, array in arrays.items()}))
    begin = _LENGTH + int.from_bytes(plain[:_LENGTH], "little")
    described = {"__metadata__": {**metadata, CHECKSUM: _BLANK}, **json.loads(bytes(plain[_LENGTH:begin]))}
    header = json.dumps(described).encode()
    header += b" " * (-len(header) % _LENGTH)  # what follows begins at a multiple of eight
    head = len(header).to_bytes(_LENGTH, "little") + header
    checksum = f"{zlib.crc32(plain[begin:], zlib.crc32(head)):08x}"
    with replacing(path) as file:
        file.write(head.replace(_entry(_BLANK), _entry(checksum), 1))
        file.write(plain[begin:])


def read_tensors(path: Path) -> tuple[Arrays, dict[str, str]]:
    """The arrays and the metadata of a file; one of format version 1 has no checksum among them, and is not checked.

    Raises:
        FileNotFoundError: it is not there.
        ValueError: it is damaged; goes on after the name of the file.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata: dict[str, str] = file.metadata() or {}
        intact = _is_intact(path)
    except FileNotFoundError:
        raise
    except (SafetensorError, OSError, TypeError, AttributeError) as error:  # the last two: a dtype NumPy lacks
        raise ValueError(f"cannot be read ({error})") from None
    if not intact:
        raise ValueError("has other bytes than were saved")
    return arrays, metadata


def _is_intact(path: Path) -> bool:
    """Whether a file that can be read has the bytes that were saved, as far as it has a checksum."""
    with path.open("rb") as file:
        length = file.read(_LENGTH)
        header = file.read(int.from_bytes(length, "little"))
        stored: str | None = json.loads(header).get("__metadata__", {}).get(CHECKSUM)
        if stored is None:
            return True
        found = zlib.crc32(length + header.replace(_entry(stored), _entry(_BLANK), 1))
        while piece := file.read(_PIECE):
            found = zlib.crc32(piece, found)
    return f"{found:08x}" == stored


def _entry(checksum: str) -> bytes:
    """The checksum as it stands in the header."""
    return f"{json.dumps(CHECKSUM)}: {json.dumps(checksum)}".encode()
