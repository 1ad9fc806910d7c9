import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.conftest import corpus_text
from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.encoding import decode_script
from textgen.corpus.scene import Line
from textgen.corpus.style import ScriptStyle
from textgen.errors import ConfigurationError, TrainingError
from textgen.model_folder import Model, ModelFolder
from textgen.training.real_texts import RealTexts, corpus_texts, stored_texts


@pytest.fixture(scope="module")
def model(untrained: Path) -> Model:
    return ModelFolder(untrained).load()


def as_lines(model: Model, texts: list[list[int]]) -> set[Line]:
    return {line for text in texts for line in decode_script(text, model.tokenizer, ScriptStyle()).lines}


def sides(texts: RealTexts) -> tuple[list[list[int]], list[list[int]]]:
    return sorted(map(list, texts.training)), sorted(map(list, texts.held_out))


def test_what_training_left_and_the_corpus_itself_hold_the_same_lines(model: Model, corpus: Path) -> None:
    stored = stored_texts(model, 10_000, 0)
    read = corpus_texts(model, ScriptCorpus(corpus), 10_000, 0)
    assert sides(stored) == sides(read)
    assert stored.corpus == read.corpus == ScriptCorpus(corpus).fingerprint
    lines = [Line(*line.split(": ", 1)) for line in corpus_text().splitlines() if not line.startswith("[")]
    assert len(stored.training) + len(stored.held_out) == len(lines)
    assert as_lines(model, [*stored.training, *stored.held_out]) == set(lines)
    assert len(stored.held_out) == pytest.approx(len(lines) / 10, rel=0.3)
    assert as_lines(model, stored.held_out) == set(lines[-len(stored.held_out) :])


def test_lines_without_text_are_left_out(model: Model, tmp_path: Path) -> None:
    (tmp_path / "show.txt").write_text("Hello there.\n\n" * 50)
    read = corpus_texts(model, ScriptCorpus(tmp_path / "show.txt"), 1000, 0)
    assert as_lines(model, [*read.training, *read.held_out]) == {Line(None, "Hello there.")}


def test_no_more_than_so_many_are_drawn_by_the_seed(model: Model, corpus: Path) -> None:
    for first, again, other in (
        [stored_texts(model, 15, seed) for seed in (1, 1, 2)],
        [corpus_texts(model, ScriptCorpus(corpus), 15, seed) for seed in (1, 1, 2)],
    ):
        assert len(first.training) == len(first.held_out) == 15
        assert first == again != other


def test_what_is_missing_or_does_not_fit_is_told(model: Model, untrained: Path, corpus: Path, tmp_path: Path) -> None:
    bare = Path(shutil.copytree(untrained, tmp_path / "bare"))
    shutil.rmtree(bare / "training")
    with pytest.raises(TrainingError, match="name the corpus the model was trained on with --corpus FILE"):
        stored_texts(ModelFolder(bare).load(), 10, 0)
    with pytest.raises(ConfigurationError, match="it was read as plain, and so"):
        corpus_texts(model, ScriptCorpus(corpus, "plain"), 10, 0)
    of_all = replace(model, card=replace(model.card, corpus={**model.card.corpus, "split": None}))
    with pytest.raises(ConfigurationError, match="the model learned from all of this corpus, because it was given a"):
        corpus_texts(of_all, ScriptCorpus(corpus), 10, 0)
    (tmp_path / "short.txt").write_text("JERRY: Hello.\n")
    with pytest.raises(TrainingError, match="too small"):
        corpus_texts(model, ScriptCorpus(tmp_path / "short.txt"), 10, 0)
