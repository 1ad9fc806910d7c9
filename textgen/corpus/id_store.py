"""Ids on disk: an array written in pieces with flat memory, and mapped into memory for reading.

The file is an ordinary .npy array of one dimension, uint16 or uint32.
"""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from tokenize import TokenError
from types import TracebackType
from typing import IO, Self

import numpy as np
import numpy.typing as npt

from textgen.errors import TrainingError
from textgen.files import require_ordinary

IdArray = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]

_BUFFERED = 1 << 20

DAMAGED_IDS = "copy the model folder again, name the corpus where one can be given, or train again with --overwrite."
"""What to do about a store that cannot be read."""


class IdStoreWriter:
    """Writes ids to a file that appears under its name only when it is complete.

    Args:
        path: where the finished array lies.
        vocabulary_size: ids are below it; up to 65,536 they take two bytes each, above that four.

    Raises:
        TrainingError: the file cannot be written.

    Example:
        >>> with IdStoreWriter(folder / "train.npy", tokenizer.vocabulary_size) as store:
        ...     store.append(tokenizer.encode("hello"))
    """

    def __init__(self, path: str | os.PathLike[str], vocabulary_size: int) -> None:
        self.path = Path(path)
        self.length = 0
        self._dtype = np.dtype("<u2" if vocabulary_size <= 1 << 16 else "<u4")
        self._vocabulary_size = vocabulary_size
        self._buffer: list[npt.NDArray[np.generic]] = []
        self._buffered = 0
        self._temporary = self.path.with_name(f"{self.path.name}.{os.getpid()}.tmp")
        self._file: IO[bytes] | None = None
        try:
            self._file = self._temporary.open("wb")
            self._write_header()
        except OSError as error:
            self._fail(error)

    def append(self, ids: Sequence[int] | npt.NDArray[np.integer]) -> None:
        """Add ids at the end.

        Raises:
            ValueError: an id is outside the vocabulary.
            TrainingError: the file cannot be written, for example because the disk is full.
        """
        chunk = np.asarray(ids, dtype=np.int64)
        if chunk.size and not (chunk.min() >= 0 and chunk.max() < self._vocabulary_size):
            raise ValueError(f"An id is outside the vocabulary of {self._vocabulary_size} ids.")
        self._buffer.append(chunk.astype(self._dtype))
        self._buffered += chunk.size
        self.length += chunk.size
        if self._buffered >= _BUFFERED:
            self._flush()

    def close(self) -> None:
        """Complete the file and put it under its name.

        Raises:
            TrainingError: the file cannot be written.
        """
        if self._file is None:
            return
        self._flush()
        try:
            self._file.seek(0)
            self._write_header()
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
            self._file = None
            self._temporary.replace(self.path)
        except OSError as error:
            self._fail(error)

    def discard(self) -> None:
        """Throw away what was written; nothing appears under the name."""
        if self._file is not None:
            self._file.close()
            self._file = None
        self._temporary.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
        else:
            self.discard()

    def _write_header(self) -> None:
        """Write the header, which has the same size whatever the length is: NumPy leaves room for the longest."""
        if self._file is not None:
            described = {"descr": self._dtype.str, "fortran_order": False, "shape": (self.length,)}
            np.lib.format.write_array_header_1_0(self._file, described)

    def _flush(self) -> None:
        if self._file is None:
            raise ValueError(f"The store {self.path} is closed.")
        try:
            if self._buffer:
                self._file.write(np.concatenate(self._buffer).tobytes())
        except OSError as error:
            self._fail(error)
        self._buffer, self._buffered = [], 0

    def _fail(self, error: OSError) -> None:
        with contextlib.suppress(OSError):  # a disk that refused the write may refuse this too
            self.discard()
        raise TrainingError(
            f"The tokens of the corpus could not be written to {self.path}: {error.strerror or error}; "
            "make room there or choose another folder, and start again."
        ) from error


def open_ids(path: str | os.PathLike[str], below: int | None = None) -> IdArray:
    """Map the ids of a finished store into memory, for reading only.

    Args:
        path: the file.
        below: the size of the vocabulary they belong to, which no id reaches; None checks no id.

    Raises:
        TrainingError: the file is missing, is no store of ids, or holds an id that the vocabulary lacks.
    """
    path = Path(path)
    try:
        require_ordinary(path)
        ids = np.lib.format.open_memmap(path, mode="r")
    except (OSError, ValueError, OverflowError, SyntaxError, TokenError) as error:  # the last two: of its header
        raise TrainingError(
            f"The tokens of the corpus in {path} cannot be read ({error!s:.200}): {DAMAGED_IDS}"
        ) from error
    if ids.ndim != 1 or ids.dtype not in (np.dtype("<u2"), np.dtype("<u4")):
        raise TrainingError(
            f"The file {path} holds {ids.dtype} of shape {ids.shape}, needed are uint16 or uint32 in one row: "
            f"{DAMAGED_IDS}"
        )
    if below is not None and ids.size and (largest := int(ids.max())) >= below:
        raise TrainingError(f"The file {path} holds the id {largest}, needed are ids below {below}: {DAMAGED_IDS}")
    opened: IdArray = ids
    return opened
