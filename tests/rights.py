"""Root heeds the rights of files for a while, so that what is refused to others can be tested as root, too."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

_VERSION_3 = 0x20080522
_PASSING_OVER_RIGHTS = 1 << 1 | 1 << 2  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("process", ctypes.c_int))


class _Capabilities(ctypes.Structure):
    """Two halves of 32 bits; both capabilities are in the first."""

    _fields_ = tuple((name, ctypes.c_uint32 * 3) for name in ("first", "second"))


@contextmanager
def heeded_rights() -> Iterator[None]:
    """Takes from this thread what lets root read and write everything (Linux); others have nothing to lose."""
    if os.geteuid() != 0:
        yield
        return
    system, header, had = ctypes.CDLL(None, use_errno=True), _Header(_VERSION_3, 0), _Capabilities()
    _done(system.capget(ctypes.byref(header), ctypes.byref(had)))
    kept = _Capabilities.from_buffer_copy(had)
    kept.first[0] &= ~_PASSING_OVER_RIGHTS  # the effective ones; they are still permitted, and can be taken up again
    _done(system.capset(ctypes.byref(header), ctypes.byref(kept)))
    try:
        yield
    finally:
        _done(system.capset(ctypes.byref(header), ctypes.byref(had)))


def _done(code: int) -> None:
    if code:
        raise OSError(ctypes.get_errno(), "the capabilities of this process cannot be changed")
