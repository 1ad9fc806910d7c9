"""The chat on a pipe, in this process; tests/cli/test_chat.py runs it in one of its own."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.repl.conftest import opener
from tests.repl.fake_bot import FakeBot
from textgen.repl.pipe import run_pipe
from textgen.repl.session import Session


def talk(messages: bytes) -> tuple[list[str], FakeBot]:
    bot, replies = FakeBot(), io.StringIO()
    run_pipe(Session(bot, opener), io.BytesIO(messages), replies)
    assert not replies.getvalue() or replies.getvalue().endswith("\n")
    return replies.getvalue().split("\n")[:-1], bot


def test_a_line_for_a_line() -> None:
    assert talk(b"hello\n\nhow are you\n")[0] == ["1. You said: hello", "2. You said: ", "3. You said: how are you"]


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b""])
def test_line_ends_are_no_part_of_the_message(end: bytes) -> None:
    assert talk(b"hello" + end)[1].turns[0].text == "hello"


def test_a_slash_is_text() -> None:
    assert talk(b"/quit\n//x\n")[0] == ["1. You said: /quit", "2. You said: //x"]


def test_a_farewell_ends() -> None:
    assert talk(b"hello\nBye!\nhello\n")[0] == ["1. You said: hello", "Goodbye!"]


def test_other_bytes_are_replaced() -> None:
    replies, bot = talk(b"\xef\xbb\xbfcaf\xe9 \xff\n")
    assert bot.turns[0].text == "caf\ufffd \ufffd"
    assert replies == ["1. You said: caf\ufffd \ufffd"]


def test_line_breaks_inside_a_reply_are_spaces() -> None:
    assert talk("a\u2028b\x85c\rd\n".encode())[0] == ["1. You said: a b c d"]


@given(st.lists(st.binary(max_size=20).map(lambda line: line.replace(b"\n", b"")), max_size=8))
def test_as_many_replies_as_messages(lines: list[bytes]) -> None:
    said = [line for line in lines if b"bye" not in line.lower()]
    replies, _ = talk(b"".join(line + b"\n" for line in said))
    assert len(replies) == len(said)
