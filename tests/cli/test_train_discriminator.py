import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import textgen.api
from tests.judging.small import likes
from textgen.cli.train_discriminator import command
from textgen.judging.saved import SavedDiscriminator
from textgen.text.character import CharacterTokenizer

METRICS = {
    "accuracy": {"discriminator": 0.81, "ngrams": 0.73, "length": 0.5},
    "accuracy_natural": {"discriminator": 0.84, "ngrams": 0.76, "length": 0.62},
    "texts": 1200,
    "texts_natural": 1400,
    "calibration_error": 0.021,
    "reliability": [{"said": 0.04, "found": 0.05, "texts": 600}, {"said": 0.95, "found": 0.9, "texts": 600}],
}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the command asked of the API, which trains nothing here."""
    seen: dict[str, Any] = {}

    def train(model: Path, corpus: list[Path] | None, **options: Any) -> SavedDiscriminator:
        seen.update(model=model, corpus=corpus, **options)
        return likes("a", CharacterTokenizer("abc", []), metrics=METRICS)

    monkeypatch.setattr(textgen.api, "train_discriminator", train)
    return seen


def test_options_reach_the_api(asked: dict[str, Any]) -> None:
    CliRunner().invoke(command, ["--model", "m", "--corpus", "a.txt", "b.txt", "--temperature", "1", "--steps", "9"])
    assert asked.pop("corpus") == [Path("a.txt"), Path("b.txt")]
    assert asked == {
        "model": Path("m"),
        "samples": 6000,
        "seed": 0,
        "steps": 9,
        "temperature": 1.0,
        "quiet": False,
    }


def test_the_figures_are_told_beside_what_they_are_to_be_compared_with(asked: dict[str, Any]) -> None:
    done = CliRunner().invoke(command, ["--model", "runs/my show"])
    assert asked["corpus"] is None
    assert (done.exit_code, done.stdout) == (0, "")
    rows = {line[:22].strip(): re.findall(r"[\d.,]+%?", line[22:]) for line in done.stderr.splitlines()}
    assert rows["discriminator"] == ["81.0%", "84.0%"]
    assert rows["n-grams"] == ["73.0%", "76.0%"]
    assert rows["length alone"] == ["50.0%", "62.0%"]
    assert rows["guessing"] == ["50.0%", "50.0%"]
    assert "1,200 lines" in done.stderr and "1,400 lines" in done.stderr
    assert re.search(r"^ +95% +90% +600 +#+$", done.stderr, re.MULTILINE)
    assert "textgen generate --rerank 8 --model 'runs/my show'" in done.stderr


def test_quiet_says_nothing(asked: dict[str, Any]) -> None:
    assert CliRunner().invoke(command, ["--model", "m", "--quiet"]).stderr == ""
