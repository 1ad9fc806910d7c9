"""What is known of a corpus of dialogues."""

import json
from pathlib import Path

from textgen.corpus.collection import Corpus
from textgen.corpus.document import turn_of
from textgen.evaluation.dialogue_inspection import dialogue_facts, first_turns

TURNS = [
    {"role": "user", "content": "It’s me\n  again"},
    {"role": "bot", "content": ""},
    {"role": "user", "content": 1},
]


def test_facts(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"messages": TURNS}))
    (tmp_path / "b.conv").write_bytes("E\r\nM Caf\xe9\r\nM ah\r\nM oh\r\n".encode("cp1252") * 99)
    corpus = Corpus(tmp_path, kind="dialogues")
    facts = dialogue_facts(corpus)
    assert (facts["format"], facts["encoding"]) == ("conv", "cp1252")
    assert (facts["scenes"], facts["dialogues"]) == (100, 100)
    assert (facts["lines"], facts["turns"], facts["empty_turns"]) == (299, 299, 1)
    assert facts["characters"] == len("It’s me   again\n\n") + 99 * len("Café\nah\noh\n")
    assert (facts["longest_dialogue"], facts["longest_turn"]) == (3, 15)
    assert facts["speakers"] == {"user": 1, "bot": 1}
    assert facts["repairs"] == {"crlf": 4 * 99}
    assert facts["skipped"] == 1
    assert facts["skipped_examples"][0].startswith("a.json, line 1: a turn without a text:")
    assert [(file["path"], file["format"], file["skipped"]) for file in facts["files"]] == [
        (str(tmp_path / "a.json"), "turns-jsonl", 1),
        (str(tmp_path / "b.conv"), "conv", 0),
    ]
    assert sum(file["bytes"] for file in facts["files"]) == sum(path.stat().st_size for path in tmp_path.iterdir())


def test_the_first_turns(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("one __eou__ two __eou__ three __eou__\n")
    corpus = Corpus(tmp_path, kind="dialogues")
    assert first_turns(corpus, 2) == (turn_of("one"), turn_of("two"))


def test_no_dialogue_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("question,answer\n")
    corpus = Corpus(tmp_path / "a.csv", "csv-pairs", "dialogues")
    assert first_turns(corpus, 3) == ()
    assert (dialogue_facts(corpus)["dialogues"], dialogue_facts(corpus)["longest_dialogue"]) == (0, 0)
