import json
from pathlib import Path

import numpy as np
import pytest

from textgen.config import Budget, ScriptTrainingConfig
from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.encoding import decode_script
from textgen.corpus.style import ScriptStyle
from textgen.errors import TrainingError
from textgen.model_folder import ModelFolder
from textgen.text.special import END, START
from textgen.text.store import open_ids
from textgen.training.preparation import Sources, make_plan, prepare
from textgen.training.run_record import HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.sizing import ScriptChoice

CHOICE = ScriptChoice(level="word", embedding=8, hidden=12, layers=1, streams=2, window=8)


def prepared(folder: Path, sources: Sources, start_from: Path | None = None, index: bool = True) -> ModelFolder:
    made = ModelFolder(folder)
    origin = ModelFolder(start_from).load() if start_from else None
    plan = make_plan(sources, CHOICE, Budget(steps=3), 5, origin)
    prepare(made, sources, plan, origin, index, lambda text: None)
    return made


def test_a_prepared_folder_is_a_model_with_everything_a_run_needs(tmp_path: Path, corpus: Path) -> None:
    folder = prepared(tmp_path / "deep" / "model", Sources(ScriptCorpus(corpus), None))
    model, run = folder.load(), Run.load(folder.training)
    assert model.card.architecture.hidden == 12
    assert set(model.tokenizer.speakers) == {"JERRY", "ELAINE", "GEORGE"}
    assert model.card.corpus["speakers"]["KRAMER"] == 1
    assert model.card.corpus["shape"]["spelled_names"]
    assert run.training.budget == Budget(steps=3)
    assert run.training.seed == 5
    assert sum(run.characters) == len(corpus.read_text(encoding="utf-8"))
    assert folder.novelty.is_file()
    assert [path.name for path in folder.path.parent.iterdir()] == ["model"]


def test_the_stored_ids_are_the_corpus_and_its_last_tenth_is_held_out(untrained: Path, corpus: Path) -> None:
    folder = ModelFolder(untrained)
    tokenizer = folder.load().tokenizer
    ids = [open_ids(folder.training / name) for name in (TRAINING_IDS, HELD_OUT_IDS)]
    assert all(part[0] == START and part[-1] == END for part in ids)
    texts = [decode_script(part.tolist(), tokenizer, ScriptStyle("colon")).text for part in ids]
    assert "".join(texts) == corpus.read_text(encoding="utf-8")
    assert 0.05 < len(texts[1]) / len("".join(texts)) < 0.15
    run = Run.load(folder.training)
    assert run.tokens == tuple(np.count_nonzero(np.asarray(part) != START) for part in ids)
    assert run.characters == (len(texts[0]), len(texts[1]))


def test_a_validation_file_is_held_out_and_the_whole_corpus_is_learned(tmp_path: Path, corpus: Path) -> None:
    pilot = tmp_path / "pilot.txt"
    pilot.write_text("JERRY: Hello.\nELAINE: Hello, Jerry.\n" * 5, encoding="utf-8")
    sources = Sources(ScriptCorpus(corpus), ScriptCorpus(pilot))
    assert sources.characters == len(corpus.read_text(encoding="utf-8"))
    assert sources.held_out_characters == len(pilot.read_text(encoding="utf-8"))
    folder = prepared(tmp_path / "model", sources)
    held_out = open_ids(folder.training / HELD_OUT_IDS).tolist()
    assert decode_script(held_out, folder.load().tokenizer, ScriptStyle("colon")).text == pilot.read_text("utf-8")
    assert folder.load_card().corpus["split"] is None


def test_texts_to_learn_from_leave_labels_out(corpus: Path) -> None:
    texts = list(Sources(ScriptCorpus(corpus), None).texts(["JERRY", "ELAINE", "GEORGE"]))
    assert texts.count("KRAMER") == 1
    assert "JERRY" not in texts
    assert any(text.startswith("[Scene 1: ") for text in texts)


def test_going_on_from_a_model_keeps_its_vocabulary_and_weights(tmp_path: Path, corpus: Path, untrained: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("JERRY: Ünïcödé is new here.\nNEWMAN: Hello, Jerry.\n" * 20, encoding="utf-8")
    folder = prepared(tmp_path / "model", Sources(ScriptCorpus(other), None), start_from=untrained)
    old, new = ModelFolder(untrained).load(), folder.load()
    assert new.tokenizer.to_json() == old.tokenizer.to_json()
    assert new.card.architecture == old.card.architecture
    assert all(np.array_equal(new.weights[name], old.weights[name]) for name in old.weights)
    assert new.card.corpus["fingerprint"] != old.card.corpus["fingerprint"]


def test_no_index_on_request(tmp_path: Path, corpus: Path) -> None:
    assert not prepared(tmp_path / "model", Sources(ScriptCorpus(corpus), None), index=False).novelty.exists()


def test_a_failure_leaves_nothing_behind(tmp_path: Path, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("textgen.training.building.initial_weights", fail)
    with pytest.raises(KeyboardInterrupt):
        prepared(tmp_path / "model", Sources(ScriptCorpus(corpus), None))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_try_left_is_cleared_away(tmp_path: Path, corpus: Path) -> None:
    (tmp_path / ".model.building").mkdir()
    (tmp_path / ".model.building" / "model.json").write_text("{", encoding="utf-8")
    prepared(tmp_path / "model", Sources(ScriptCorpus(corpus), None))
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_too_little_text_is_told(tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("JERRY: Hello.\n" * 10, encoding="utf-8")
    with pytest.raises(TrainingError, match=r"has 1\d\d characters, and a model needs 200"):
        Sources(ScriptCorpus(short), None)


def test_a_run_comes_back_and_a_damaged_one_is_told(tmp_path: Path) -> None:
    run = Run(ScriptTrainingConfig(Budget(minutes=3.0), seed=2), (10, 2), (20, 4), 2)
    run.save(tmp_path)
    assert Run.load(tmp_path) == run
    values = json.loads((tmp_path / "run.json").read_bytes())
    for content in (b"{", json.dumps({**values, "threads": None}).encode(), b"[]", None):
        (tmp_path / "run.json").write_bytes(content) if content else (tmp_path / "run.json").unlink()
        with pytest.raises(TrainingError, match=r"cannot be resumed .* the model itself still works"):
            Run.load(tmp_path)
