import json
import shutil
from pathlib import Path

import pytest

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, turn_of
from textgen.errors import ModelError
from textgen.evaluation.inspection import corpus_facts, dialogue_facts, first_lines, first_turns, model_facts


def test_several_files_of_different_kinds(tmp_path: Path) -> None:
    (tmp_path / "small.csv").write_text("Character,Line\n" + "Eve,hi\n" * 9 + "Eve\n")
    large = "\r\n".join(["[a room]", *(f"Adam: it’s line {number}" for number in range(20))])
    (tmp_path / "large.txt").write_bytes(large.encode("cp1252") + b"\r\n")
    facts = corpus_facts(Corpus(tmp_path))
    assert (facts["format"], facts["encoding"]) == ("colon", "cp1252")
    assert [(Path(file["path"]).name, file["format"]) for file in facts["files"]] == [
        ("large.txt", "colon"),
        ("small.csv", "csv"),
    ]
    assert (facts["scenes"], facts["lines"], facts["documents"]) == (2, 29, 2)
    assert facts["speakers"] == {"Adam": 20, "Eve": 9}
    assert facts["repairs"] == {"crlf": 21}
    assert facts["skipped"] == 1 and "small.csv" in facts["skipped_examples"][0]


def test_characters_are_those_of_the_text(corpus: Path) -> None:
    facts = corpus_facts(Corpus(corpus))
    assert facts["characters"] == len(corpus.read_text())
    assert sum(facts["speakers"].values()) + facts["narration_lines"] == facts["lines"] == 241


def test_the_first_lines(corpus: Path) -> None:
    lines = first_lines(Corpus(corpus), 3)
    assert len(lines) == 3
    assert lines[2] == Line("KRAMER", "Giddy up.")


def test_a_model_folder(untrained: Path) -> None:
    facts = model_facts(untrained)
    assert (facts["kind"], facts["level"]) == ("script", "character")
    assert facts["architecture"]["hidden"] == 24
    v = facts["vocabulary"]
    assert facts["weights"] == v * 16 + 4 * 24 * (16 + 24 + 1) + 4 * 24 * (24 + 24 + 1) + 24 * v + v
    assert set(facts["speakers"]) == {"JERRY", "ELAINE", "GEORGE", "KRAMER"}
    assert "KRAMER" not in facts["labels"]
    assert facts["trained_on"]["files"] == ["show.txt"]
    assert facts["novelty_index"] is True
    assert facts["bytes"] == sum(path.stat().st_size for path in untrained.glob("*") if path.is_file())


def test_a_model_without_index_and_training_folder(untrained: Path, tmp_path: Path) -> None:
    path = tmp_path / "model"
    shutil.copytree(untrained, path)
    shutil.rmtree(path / "training")
    (path / "novelty.bin").unlink()
    facts = model_facts(path)
    assert (facts["training_bytes"], facts["novelty_index"]) == (0, False)


def test_no_model(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model\.json"):
        model_facts(tmp_path)


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
    corpus = Corpus(tmp_path / "a.csv", "csv-pairs", kind="dialogues")
    assert first_turns(corpus, 3) == ()
    assert (dialogue_facts(corpus)["dialogues"], dialogue_facts(corpus)["longest_dialogue"]) == (0, 0)
