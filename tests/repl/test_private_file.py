import os
import stat
from pathlib import Path

import pytest

from textgen.repl.private_file import private_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such modes")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        path = private_file(tmp_path / "state" / "textgen" / "history")
    finally:
        os.umask(before)
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


def test_an_old_file_becomes_private_and_keeps_its_lines(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("+hello\n", encoding="utf-8")
    path.chmod(0o644)
    assert private_file(path).read_text(encoding="utf-8") == "+hello\n"
    assert mode(path) == 0o600


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        private_file(tmp_path)
