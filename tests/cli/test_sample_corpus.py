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
    assert "sitcom.txt" in done.stderr


def test_only_a_file_that_was_named_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "sitcom.txt"
    mine.write_text("mine")
    done = CliRunner().invoke(cli, ["sample-corpus", "sitcom"])
    assert isinstance(done.exception, ConfigurationError) and "exists already" in str(done.exception)
    assert mine.read_text() == "mine"
    assert CliRunner().invoke(cli, ["sample-corpus", "sitcom", "--out", "sitcom.txt"]).exit_code == 0
    assert mine.read_bytes() == SITCOM.read_bytes()


def test_a_dash_is_stdout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(cli, ["sample-corpus", "sitcom", "--out", "-"])
    assert done.stdout_bytes == SITCOM.read_bytes() and not list(tmp_path.iterdir())


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["sample-corpus", "sitcom", "--out", str(tmp_path / "none" / "x.txt")])
    assert done.exit_code == 2 and "does not exist: make it first" in " ".join(done.stderr.split())


def test_another_name_is_refused() -> None:
    done = CliRunner().invoke(cli, ["sample-corpus", "hamlet"])
    assert done.exit_code == 2
    assert "sitcom" in done.output
