from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

import textgen
from tests.conftest import TINY_CHAT
from textgen.cli.main import cli
from textgen.cli.train_chat import command
from textgen.config import Budget
from textgen.corpus.exchanges import DEFAULT_TURNS
from textgen.corpus.format_table import DIALOGUE_FORMATS
from textgen.model_folder import ModelFolder
from textgen.training.chat_task import Listening
from textgen.training.checkpoint import Run
from textgen.training.sizing import LEVELS, SIZES, ChatChoice

TINY_FLAGS = [word for name, value in TINY_CHAT.items() for word in (f"--{name.replace('_', '-')}", str(value))]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What `train_chat` would be called with."""
    values: dict[str, Any] = {}

    def record(corpus: list[Path], **options: Any) -> None:
        values.update(options, corpus=corpus)
        raise SystemExit(0)

    monkeypatch.setattr("textgen.api.train_chat", record)
    return values


def train_chat(*arguments: str | Path) -> None:
    done = CliRunner().invoke(cli, ["train-chat", *map(str, arguments)])
    assert done.exit_code == 0, done.output


@pytest.mark.slow
def test_dialogues_become_a_chatbot(tmp_path: Path, dialogues: Path) -> None:
    out = tmp_path / "my bot"
    arguments = ["--corpus", dialogues, "--out", out, "--steps", 2, "--seed", 5, "--as", "bob", *TINY_FLAGS]
    done = CliRunner().invoke(cli, ["train-chat", *map(str, arguments)])
    assert (done.exit_code, done.stdout) == (0, ""), done.output
    card, run = ModelFolder(out).load_card(), Run.load(out / "training")
    assert (card.kind, card.architecture.hidden, card.corpus["replies_by"]) == ("chat", TINY_CHAT["hidden"], "bob")
    assert (run.training.budget, run.training.seed) == (Budget(steps=2), 5)
    bits = card.metrics["bits_per_character"]
    assert f"The model is in {out}, {bits:.3f} bits per character on held-out text. To talk to it:" in done.stderr
    assert f"  textgen chat --model '{out}'\n" in done.stderr
    for word in ("corpus ", "text ", "model ", "held out ", "training ", "epoch "):
        assert any(line.startswith(word) for line in done.stderr.split("\n")), word
    assert textgen.load(out).reply("hello", seed=1).finish_reason


def test_the_corpus_takes_all_words_up_to_the_next_option(asked: dict[str, Any]) -> None:
    train_chat("--corpus", "prompts.txt", "replies.txt", "--out", "x", "--quiet")
    assert asked["corpus"] == [Path("prompts.txt"), Path("replies.txt")]
    assert (asked["out"], asked["quiet"]) == (Path("x"), True)


def test_what_is_not_said_is_left_to_the_corpus(asked: dict[str, Any]) -> None:
    train_chat("--corpus", "a.txt")
    choice = {name: asked[name] for name in ChatChoice.__dataclass_fields__}
    assert ChatChoice(**choice) == ChatChoice()
    assert Listening(asked["turns"], asked["replies_by"], asked["spacing"]) == Listening()
    assert asked["turns"] == DEFAULT_TURNS
    names = ("minutes", "epochs", "steps", "out", "validation", "start_from", "format")
    assert [asked[name] for name in names] == [None] * 7
    assert (asked["seed"], asked["index"], asked["resume"], asked["overwrite"]) == (0, True, False, False)


@pytest.mark.parametrize(
    ("flags", "name", "value"),
    [
        (["--as", "Jerry"], "replies_by", "Jerry"),
        (["--turns", "0"], "turns", 0),
        (["--spacing", "as-is"], "spacing", "as-is"),
        (["--no-attention"], "attention", False),
        (["--attention"], "attention", True),
        (["--batch", "7"], "batch", 7),
        (["--format", "conv"], "format", "conv"),
        (["--minutes", "2.5"], "minutes", 2.5),
        (["--epochs", "3"], "epochs", 3.0),
        (["--steps", "9"], "steps", 9),
        (["--level", "subword"], "level", "subword"),
        (["--words", "whitespace"], "words", "whitespace"),
        (["--vocabulary-limit", "99"], "vocabulary_limit", 99),
        (["--size", "large"], "size", "large"),
        (["--dropout", "0"], "dropout", 0.0),
        (["--learning-rate", "0.1"], "learning_rate", 0.1),
        (["--precision", "bfloat16"], "precision", "bfloat16"),
        (["--seed", "4"], "seed", 4),
        (["--from", "smalltalk"], "start_from", Path("smalltalk")),
        (["--no-index"], "index", False),
        (["--resume"], "resume", True),
        (["--overwrite"], "overwrite", True),
        (["--tensorboard"], "tensorboard", True),
        (["--validation", "a", "--validation", "b"], "validation", [Path("a"), Path("b")]),
    ],
)
def test_what_is_said_is_passed_on(asked: dict[str, Any], flags: list[str], name: str, value: object) -> None:
    train_chat("--corpus", "a.txt", *flags)
    assert asked[name] == value


def test_choices_are_those_of_the_trainer() -> None:
    choices = {parameter.name: list(getattr(parameter.type, "choices", [])) for parameter in command.params}
    assert choices["level"] == ["auto", *LEVELS]
    assert choices["size"] == ["auto", *SIZES]
    assert choices["format"] == list(DIALOGUE_FORMATS)
    assert choices["spacing"] == ["auto", "natural", "as-is"]
    assert set(ChatChoice.__dataclass_fields__) <= set(choices)


def test_every_option_says_what_it_does() -> None:
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert len(options) > 25
    assert all(option.help and option.help.endswith((".", "]", ")")) for option in options)
    shown = CliRunner().invoke(cli, ["train-chat", "--help"]).stdout
    for option in options:
        assert all(name in shown for name in [*option.opts, *option.secondary_opts]), option.name


@pytest.mark.parametrize("arguments", [[], ["--corpus", "a", "--spacing", "tight"], ["--corpus", "a", "--turns", "x"]])
def test_wrong_usage(arguments: list[str]) -> None:
    assert CliRunner().invoke(cli, ["train-chat", *arguments]).exit_code == 2
