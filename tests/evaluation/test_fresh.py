"""Fresh samples: so many, none of them twice, and how they came about."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from textgen.artifact import Model, ModelFolder
from textgen.corpus.scene import Line
from textgen.errors import ConfigurationError
from textgen.evaluation.fresh import fresh_texts
from textgen.writer import ScriptWriter


@pytest.fixture(scope="module")
def model(untrained: Path) -> Model:
    return ModelFolder(untrained).load()


def in_format(model: Model, format: str) -> Model:
    corpus = {**model.card.corpus, "style": {"format": format, "blank_lines": 0}}
    return replace(model, card=replace(model.card, corpus=corpus))


def say_the_seed(monkeypatch: pytest.MonkeyPatch, text: str = "{}") -> None:
    """Makes each line say from which seed it is: captions have one each, the lines of a page share one."""

    def write_several(writer: ScriptWriter, lines: int, num_return_sequences: int, seed: int, **options: Any) -> Any:
        captions = writer.style.format == "captions"
        seeds = [
            [seed + page * lines + line if captions else seed + page for line in range(lines)]
            for page in range(num_return_sequences)
        ]
        return [SimpleNamespace(lines=[Line(None, text.format(one)) for one in page]) for page in seeds]

    monkeypatch.setattr(ScriptWriter, "write_several", write_several)


def test_no_seed_writes_two_captions(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    say_the_seed(monkeypatch)
    texts, _ = fresh_texts(in_format(model, "captions"), 1500, 7, {}, lambda text: None)
    assert len(texts) == len({tuple(text) for text in texts}) == 1500


def test_a_seed_writes_one_page(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    say_the_seed(monkeypatch)
    texts, _ = fresh_texts(in_format(model, "colon"), 1000, 7, {}, lambda text: None)
    pages = [tuple(text) for text in texts]
    assert len(texts) == 1000
    assert all(pages.count(page) == 50 for page in set(pages))


def test_a_model_that_says_nothing_is_told(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    say_the_seed(monkeypatch, " ")
    with pytest.raises(ConfigurationError, match="25 lines were written without a word in any"):
        fresh_texts(model, 100, 0, {}, lambda text: None)


def test_of_a_real_model(model: Model) -> None:
    told: list[str] = []
    texts, options = fresh_texts(model, 5, 3, {"temperature": 0.9}, told.append)
    again, _ = fresh_texts(model, 5, 3, {"temperature": 0.9}, told.append)
    assert len(texts) == 5 and texts == again
    assert (options["temperature"], options["seed"]) == (0.9, 3)
    assert told[0].startswith("writing   5 lines (temperature 0.9")


@pytest.mark.parametrize(("count", "decoding"), [(0, {}), (5, {"temperature": 0}), (5, {"top_p": 2.0})])
def test_what_makes_no_sense_is_refused(model: Model, count: int, decoding: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        fresh_texts(model, count, 0, decoding, lambda text: None)
