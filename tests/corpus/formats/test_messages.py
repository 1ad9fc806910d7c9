"""Messages gathered into dialogues."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import PART_LINES
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.messages import JOINED, SILENCE, Message, conversations, read_dialogues
from textgen.corpus.reading import TextFile


def gathered(folder: Path, messages: Sequence[Message], join_minutes: int = 10, newest_first: bool = False) -> object:
    """The texts of the turns of each dialogue, and how many messages were joined."""
    path = folder / "chat.txt"
    path.write_text("x")
    report = ReadReport()
    found = read_dialogues([TextFile(path)], report, lambda file, report: iter(messages), join_minutes, newest_first)
    return [[turn.text for turn in scene.lines] for scene in found], report.changes[JOINED]


MESSAGES = [
    Message("nora", "one", 0),
    Message("nora", "two", 600),
    Message("nora", "three", 1201),
    Message("tam", "four", 1202),
    Message("tam", "five", 1202 + SILENCE),
]


@pytest.mark.parametrize(
    ("join_minutes", "turns", "joined"),
    [
        (10, ["one two", "three", "four"], 1),
        (11, ["one two three", "four"], 2),
        (0, ["one", "two", "three", "four"], 0),
    ],
)
def test_soon_after_is_joined_and_silence_begins_anew(
    tmp_path: Path, join_minutes: int, turns: list[str], joined: int
) -> None:
    assert gathered(tmp_path, MESSAGES, join_minutes) == ([turns, ["five"]], joined)


def test_the_newest_may_come_first(tmp_path: Path) -> None:
    found = gathered(tmp_path, MESSAGES[::-1], newest_first=True)
    assert found == ([["five"], ["one two", "three", "four"]], 1)


def test_without_times_nothing_is_joined_and_a_chat_ends_a_dialogue(tmp_path: Path) -> None:
    messages = [Message("nora", "a"), Message("nora", "b\nc"), Message("nora", "d", chat=1)]
    assert gathered(tmp_path, messages) == ([["a", "b c"], ["d"]], 0)


def test_chats_that_are_mixed_are_kept_apart(tmp_path: Path) -> None:
    messages = [Message("nora", "a", 0, 1), Message("tam", "x", 1, 2), Message("nora", "b", 2, 1)]
    assert gathered(tmp_path, messages) == ([["a b"], ["x"]], 1)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2 * SILENCE)), max_size=30))
def test_no_message_is_lost(steps: list[tuple[int, int]]) -> None:
    time, messages = 0, []
    for number, (chat, gap) in enumerate(steps):
        time += gap
        messages.append(Message("nora", str(number), time, chat))
    found = list(conversations(messages))
    assert sorted(int(message.text) for part in found for message in part.messages) == list(range(len(steps)))
    for part in found:
        times = [message.time or 0 for message in part.messages]
        assert len({message.chat for message in part.messages}) == 1
        assert all(later - earlier < SILENCE for earlier, later in pairwise(times))


def test_a_long_conversation_comes_in_parts() -> None:
    found = list(conversations(Message("nora", "a", number) for number in range(PART_LINES + 1)))
    assert [(len(part.messages), part.continued) for part in found] == [(PART_LINES, False), (1, True)]
