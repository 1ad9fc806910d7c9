"""What a terminal may show."""

import io
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.terminal import harmless, note, shown


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@given(st.text())
def test_nothing_takes_hold_of_a_terminal(text: str) -> None:
    found = harmless(text)
    found.encode("utf-8")
    assert len(found) == len(text)
    assert all(one in "\n\t" or one.isprintable() or ord(one) >= 160 for one in found)
    assert all(one == other for one, other in zip(text, found, strict=True) if one.isprintable())


def test_a_pipe_gets_the_text_as_it_is() -> None:
    text = "\x1b[2J\x07\x9b31m\r\n\tend"
    assert shown(text, Terminal()) == "\ufffd[2J\ufffd\ufffd31m \n\tend"
    assert shown(text, io.StringIO()) == shown(text, None) == text


def test_a_note_goes_to_stderr_if_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream, written in ((Terminal(), "\ufffd\n"), (io.StringIO(), "\x1b\n")):
        monkeypatch.setattr(sys, "stderr", stream)
        note("\x1b")
        assert stream.getvalue() == written
    monkeypatch.setattr(sys, "stderr", None)
    note("nobody hears this")
