"""`textgen sample-corpus`: what it writes, and what it does not touch."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from textgen.cli.main import cli
from textgen.errors import ConfigurationError

SITCOM = Path(__file__).parents[2] / "corpora" / "sitcom.txt"


def test_the_sitcom_is_written_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["sample-corpus", "sitcom"])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "sitcom.txt").read_bytes() == SITCOM.read_bytes()
    assert "sitcom.txt" in done.stdout


def test_a_file_that_exists_stays(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    done = CliRunner().invoke(cli, ["sample-corpus", "sitcom", "--out", str(mine)])
    assert isinstance(done.exception, ConfigurationError) and "exists already" in str(done.exception)
    assert mine.read_text() == "mine"


def test_another_name_is_refused() -> None:
    done = CliRunner().invoke(cli, ["sample-corpus", "hamlet"])
    assert done.exit_code == 2
    assert "sitcom" in done.output
