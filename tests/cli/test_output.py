"""What is printed to a terminal and to a pipe."""

import sys

import pytest

from textgen.cli.output import echo

COLOURED = "\x1b[31mred\x07"


@pytest.mark.parametrize("terminal", [True, False])
@pytest.mark.parametrize("err", [True, False])
def test_a_terminal_is_shown_no_control_characters(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, terminal: bool, err: bool
) -> None:
    monkeypatch.setattr(sys.stderr if err else sys.stdout, "isatty", lambda: terminal)
    echo(COLOURED, err=err)
    printed = capsys.readouterr()
    assert (printed.err if err else printed.out) == ("\ufffd[31mred\ufffd\n" if terminal else f"{COLOURED}\n")
    assert (printed.out if err else printed.err) == ""


def test_the_bytes_of_a_file_stay_as_they_are(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    echo(b"\x1b\xff\x00", nl=False)
    assert capfdbinary.readouterr().out == b"\x1b\xff\x00"
