"""The files of both stages, from small sources."""

import json
from pathlib import Path

import pytest
from smalltalk import preparation, sources
from smalltalk.preparation import Prepared, in_passing, prepare
from smalltalk.report import readme

from tests.corpora.talks import OWN
from textgen.corpus.document import Line, turn_of
from textgen.corpus.split import split_dialogues
from textgen.errors import CorpusError, MissingExtraError


@pytest.fixture
def own() -> list[tuple[Line, ...]]:
    return [
        (turn_of(f"{OWN[number % 5]} {number}", "YOU"), turn_of(OWN[(number + 1) % 5], "WREN")) for number in range(33)
    ]


@pytest.fixture
def prepared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: list[tuple[Line, ...]]) -> Prepared:
    strangers = [[["do you like dogs", f"or dog {number}"], ["what a fine dog", "is it good"]] for number in range(64)]
    strangers += [[["alone"]], [["hello kyle"], ["hello"], ["how are you"]]]
    bots = [[[f"do you like tea {number}"], ["it is good"]] for number in range(7)]
    for name, found in {
        "read_chitchat": strangers,
        "read_chatterbot": (bots, 2),
        "read_own": own,
        "read_names": frozenset({"kyle"}),
        "read_swearing": frozenset({"darn"}),
    }.items():
        monkeypatch.setattr(preparation, name, lambda found=found: found)
    return prepare(tmp_path)


def read(path: Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [[turn["text"] for turn in json.loads(line)["turns"]] for line in lines]


def held_out(paths: tuple[Path, ...]) -> list[list[list[str]]]:
    files = [read(path) for path in paths]
    split = split_dialogues([len(file) for file in files])
    assert split is not None
    return [file[len(file) - few :] for file, few in zip(files, split.held_out, strict=True)]


def test_stage_two_learns_nothing_that_stage_one_held_out(prepared: Prepared) -> None:
    chitchat, chatterbot, own = held_out(prepared.first)
    kept, learned = read(prepared.held_out), read(prepared.second)
    assert all(turns in [*chitchat, *chatterbot, *own] for turns in kept)
    assert all(turns in kept for turns in own)
    assert not any(turns in kept for turns in learned)
    assert any(turns in learned for turns in read(prepared.first[0]))


def test_the_known_lines_are_the_own_ones_that_are_learned(prepared: Prepared) -> None:
    known, own = read(prepared.known), read(prepared.first[2])
    assert known == own[: len(known)]
    assert [turns for turns in own if turns not in known] == held_out(prepared.first)[2]


def test_a_conversation_lies_on_one_side_of_the_split(prepared: Prepared) -> None:
    assert len(read(prepared.first[0])) % 20 == 0


def test_the_own_dialogues_are_mixed(prepared: Prepared, own: list[tuple[Line, ...]]) -> None:
    assert sorted(turns[0] for turns in read(prepared.first[2])) == sorted(turns[0].text for turns in own)


def test_counts(prepared: Prepared) -> None:
    counts = prepared.counts["chitchat"]
    assert (counts["conversations"], counts["one-sided conversation"], counts["personal name"]) == (66, 1, 1)
    assert counts["dialogues kept"] == 120
    assert prepared.counts["chatterbot"] == {
        "conversations": 9,
        "left out by hand": 2,
        "hit by a filter": 0,
        "dialogues kept": 7,
        "replies kept": 7,
    }


def test_names_in_the_own_dialogues_are_an_error(
    prepared: Prepared, own: list[tuple[Line, ...]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = [*own, (turn_of("hello", "YOU"), turn_of("ask kyle", "WREN"))]
    monkeypatch.setattr(preparation, "read_own", lambda: bad)
    with pytest.raises(CorpusError, match="personal name: ask kyle"):
        prepare(tmp_path)


def test_the_readme_has_all_counts(prepared: Prepared) -> None:
    text = readme("python x", prepared.counts, {"stage 1": {"bits_per_character": 1.5, "reason": "over"}}, 1234567)
    assert "1,234,567" in text
    assert "| bits per character | 1.5 |" in text
    assert "reason" not in text
    for steps in prepared.counts.values():
        for name, count in steps.items():
            assert f"| {name} | {count:,} |" in text


def test_a_missing_package_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sources.PACKAGES, "no_such_package", "no-such-package==1")
    with pytest.raises(MissingExtraError, match=r"no-such-package==1 is not installed.*pip install"):
        sources.require_packages()


def test_in_passing_a_dialogue_stands_behind_the_end_of_another(own: list[tuple[Line, ...]]) -> None:
    three = own[:3]
    found = in_passing(three)
    assert [turns[2:] for turns in found] == [three[1], three[2], three[0]]
    assert [[turn.text for turn in turns[:2]] for turns in found] == [[turn.text for turn in turns] for turns in three]
    assert {turn.speaker for turns in found for turn in turns[:2]} == {"EARLIER"}
