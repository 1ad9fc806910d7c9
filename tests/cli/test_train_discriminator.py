import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import textgen.api
from tests.discriminator.small import likes
from tests.generation.small import saved_model
from textgen.cli.train_discriminator import command, describe
from textgen.discriminator.file import SavedDiscriminator
from textgen.tokenizers.character import CharacterTokenizer

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


def test_the_figures_are_told_beside_what_they_are_to_be_compared_with(
    asked: dict[str, Any], untrained: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "my show"
    folder.symlink_to(untrained)
    done = CliRunner().invoke(command, ["--model", str(folder)])
    assert asked["corpus"] is None
    assert (done.exit_code, done.stdout) == (0, "")
    rows = {line[:22].strip(): re.findall(r"[\d.,]+%?", line[22:]) for line in done.stderr.splitlines()}
    assert rows["discriminator"] == ["81.0%", "84.0%"]
    assert rows["n-grams"] == ["73.0%", "76.0%"]
    assert rows["length alone"] == ["50.0%", "62.0%"]
    assert rows["guessing"] == ["50.0%", "50.0%"]
    assert "1,200 lines" in done.stderr and "1,400 lines" in done.stderr
    assert re.search(r"^ +95% +90% +600 +#+$", done.stderr, re.MULTILINE)
    assert f"textgen generate --rerank 8 --model '{folder}'" in done.stderr


@pytest.mark.parametrize(("most", "called"), [("JERRY", "JERRY"), (None, "(others)")])
def test_how_often_speakers_are_named_is_told_beside_the_majority_guess(most: str | None, called: str) -> None:
    found = {"discriminator": 0.512, "majority": 0.4}
    voices = {"accuracy": found, "lines": 1234, "names": ["JERRY", "ELAINE"], "majority_class": most}
    told = list(describe(likes("a", CharacterTokenizer("abc", []), metrics={**METRICS, "voices": voices}), "lines"))
    where = told.index("speakers named                             accuracy   (1,234 real lines of any length)")
    rows = [line.split() for line in told[where + 1 : where + 4]]
    assert rows[0] == ["discriminator", "51.2%"]
    assert rows[1] == ["always", called, "40.0%"]
    assert " ".join(rows[2]) == "told apart: JERRY, ELAINE, (others)"
    assert "speakers named" not in "\n".join(describe(likes("a", CharacterTokenizer("abc", []), metrics=METRICS), "l"))


def test_of_a_chat_model_replies_are_judged(asked: dict[str, Any], tmp_path: Path) -> None:
    folder = saved_model(tmp_path / "bot")
    told = CliRunner().invoke(command, ["--model", str(folder), "--corpus", "talks", "--format", "eou"]).stderr
    assert asked["format"] == "eou"
    assert "1,200 replies" in told and "1,400 replies" in told and "lines" not in told
    assert f"textgen chat --model {folder}\n  textgen score --model {folder} FILE\n" in told


def test_the_help_says_what_a_corpus_is_for() -> None:
    words = " ".join(CliRunner().invoke(command, ["--help"]).stdout.split())
    assert "The real text (files or folders), if the training/ folder of the model was deleted" in words


def test_quiet_says_nothing(asked: dict[str, Any]) -> None:
    assert CliRunner().invoke(command, ["--model", "m", "--quiet"]).stderr == ""


@pytest.mark.parametrize(("right", "is_told"), [(0.528, True), (0.53, False)])
def test_a_judge_that_guesses_is_told(right: float, is_told: bool) -> None:
    accuracy = {**METRICS["accuracy"], "discriminator": right}  # of 1,200 lines, 0.529 is two standard errors
    judge = likes("a", CharacterTokenizer("abc", []), metrics={**METRICS, "accuracy": accuracy})
    assert ("no better than guessing" in "\n".join(describe(judge, "lines"))) == is_told
