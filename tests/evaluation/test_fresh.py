"""Fresh samples: so many, none of them twice, and how they came about."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from textgen.corpus.scene import Line
from textgen.errors import ConfigurationError
from textgen.evaluation.fresh import FreshLines
from textgen.model_folder import Model, ModelFolder
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
    texts = FreshLines(in_format(model, "captions"), 7, {}).write(1500, lambda text: None)
    assert len(texts) == len({tuple(text) for text in texts}) == 1500


def test_a_seed_writes_one_page(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    say_the_seed(monkeypatch)
    texts = FreshLines(in_format(model, "colon"), 7, {}).write(1000, lambda text: None)
    pages = [tuple(text) for text in texts]
    assert len(texts) == 1000
    assert all(pages.count(page) == 50 for page in set(pages))


def test_a_model_that_says_nothing_is_told(model: Model, monkeypatch: pytest.MonkeyPatch) -> None:
    say_the_seed(monkeypatch, " ")
    with pytest.raises(ConfigurationError, match="25 lines were written without a word in any"):
        FreshLines(model, 0, {}).write(100, lambda text: None)


def test_of_a_real_model(model: Model) -> None:
    told: list[str] = []
    fresh = FreshLines(model, 3, {"temperature": 0.9})
    texts, again = (fresh.write(5, told.append) for _ in range(2))
    assert len(texts) == 5 and texts == again
    assert (fresh.decoding["temperature"], fresh.decoding["seed"]) == (0.9, 3)
    assert told[0].startswith("writing   5 lines (temperature 0.9")


@pytest.mark.parametrize(
    ("decoding", "sentence"),
    [
        ({"temperature": 0}, "which writes the same text each time"),
        ({"top_p": 2.0}, "top_p=2.0 was asked for"),
        ({"hurry": True}, "knows no such option"),
    ],
)
def test_what_makes_no_sense_is_refused_at_once(model: Model, decoding: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ConfigurationError, match=sentence):
        FreshLines(model, 0, decoding)
