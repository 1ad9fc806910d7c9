"""Scripts to a folder that a run can begin in."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import textgen
from tests.training.tasks import is_explained, prepared, script_task, short_and_long
from textgen.config import Budget, ScriptTrainingConfig
from textgen.corpus.id_store import open_ids
from textgen.corpus.script import ScriptStyle
from textgen.corpus.token_parser import decode_script
from textgen.errors import TextgenError, TrainingError
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import END, START
from textgen.training.checkpoint import HELD_OUT_IDS, TRAINING_IDS, Run
from textgen.training.moving_in import moved_in
from textgen.training.sizing import ScriptChoice

CHOICE = ScriptChoice(level="word", embedding=8, hidden=12, layers=1, streams=2, window=8)


def test_a_prepared_folder_is_a_model_with_everything_a_run_needs(tmp_path: Path, corpus: Path) -> None:
    folder = prepared(tmp_path / "deep" / "model", script_task(corpus, CHOICE, seed=5))
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
    folder = prepared(tmp_path / "model", script_task(corpus, CHOICE, validation=pilot))
    characters = tuple(len(path.read_text(encoding="utf-8")) for path in (corpus, pilot))
    assert Run.load(folder.training).characters == characters
    held_out = open_ids(folder.training / HELD_OUT_IDS).tolist()
    assert decode_script(held_out, folder.load().tokenizer, ScriptStyle("colon")).text == pilot.read_text("utf-8")
    assert folder.load_card().corpus["split"] is None


def test_a_validation_file_in_which_nothing_is_said_is_refused(tmp_path: Path, corpus: Path) -> None:
    pilot = tmp_path / "pilot.txt"
    pilot.write_text("\n \n\n", encoding="utf-8")
    with pytest.raises(TextgenError, match=r"pilot|--validation"):
        prepared(tmp_path / "model", script_task(corpus, CHOICE, validation=pilot))
    assert [entry.name for entry in tmp_path.iterdir()] == ["pilot.txt"]


def test_names_without_a_label_are_learned_with_the_text(tmp_path: Path) -> None:
    corpus = tmp_path / "show.txt"
    corpus.write_text("JERRY: Hello there.\nNEWMAN: Hello.\n" * 9 + "JERRY: Hello there.\n" * 9, encoding="utf-8")
    choice = ScriptChoice(level="word", embedding=8, hidden=12, layers=1)
    tokenizer = prepared(tmp_path / "model", script_task(corpus, choice)).load().tokenizer
    assert tokenizer.speakers == ("JERRY",)
    words = {tokenizer.decode([token]).strip() for token in tokenizer.ranked_ids()}
    assert "NEWMAN" in words and "JERRY" not in words


def test_going_on_from_a_model_keeps_its_pieces_and_weights_and_labels_the_new_speakers(
    tmp_path: Path, untrained: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_text("JERRY: Ünïcödé is new here.\nNEWMAN: Hello, Jerry.\n" * 20, encoding="utf-8")
    old = ModelFolder(untrained).load()
    new = prepared(tmp_path / "model", script_task(other, CHOICE), old).load()
    assert new.tokenizer.to_json() == {**old.tokenizer.to_json(), "speakers": ["JERRY", "NEWMAN"]}
    moved = moved_in(old, {"JERRY": 18, "NEWMAN": 18})
    assert new.card.architecture == moved.card.architecture
    assert all(np.array_equal(new.weights[name], moved.weights[name]) for name in old.weights if "/bias" not in name)
    assert new.card.corpus["fingerprint"] != old.card.corpus["fingerprint"]


def test_going_on_with_subwords_lets_frequent_words_of_the_new_corpus_join(tmp_path: Path, corpus: Path) -> None:
    subwords = ScriptChoice(level="subword", embedding=8, hidden=12, layers=1, streams=2, window=8)
    old = prepared(tmp_path / "old", script_task(corpus, subwords)).load()
    other = tmp_path / "other.txt"
    other.write_text("JERRY: Hello, Kierkegaard 😁.\nNEWMAN: Hello, Jerry.\n" * 20, encoding="utf-8")
    folder = prepared(tmp_path / "new", script_task(other, CHOICE), old)
    new = folder.load()
    assert new.tokenizer.speakers == ("JERRY", "NEWMAN")
    needed = [len(model.tokenizer.encode(" Kierkegaard 😁.")) for model in (old, new)]
    assert needed[0] > 10 and needed[1] == 2
    merges = [model.tokenizer.to_json()["merges"] for model in (old, new)]
    assert merges[1][: len(merges[0])] == merges[0]
    ids = [open_ids(folder.training / name).tolist() for name in (TRAINING_IDS, HELD_OUT_IDS)]
    texts = [decode_script(part, new.tokenizer, ScriptStyle("colon")).text for part in ids]
    assert "".join(texts) == other.read_text(encoding="utf-8")


def test_no_index_on_request(tmp_path: Path, corpus: Path) -> None:
    assert not prepared(tmp_path / "model", script_task(corpus, CHOICE, index=False)).novelty.exists()


def test_too_little_text_is_told(tmp_path: Path) -> None:
    short = tmp_path / "short.txt"
    short.write_text("JERRY: Hello.\n" * 10, encoding="utf-8")
    with pytest.raises(TrainingError, match=r"has 1\d\d characters, and a model needs 200"):
        prepared(tmp_path / "model", script_task(short))
    assert [path.name for path in tmp_path.iterdir()] == ["short.txt"]


@pytest.mark.parametrize(
    ("asked", "epochs", "dropout"), [(None, 8.0, (0.3, 0.1)), (None, 0.5, (0.0, 0.0)), (0.25, 8.0, (0.25, 0.1))]
)
def test_dropout_suits_how_often_the_text_is_read_unless_it_was_asked_for(
    corpus: Path, tmp_path: Path, asked: float | None, epochs: float, dropout: tuple[float, float]
) -> None:
    choice = ScriptChoice(level="character", embedding=8, hidden=8, layers=1, dropout=asked)
    told: list[str] = []
    folder = prepared(tmp_path / "model", script_task(corpus, choice), budget=Budget(epochs=epochs), notes=told)
    training = Run.load(folder.training).training
    assert isinstance(training, ScriptTrainingConfig)
    assert (training.dropout, training.input_dropout) == dropout
    assert any(f"dropout {dropout[0]:g}," in line for line in told)


@pytest.mark.slow
@short_and_long
def test_where_time_is_short_the_model_is_smaller_unless_its_size_was_asked_for(
    corpus: Path,
    tmp_path: Path,
    flops: float,
    budget: Budget,
    asked: str,
    hidden: int,
    is_told: bool,
) -> None:
    told: list[str] = []
    task = script_task(corpus, ScriptChoice(size=asked))
    model = prepared(tmp_path / "model", task, budget=budget, notes=told, flops=flops).load()
    assert model.card.architecture.hidden == hidden
    assert model.weights["lstm_0/recurrent_kernel"].shape[0] == hidden
    assert is_explained(told) is is_told


def test_a_model_to_go_on_from_keeps_its_size_however_short_the_time(
    corpus: Path, tmp_path: Path, untrained: Path
) -> None:
    origin = ModelFolder(untrained).load()
    folder = prepared(tmp_path / "model", script_task(corpus), origin, Budget(minutes=1), flops=1.0)
    assert folder.load().card.architecture == origin.card.architecture


@pytest.mark.parametrize("level", ["character", "word", "subword"])
def test_a_text_of_a_single_letter_is_learned(tmp_path: Path, level: Any) -> None:
    path = tmp_path / "a.txt"
    path.write_text("a\n" * 4000, encoding="utf-8")
    choice = ScriptChoice(level=level, embedding=8, hidden=12, layers=1, streams=4, window=16)
    folder = prepared(tmp_path / "model", script_task(path, choice))
    assert set(textgen.load(folder.path).write(lines=3, max_new_tokens=20, seed=1).text) <= {"a", "\n"}
