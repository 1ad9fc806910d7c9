import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import textgen
from tests.generation.small import saved_model
from textgen.cli.generate import check_output, command
from textgen.corpus.script import Script
from textgen.decoding.options import DecodingOptions
from textgen.errors import ModelError


def generate(model: Path, *arguments: str) -> Result:
    done = CliRunner().invoke(command, ["--model", str(model), *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_the_text_alone_goes_to_stdout(untrained: Path) -> None:
    done = generate(untrained, "--prompt", "JERRY: It\u2019s", "--lines", "3", "--seed", "7")
    expected = textgen.load(untrained).write("JERRY: It's", lines=3, seed=7)
    assert done.stdout == expected.text
    assert done.stderr == "The prompt was put into the corpus's own case and quotation marks.\n"
    assert done.exit_code == 0


def test_an_unfinished_line_is_closed_on_the_terminal(untrained: Path) -> None:
    done = generate(untrained, "--max-new-tokens", "15", "--seed", "1")
    text = textgen.load(untrained).write(max_new_tokens=15, seed=1).text
    assert not text.endswith("\n")
    assert done.stdout == text + "\n"


@pytest.mark.parametrize(
    ("option", "allowed"),
    [
        (("--lines", "0"), "1 or more"),
        (("--max-new-tokens", "0"), "1 or more"),
        (("--seed", "-1"), "from 0 to 18446744073709551615"),
        (("--seed", str(2**64)), "from 0 to 18446744073709551615"),
    ],
)
def test_a_number_out_of_range_is_told_in_words(untrained: Path, option: tuple[str, str], allowed: str) -> None:
    done = generate(untrained, *option)
    assert done.exit_code == 2
    assert f"'{option[0]}': {option[1]} was given; it must be a whole number, {allowed}." in done.stderr
    assert "None" not in done.stderr and ">=" not in done.stderr


def test_json(untrained: Path) -> None:
    done = generate(untrained, "--format", "json", "--lines", "2", "--seed", "7", "--num-return-sequences", "3")
    scripts = json.loads(done.stdout)
    assert [script["seed"] for script in scripts] == [7, 8, 9]
    for script in scripts:
        assert {"text", "lines", "seed", "finish_reason"} <= set(script)
        assert [set(line) for line in script["lines"]] == [{"speaker", "text"}] * 2
        assert script["finish_reason"] == "lines"
        assert script["text"] == textgen.load(untrained).write(lines=2, seed=script["seed"]).text


def test_one_text_as_json_is_an_array_too(untrained: Path) -> None:
    (script,) = json.loads(generate(untrained, "--format", "json", "--lines", "1", "--seed", "7").stdout)
    assert script["seed"] == 7


def test_fountain(untrained: Path) -> None:
    done = generate(untrained, "--format", "fountain", "--lines", "3", "--seed", "7")
    script = textgen.load(untrained).write(lines=3, seed=7)
    assert done.stdout == script.to_fountain()
    assert len(Script.from_fountain(done.stdout).lines) == 3


def test_several_texts_stand_apart(untrained: Path) -> None:
    done = generate(untrained, "--lines", "2", "--seed", "7", "--num-return-sequences", "2")
    writer = textgen.load(untrained)
    texts = [writer.write(lines=2, seed=seed).text.rstrip("\n") for seed in (7, 8)]
    assert done.stdout == "\n\n".join(texts) + "\n"


def test_characters_are_a_list(untrained: Path) -> None:
    done = generate(untrained, "--characters", " jerry, ELAINE,", "--lines", "6", "--seed", "1", "--format", "json")
    (script,) = json.loads(done.stdout)
    assert {line["speaker"] for line in script["lines"]} <= {"JERRY", "ELAINE"}


@pytest.mark.parametrize("names", ["", " , "])
def test_no_names_at_all_are_refused(untrained: Path, names: str) -> None:
    done = generate(untrained, "--characters", names)
    assert done.exit_code == 2
    assert f"{names!r} was given; it must be at least one name" in " ".join(done.stderr.split())


def test_stop_may_be_given_several_times(untrained: Path) -> None:
    whole = textgen.load(untrained).write(lines=3, seed=1).text
    first, second = whole[20:22], whole[30:33]
    done = generate(untrained, "--stop", second, "--stop", first, "--seed", "1", "--lines", "3", "--format", "json")
    (script,) = json.loads(done.stdout)
    assert script["finish_reason"] == "stop"
    assert script["text"] == whole[: min(whole.index(first), whole.index(second))]


def test_zeros_are_passed_on_not_dropped(untrained: Path) -> None:
    done = generate(untrained, "--temperature", "0", "--seed", "0", "--lines", "1")
    assert done.stdout == textgen.load(untrained).write(temperature=0, seed=0, lines=1).text


def test_every_decoding_option_is_an_option_of_the_command() -> None:
    names = {field.name for field in dataclasses.fields(DecodingOptions)}
    assert names <= {parameter.name for parameter in command.params}
    helps = {
        parameter.name: parameter.help or "" for parameter in command.params if isinstance(parameter, click.Option)
    }
    for field in dataclasses.fields(DecodingOptions):
        if isinstance(field.default, int | float):
            assert f"{field.default:g}]" in helps[field.name]
    assert "greedy" in helps["temperature"]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_any_terminal_gets_the_text(untrained: Path, encoding: str) -> None:
    line = [sys.executable, "-m", "textgen", "generate", "--model", str(untrained), "--lines", "2", "--seed", "1"]
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(line, capture_output=True, env=environment)
    assert done.returncode == 0, done.stderr
    expected = textgen.load(untrained).write(lines=2, seed=1).text
    assert done.stdout.decode(encoding).count("\n") == expected.count("\n") >= 2
    if encoding == "utf-8":
        assert done.stdout.decode() == expected


def test_a_failure_leaves_stdout_empty_and_promises_no_seed(untrained: Path) -> None:
    line = [sys.executable, "-m", "textgen", "generate", "--model", str(untrained), "--prompt", "JERRY:"]
    done = subprocess.run([*line, "--characters", "bob"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'bob' was asked for" in done.stderr and "--seed" not in done.stderr


def test_a_chat_model_writes_no_scripts(tmp_path: Path) -> None:
    model = saved_model(tmp_path / "small")
    with pytest.raises(ModelError, match="textgen chat --model"):
        generate(model)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages that hold any character: an untrained model writes many that no font has."""
    monkeypatch.setattr("textgen.corpus.pdf.write_pdf", lambda scripts, font: f"{scripts} in {font}".encode())


@pytest.mark.usefixtures("pages")
def test_screenplays_for_other_programs(untrained: Path) -> None:
    script = textgen.load(untrained).write(lines=3, seed=7)
    final_draft = generate(untrained, "--format", "fdx", "--lines", "3", "--seed", "7")
    assert final_draft.stdout == script.to_fdx()
    printed = generate(untrained, "--format", "pdf", "--font", "a.ttf", "--lines", "3", "--seed", "7")
    assert printed.stdout == f"{[script.scenes]} in a.ttf"


@pytest.mark.usefixtures("pages")
@pytest.mark.parametrize("format", ["text", "json", "fountain", "fdx", "pdf"])
def test_out_takes_what_stdout_would(untrained: Path, tmp_path: Path, format: str) -> None:
    arguments = ("--format", format, "--lines", "2", "--seed", "7")
    done = generate(untrained, *arguments, "--out", str(tmp_path / "scene"))
    assert done.stdout == ""
    assert (tmp_path / "scene").read_bytes() == generate(untrained, *arguments).stdout_bytes
    assert generate(untrained, *arguments, "--out", "-").stdout_bytes == (tmp_path / "scene").read_bytes()


def test_output_that_has_no_place_is_refused_beforehand(untrained: Path, tmp_path: Path) -> None:
    done = generate(untrained, "--out", str(tmp_path / "none" / "scene.txt"))
    assert done.exit_code == 2 and "does not exist: make it first" in done.stderr
    done = generate(untrained, "--font", "a.ttf")
    assert done.exit_code == 2 and "--font is for pages: give --format pdf with it (not text)" in done.stderr


def test_a_terminal_gets_no_pdf(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    with pytest.raises(click.UsageError, match=r"--format pdf gives a file .* add --out scene\.pdf, or redirect it"):
        check_output("pdf", Path("-"), None)
