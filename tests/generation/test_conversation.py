import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textgen.corpus.document import Line
from textgen.errors import TextgenError
from textgen.generation.conversation import (
    ChatExchange,
    Conversation,
    Reply,
    SavedConversation,
    clean,
    fresh_seed,
    turn_seed,
)


def test_each_turn_and_each_attempt_has_a_seed_of_its_own() -> None:
    seeds = {turn_seed(base, turn, attempt) for base in range(5) for turn in range(20) for attempt in range(5)}
    assert len(seeds) == 500
    assert all(0 <= seed < 2**32 for seed in seeds)


def test_the_seed_of_a_turn_is_the_same_on_every_machine() -> None:
    assert turn_seed(7, 1, 0) == 3817936609


def test_fresh_seeds_differ() -> None:
    assert len({fresh_seed() for _ in range(8)}) > 1


def conversation() -> Conversation:
    return Conversation(
        [
            ChatExchange(None, Reply("Hi!")),
            ChatExchange("hello", Reply("How are you?")),
            ChatExchange("", Reply("Well?")),
            ChatExchange("fine", Reply("Good.")),
        ]
    )


def texts(turns: tuple[Line, ...]) -> list[str]:
    return [turn.text for turn in turns]


def test_turns_tell_who_spoke() -> None:
    turns = conversation().turns
    assert texts(turns) == ["Hi!", "hello", "How are you?", "", "Well?", "fine", "Good."]
    assert [turn.speaker for turn in turns] == ["bot", "user", "bot", "user", "bot", "user", "bot"]


def test_a_talk_is_the_last_turns_that_are_not_empty() -> None:
    assert texts(conversation().talk("and you?", turns=3, before=4).turns) == ["fine", "Good.", "and you?"]
    assert texts(conversation().talk("", turns=3, before=3).turns) == ["hello", "How are you?", "Well?"]
    assert texts(conversation().talk(None, turns=2, before=1).turns) == ["Hi!"]
    assert conversation().talk("and you?", turns=0, before=4).turns == ()


def test_a_talk_knows_the_last_replies_whatever_the_model_looks_at() -> None:
    assert conversation().talk("and you?", turns=0, before=3).said == ("Hi!", "How are you?", "Well?")


def test_the_last_exchange() -> None:
    assert Conversation().last is None
    last = conversation().last
    assert last is not None and last.message == "fine"


TEXT = st.text(max_size=20).map(clean)
EXCHANGES = st.builds(
    ChatExchange,
    st.none() | TEXT,
    st.builds(lambda text, seed: Reply(text, seed=seed), TEXT, st.integers(0, 2**64 - 1)),
    st.integers(0, 9),
    st.lists(TEXT, max_size=3).map(tuple),
)


@given(st.lists(EXCHANGES, max_size=4), st.integers(0, 2**64 - 1))
@settings(deadline=None)  # each example is synced to the disk
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, exchanges: list[ChatExchange], seed: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "talk.json"
    SavedConversation("small", seed, exchanges).write(path)
    again = SavedConversation.read(path)
    assert again == SavedConversation("small", seed, exchanges)
    assert [one.reply.seed for one in again.exchanges] == [one.reply.seed for one in exchanges]


GOOD: dict[str, Any] = {
    "format": "textgen conversation",
    "version": 1,
    "model": "small",
    "seed": 3,
    "exchanges": [{"message": "hello", "reply": "Hi.", "seed": 4, "attempt": 0}],
}


def test_a_file_by_hand_is_read(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    path.write_text(json.dumps(GOOD | {"exchanges": [GOOD["exchanges"][0] | {"message": "a\ud83d\nb"}]}), "utf-8")
    (exchange,) = SavedConversation.read(path).exchanges
    assert exchange.message == "a\ufffd b"


@pytest.mark.parametrize(
    "changed",
    [
        [],
        "hello",
        None,
        {"turns": []},
        GOOD | {"format": "transcript"},
        GOOD | {"version": 2},
        GOOD | {"version": "1"},
        GOOD | {"model": None},
        GOOD | {"seed": -1},
        GOOD | {"seed": True},
        GOOD | {"seed": 2**64},
        GOOD | {"exchanges": {}},
        GOOD | {"exchanges": ["hello"]},
        GOOD | {"exchanges": [{"reply": "Hi.", "seed": 4, "attempt": 0}]},
        GOOD | {"exchanges": [GOOD["exchanges"][0] | {"reply": None}]},
        GOOD | {"exchanges": [GOOD["exchanges"][0] | {"seed": 0.5}]},
        GOOD | {"exchanges": [GOOD["exchanges"][0] | {"attempt": -1}]},
        GOOD | {"exchanges": [GOOD["exchanges"][0] | {"rejected": "Hi."}]},
        GOOD | {"exchanges": [GOOD["exchanges"][0] | {"rejected": [None]}]},
    ],
)
def test_a_file_that_holds_something_else_is_told_in_a_sentence(tmp_path: Path, changed: object) -> None:
    path = tmp_path / "talk.json"
    path.write_text(json.dumps(changed), "utf-8")
    with pytest.raises(TextgenError, match=r"was to be opened from .*talk\.json', but .*: name a file") as caught:
        SavedConversation.read(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("data", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"\x80abc"])
def test_a_file_that_is_no_json_is_told_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "talk.json"
    path.write_bytes(data)
    with pytest.raises(TextgenError, match=r"the file cannot be read \(.+\): name a file"):
        SavedConversation.read(path)


def test_files_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(TextgenError, match="No such file"):
        SavedConversation.read(tmp_path / "nowhere.json")
    with pytest.raises(TextgenError, match="cannot be read"):
        SavedConversation.read(tmp_path)
    with pytest.raises(TextgenError, match="null"):
        SavedConversation.read(Path("a\x00b"))
    with pytest.raises(TextgenError, match="cannot be written"):
        SavedConversation("small", 1, []).write(tmp_path / "nowhere" / "talk.json")


def test_a_file_is_replaced_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "talk.json"
    SavedConversation("small", 1, []).write(path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(TextgenError, match="No space left"):
        SavedConversation("small", 2, []).write(path)
    assert SavedConversation.read(path).seed == 1
    assert [file.name for file in tmp_path.iterdir()] == ["talk.json"]
