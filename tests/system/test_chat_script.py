"""A script as dialogues: a bot that answers as one of the speakers."""

import random
from pathlib import Path

import pytest
from click.testing import CliRunner

import textgen
from textgen.chatbot import Chatbot
from textgen.cli.main import cli
from textgen.model_folder import ModelFolder
from textgen.tokenizers.base import END, START, TURN
from textgen.training.batches import PairStore
from textgen.training.checkpoint import HELD_OUT_IDS, TRAINING_IDS

DISHES = ("soup", "salad", "bread", "rye", "coffee", "pie")
SCENES = 200


def scene(draw: random.Random) -> str:
    """George has a word for every dish; nobody else says these words."""
    one, other = draw.sample(DISHES, 2)
    return (
        f"[Scene: the {draw.choice(['diner', 'kitchen', 'street'])}]\n"
        f"JERRY: {draw.choice(['Look', 'Listen', 'So'])}, who {draw.choice(['wants', 'took', 'likes'])} the {one}?\n"
        f"GEORGE: (shouting) Never the {one}!\n"
        f"ELAINE: And {draw.choice(['what of', 'how about'])} the {other}?\n"
        f"GEORGE: Never the {other}!\n"
        "JERRY: Fine.\n"
    )


@pytest.fixture(scope="module")
def george(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model that `textgen train-chat --as george` made."""
    folder, draw = tmp_path_factory.mktemp("diner"), random.Random(0)
    script, model = folder / "diner.txt", folder / "model"
    script.write_text("\n".join(scene(draw) for _ in range(SCENES)), encoding="utf-8")
    options = ["--as", "george", "--steps", 400, "--level", "word", "--embedding", 16, "--hidden", 32, "--batch", 16]
    options += ["--dropout", 0, "--learning-rate", 0.03, "--precision", "float32"]
    done = CliRunner().invoke(cli, ["train-chat", "--corpus", str(script), "--out", str(model), *map(str, options)])
    assert done.exit_code == 0, done.output
    return model


def exchanges(folder: Path, name: str) -> list[tuple[list[str], str]]:
    """The contexts and replies that a run stored as ids."""
    model = ModelFolder(folder).load()
    store = PairStore(folder / "training" / name)
    found = []
    for number in range(len(store)):
        context, reply = store.context(number).tolist(), store.reply(number).tolist()
        assert (context[0], reply[0], reply[-1]) == (START, START, END)
        turns, turn = [], []
        for token in context[1:]:
            if token == TURN:
                turns.append(model.tokenizer.decode(turn))
                turn = []
            else:
                turn.append(token)
        assert not turn
        found.append((turns, model.tokenizer.decode(reply[1:-1])))
    return found


@pytest.mark.slow
def test_only_the_lines_of_the_speaker_are_replies(george: Path) -> None:
    stored = exchanges(george, TRAINING_IDS) + exchanges(george, HELD_OUT_IDS)
    assert len(stored) > SCENES
    assert {reply for _, reply in stored} == {f"Never the {dish}!" for dish in DISHES}
    assert {turns[-1].split()[0] for turns, _ in stored} == {"Look,", "Listen,", "So,", "And"}
    assert {len(turns) for turns, _ in stored} == {1, 3}  # his own line before the last is among the three


@pytest.mark.slow
def test_the_bot_answers_as_the_speaker(george: Path) -> None:
    bot = textgen.load(george)
    assert isinstance(bot, Chatbot)
    assert bot.name == "george"
    for dish in DISHES:
        assert bot.reply(f"So, who wants the {dish}?", temperature=0) == f"Never the {dish}!"
        bot.reset()
    assert bot.say_first(temperature=0).split()[0] == "Never"
    assert bot.reply("Who are you?", temperature=0).split()[0] == "Never"
