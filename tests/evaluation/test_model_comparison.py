import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from textgen.corpus.collection import Corpus
from textgen.errors import ConfigurationError
from textgen.evaluation.model_comparison import ModelComparison, compare
from textgen.evaluation.pages import comparison_files, curve_table, verdict_sentences
from textgen.writer import ScriptWriter


@pytest.fixture(scope="module")
def found(uniform: ScriptWriter, corpus: Path) -> ModelComparison:
    return compare({"one": uniform, "two": uniform}, Corpus(corpus), [0.5, 1.0], samples=4, seed=3)


def test_equal_models_are_not_better_than_each_other(found: ModelComparison) -> None:
    assert [curve.name for curve in found.curves] == ["one", "two"]
    assert found.curves[0].points == found.curves[1].points
    assert not any(verdict.outside for verdict in found.verdicts)
    assert found.split == "held-out"
    assert found.bits_per_character["one"] == found.bits_per_character["two"]


def test_the_json_object(found: ModelComparison) -> None:
    values = json.loads(json.dumps(found.to_json_object()))
    assert [model["name"] for model in values["models"]] == ["one", "two"]
    assert [point["temperature"] for point in values["models"][0]["points"]] == [0.5, 1.0]
    assert {"real", "verdicts", "frechet_encoder", "tokenisation", "seed", "notes"} <= set(values)
    assert (values["lines"], values["seed"], values["decoding"]["min_p"]) == (4, 3, 0.0)


def test_the_table_has_temperatures_along_the_top(found: ModelComparison) -> None:
    head, first, *_ = curve_table(found.curves[0], found.real)
    assert head == ["one", "0.5", "1", "real"]
    assert first[0] == "BLEU-2" and len(first) == 4


def test_the_report(found: ModelComparison) -> None:
    files = comparison_files("one, two on show.txt", found)
    assert set(files) == {"report.md", "comparison.json", "curves.png"}
    page = files["report.md"].decode()
    assert "| one | 0.5 | 1 | real |" in page and "## Who is better where" in page


def test_a_figure_that_some_lines_do_not_have_is_left_out(found: ModelComparison) -> None:
    """As the Frechet distance of few lines is."""
    first = found.curves[0]
    points = tuple(replace(point, figures={"bleu_2": point.figures["bleu_2"]}) for point in first.points)
    partly = replace(found, curves=(replace(first, points=(points[0], first.points[1])), replace(first, points=points)))
    rows = {row[0]: row[1:] for row in curve_table(partly.curves[0], found.real)}
    assert rows["BLEU-2"][0] and not rows["BLEU-4"][0] and rows["BLEU-4"][1]
    assert "curves.png" in comparison_files("one", partly)


def test_what_is_said_of_two_curves(found: ModelComparison) -> None:
    (said,) = verdict_sentences(found)  # one pair, and a Frechet distance takes more lines
    assert said.startswith("BLEU-4 at equal self-BLEU-4: ")
    gap = SimpleNamespace(temperature=0.7, is_outside=True)
    verdicts = (replace(found.verdicts[0], gaps=(cast(Any, gap),)), *found.verdicts[1:])
    (said,) = verdict_sentences(replace(found, verdicts=verdicts))
    assert said.endswith("one is better than two at temperature 0.7.")
    (said,) = verdict_sentences(replace(found, verdicts=tuple(replace(verdict, gaps=()) for verdict in found.verdicts)))
    assert "share no diversity" in said


def test_models_that_hold_out_different_parts_cannot_be_compared(uniform: ScriptWriter, corpus: Path) -> None:
    known = {**uniform.card.corpus, "split": {**uniform.card.corpus["split"], "lines": 1}}
    other = cast(ScriptWriter, SimpleNamespace(card=SimpleNamespace(corpus=known)))
    with pytest.raises(ConfigurationError, match="different parts"):
        compare({"one": uniform, "two": other}, Corpus(corpus))


@pytest.mark.slow
def test_a_model_of_another_corpus_is_noted(uniform: ScriptWriter, corpus: Path, tmp_path: Path) -> None:
    known = {**uniform.card.corpus, "fingerprint": "another"}
    other = cast(ScriptWriter, SimpleNamespace(**{**uniform.__dict__, "card": replace(uniform.card, corpus=known)}))
    other.write_several = uniform.write_several  # type: ignore[method-assign]
    found = compare({"other": other, "one": uniform}, Corpus(corpus), [1.0], samples=2)
    assert found.split == "held-out"
    assert any(note.startswith("other: not trained on this corpus") for note in found.notes)


def test_lines_may_come_about_in_another_way(uniform: ScriptWriter, corpus: Path, found: ModelComparison) -> None:
    def same(temperature: float, lines: int, seed: int) -> list[str]:
        return ["the soup was nothing."] * lines

    (other,) = compare({"other": uniform}, Corpus(corpus), [1.0], samples=4, ways={"other": same}).curves
    drawn = found.curves[0].points[1]
    assert other.points[0].figures["self_bleu_4"].value == 1 > drawn.figures["self_bleu_4"].value


def test_a_single_sample_is_refused(uniform: ScriptWriter, corpus: Path) -> None:
    with pytest.raises(ConfigurationError, match="--samples 1"):
        compare({"one": uniform}, Corpus(corpus), samples=1)


def test_a_temperature_is_refused_before_any_work(uniform: ScriptWriter, corpus: Path) -> None:
    told: list[str] = []
    with pytest.raises(ConfigurationError, match="above 0"):
        compare({"one": uniform}, Corpus(corpus), [0.0, 1.0], tell=told.append)
    assert told == []
