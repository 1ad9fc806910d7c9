import json
import math
from pathlib import Path

import pytest

from textgen.corpus.collection import ScriptCorpus
from textgen.errors import ConfigurationError
from textgen.evaluation.report import Evaluation, evaluate
from textgen.evaluation.scores import Scores
from textgen.writer import ScriptWriter


def test_the_held_out_part_is_as_long_as_training_said(uniform: ScriptWriter, corpus: Path) -> None:
    result = evaluate(uniform, ScriptCorpus(corpus), samples=0)
    split = uniform.card.corpus["split"]
    assert result.scores.characters == split["total"] - split["characters"]
    assert result.scores.nats / result.scores.tokens == pytest.approx(math.log(uniform.model.vocabulary_size), rel=1e-5)
    assert result.split == "held-out"


def test_samples_are_looked_for_in_the_training_text(uniform: ScriptWriter, corpus: Path) -> None:
    told: list[str] = []
    result = evaluate(uniform, ScriptCorpus(corpus), samples=2, seed=3, tell=told.append)
    values = result.to_json_object()
    assert (values["samples_lines"], values["samples_seed"]) == (2, 3)
    assert values["longest_copied_words"] is not None
    assert len(told) == 2


def test_what_was_not_asked_for_is_none_and_said(uniform: ScriptWriter, corpus: Path) -> None:
    values = evaluate(uniform, ScriptCorpus(corpus), samples=0).to_json_object()
    names = ("longest_copied_words", "copied_share", "copied_text", "copied_at", "samples_seed")
    assert [values[name] for name in names] == [None] * 5
    assert "--samples 0" in values["notes"][-1]


def test_another_corpus_has_no_novelty(uniform: ScriptWriter, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text("JERRY: nothing of this was there before, not one word.\n" * 3)
    result = evaluate(uniform, ScriptCorpus(path), samples=5)
    assert result.novelty is None and result.split == "all"
    assert "Copying was not measured" in result.notes[-1]


def test_training_text_under_another_name_is_noticed(uniform: ScriptWriter, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.txt"
    path.write_text(corpus.read_text() + "JERRY: One more.\n")
    notes = evaluate(uniform, ScriptCorpus(path), samples=0).notes
    assert any("stand in the training text too" in note for note in notes)


def test_an_infinite_perplexity_is_no_json_number() -> None:
    scores = Scores(nats=9000.0, tokens=10, characters=10, words=1, line_ends=0)
    values = Evaluation(scores, "all", 0.0, None, ()).to_json_object()
    assert values["perplexity"] is None and values["word_perplexity"] is None
    assert "Infinity" not in json.dumps(values)


def test_a_negative_number_of_samples_is_refused(uniform: ScriptWriter, corpus: Path) -> None:
    with pytest.raises(ConfigurationError, match="--samples -1"):
        evaluate(uniform, ScriptCorpus(corpus), samples=-1)
