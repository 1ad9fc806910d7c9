from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import textgen
from tests.conftest import TINY
from textgen.cli.main import cli
from textgen.cli.train_script import chosen_settings, command
from textgen.config import AdversarialConfig, Budget
from textgen.corpus.format_table import SCRIPT_FORMATS
from textgen.errors import ConfigurationError
from textgen.model_folder import ModelFolder
from textgen.training.checkpoint import Run
from textgen.training.sizing import LEVELS, SIZES, ScriptChoice

TINY_FLAGS = [word for name, value in TINY.items() for word in (f"--{name.replace('_', '-')}", str(value))]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `train_script` would be called with."""
    values: dict[str, Any] = {}

    def record(corpus: list[Path], **options: Any) -> None:
        values.update(options, corpus=corpus)
        raise SystemExit(0)

    monkeypatch.setattr("textgen.api.train_script", record)
    return values


def train_script(*arguments: str | Path) -> None:
    done = CliRunner().invoke(cli, ["train-script", *map(str, arguments)])
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_a_corpus_becomes_a_model(tmp_path: Path, corpus: Path) -> None:
    out = tmp_path / "model"
    arguments = ["train-script", "--corpus", str(corpus), "--out", str(out), "--steps", "2", "--seed", "5", *TINY_FLAGS]
    done = CliRunner().invoke(cli, arguments)
    assert (done.exit_code, done.stdout) == (0, "")
    card, run = ModelFolder(out).load_card(), Run.load(out / "training")
    assert card.architecture.hidden == TINY["hidden"]
    assert (run.training.budget, run.training.seed) == (Budget(steps=2), 5)
    bits = card.metrics["bits_per_character"]
    assert f"The model is in {out}, {bits:.3f} bits per character on held-out text." in done.stderr
    assert f"  textgen generate --model {out}\n" in done.stderr
    for word in ("corpus ", "text ", "model ", "held out ", "training ", "epoch "):
        assert any(line.startswith(word) for line in done.stderr.split("\n")), word
    written = CliRunner().invoke(cli, ["generate", "--model", str(out), "--lines", "2", "--seed", "1"])
    script = textgen.load(out).write(lines=2, seed=1)
    assert (written.stdout, len(script.lines)) == (script.text, 2)


def test_the_corpus_takes_all_words_up_to_the_next_option(asked: dict[str, Any]) -> None:
    train_script("--corpus", "a.txt", "b.txt", "--out", "x", "--corpus", "c.txt", "--quiet")
    assert asked["corpus"] == [Path("a.txt"), Path("b.txt"), Path("c.txt")]
    assert asked["out"] == Path("x")
    assert asked["quiet"] is True


def test_what_is_not_said_is_left_to_the_corpus(asked: dict[str, Any]) -> None:
    train_script("--corpus", "a.txt")
    choice = {name: asked[name] for name in ScriptChoice.__dataclass_fields__}
    assert ScriptChoice(**choice) == ScriptChoice()
    assert [asked[name] for name in ("minutes", "epochs", "steps", "out", "validation", "start_from")] == [None] * 6
    assert (asked["seed"], asked["index"], asked["resume"], asked["overwrite"]) == (0, True, False, False)


def test_what_is_said_is_passed_on(asked: dict[str, Any]) -> None:
    flags = [
        "--minutes",
        "2.5",
        "--level",
        "word",
        "--dropout",
        "0",
        "--from",
        "old",
        "--no-index",
        "--validation",
        "v",
    ]
    train_script("--corpus", "a.txt", *flags)
    assert (asked["minutes"], asked["level"], asked["dropout"], asked["index"]) == (2.5, "word", 0.0, False)
    assert (asked["start_from"], asked["validation"]) == (Path("old"), [Path("v")])


def test_choices_are_those_of_the_trainer() -> None:
    choices = {parameter.name: list(getattr(parameter.type, "choices", [])) for parameter in command.params}
    assert choices["level"] == ["auto", *LEVELS]
    assert choices["size"] == ["auto", *SIZES]
    assert choices["format"] == list(SCRIPT_FORMATS)
    assert set(ScriptChoice.__dataclass_fields__) <= set(choices)


def chosen(*words: str) -> AdversarialConfig | bool:
    """What the options of a command line come to; everything else must be left as it was."""
    options: dict[str, Any] = command.make_context("train-script", ["--corpus", "a.txt", *words]).params
    settings = chosen_settings(options)
    assert "quiet" in options
    assert not {"adversarial", "loss", "conditional", "critic_steps"} & set(options)
    return settings


def test_without_adversarial_there_is_no_critic() -> None:
    assert chosen() is False


def test_settings_arrive() -> None:
    assert chosen("--adversarial") == AdversarialConfig()
    asked = chosen("--adversarial", "--loss", "wasserstein", "--critic-steps", "3", "--conditional", "--noise", "0")
    assert asked == AdversarialConfig(loss="wasserstein", critic_steps=3, conditional=True, noise=0.0)


@pytest.mark.parametrize(("words", "condition"), [([], True), (["projection"], True), (["speakers"], "speakers")])
def test_how_the_critic_knows_who_speaks(words: list[str], condition: bool | str) -> None:
    assert chosen("--adversarial", "--conditional", *words) == AdversarialConfig(conditional=condition)
    assert chosen("--conditional", *words, "--adversarial") == AdversarialConfig(conditional=condition)


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="compares whole lines in pairs"):
        chosen("--adversarial", "--loss", "relativistic", "--gradient", "reinforce")


def test_settings_without_adversarial_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="--critic-steps, --conditional was given without --adversarial"):
        chosen("--critic-steps", "3", "--conditional")


def test_how_the_corpus_is_read_is_handed_on(asked: dict[str, Any]) -> None:
    train_script("--corpus", "a.csv", "--encoding", "cp437", "--text-column", "2", "--speaker-column", "Who", "--quiet")
    assert (asked["encoding"], asked["text_column"], asked["speaker_column"]) == ("cp437", 2, "Who")
    assert asked["join_minutes"] is None  # not given
