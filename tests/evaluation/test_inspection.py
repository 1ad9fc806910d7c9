import shutil
from pathlib import Path

import pytest

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line
from textgen.errors import ModelError
from textgen.evaluation.inspection import corpus_facts, first_lines, model_facts


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
