"""`train_script` and `train_chat` from outside: what a run leaves behind, and what it refuses."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import textgen
from tests.conftest import TINY, TINY_CHAT
from tests.generation.small import saved_model
from textgen.api import load, open_folder, train_chat, train_script
from textgen.corpus.id_store import open_ids
from textgen.errors import (
    ConfigurationError,
    CorpusError,
    MissingExtraError,
    ModelError,
)
from textgen.inference.language_model import LanguageModel, score_ids
from textgen.model_folder import ModelFolder
from textgen.starters import DIALOGUE, ENGLISH, PRETRAINED, SMALLTALK
from textgen.training import history
from textgen.training.checkpoint import HELD_OUT_IDS, Run


def train(corpus: Path, out: Path, **options: Any) -> textgen.ScriptWriter:
    return train_script(corpus, out, **{"quiet": True, "steps": 2, **TINY, **options})


def test_a_run_leaves_a_model_and_what_it_measured(trained: Path, corpus: Path) -> None:
    folder = ModelFolder(trained)
    card = folder.load_card()
    rows = history.read(folder.training)
    assert len(rows) == 20
    assert rows[-1].step == 150
    best = min(row.validation_bits_per_character for row in rows)
    assert card.metrics["bits_per_character"] == pytest.approx(best, rel=1e-5)
    assert best < 0.8 * rows[0].validation_bits_per_character
    assert set(card.versions) == {"textgen", "tensorflow", "keras", "numpy"}
    names = {path.name for path in folder.training.iterdir()}
    assert {"history.csv", "curves.png", "samples.txt", "checkpoint.safetensors", "run.json"} <= names
    samples = (folder.training / "samples.txt").read_text(encoding="utf-8")
    assert samples.count("bits per character held out ==") == 20
    assert not list(trained.rglob("*.part"))
    assert [path.name for path in trained.parent.iterdir()] == ["model"]


def test_the_figure_that_is_told_is_the_score_of_the_weights_that_are_kept(trained: Path) -> None:
    model = ModelFolder(trained).load()
    ids = open_ids(ModelFolder(trained).training / HELD_OUT_IDS)
    nats, _ = score_ids(LanguageModel(model.card.architecture, model.weights), ids, lanes=1)
    characters = Run.load(ModelFolder(trained).training).characters[1]
    assert model.card.metrics["bits_per_character"] == pytest.approx(nats / np.log(2) / characters, rel=2e-3)


def test_a_finished_run_is_not_resumed_without_a_larger_budget(trained: Path, corpus: Path) -> None:
    with pytest.raises(ConfigurationError, match="its budget of 150 steps is spent; give a larger one"):
        train_script(corpus, trained, resume=True, quiet=True)


@pytest.mark.parametrize("steps", [None, 150, 20])
def test_a_run_that_was_cut_off_before_it_took_the_old_place_takes_it(
    tmp_path: Path, corpus: Path, trained: Path, untrained: Path, steps: int | None
) -> None:
    out = Path(shutil.copytree(untrained, tmp_path / "model"))
    shutil.copytree(trained, tmp_path / ".model.new")
    writer = train_script(corpus, out, resume=True, quiet=True, steps=steps)
    assert writer.card == ModelFolder(trained).load_card()
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["model"]


def test_a_finished_run_of_another_corpus_or_size_takes_no_place(
    tmp_path: Path, corpus: Path, trained: Path, untrained: Path
) -> None:
    out = Path(shutil.copytree(untrained, tmp_path / "model"))
    shutil.copytree(trained, tmp_path / ".model.new")
    other = tmp_path / "other.txt"
    other.write_text("JERRY: Hello.\n" * 40, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"was begun with show\.txt, but the corpus given now"):
        train_script(other, out, resume=True, quiet=True)
    with pytest.raises(ConfigurationError, match="hidden is 25"):
        train_script(corpus, out, resume=True, quiet=True, hidden=25)
    assert ModelFolder(out).load_card() == ModelFolder(untrained).load_card()


def test_a_run_is_resumed_with_the_same_corpus_only(trained: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.txt"
    other.write_text("JERRY: Hello.\n" * 40, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"was begun with show\.txt, but the corpus given now"):
        train_script(other, trained, resume=True, quiet=True)


@pytest.mark.parametrize(("name", "value"), [("size", "large"), ("layers", 3), ("level", "word")])
def test_whoever_names_a_writer_to_go_on_from_takes_its_network(
    tmp_path: Path, corpus: Path, untrained: Path, name: str, value: object
) -> None:
    sentence = f"{name} is {value!r}, but the run was to start from {untrained}, whose vocabulary and network are kept"
    with pytest.raises(ConfigurationError, match=re.escape(sentence)):
        train_script(corpus, tmp_path / "model", start_from=untrained, steps=1, quiet=True, **{name: value})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "value"), [("turns", 0), ("attention", False), ("hidden", 24)])
def test_whoever_names_a_chatbot_to_go_on_from_takes_its_network(
    tmp_path: Path, dialogues: Path, name: str, value: Any
) -> None:
    bot, ignoring = saved_model(tmp_path / "bot"), saved_model(tmp_path / "ignoring", turns=0)
    with pytest.raises(ConfigurationError, match=f"{name} is {value!r}, but the run was to start from {bot}, whose"):
        train_chat(dialogues, tmp_path / "model", start_from=bot, steps=1, quiet=True, **{name: value})
    assert not (tmp_path / "model").exists()
    with pytest.raises(CorpusError, match="does not exist"):  # one that ignores the context may go on doing so
        train_chat(tmp_path / "nothing", tmp_path / "model", start_from=ignoring, turns=0, dropout=0.2, quiet=True)


def test_a_run_begins_with_what_comes_along_whatever_lies_in_the_folder_one_is_in(
    tmp_path: Path, corpus: Path, dialogues: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = list[Path]()

    def train(task: Any, *about: object) -> None:
        begun.append(task._starter.path)
        raise InterruptedError

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("textgen.training.run.train", train)
    for name, run, text in ((ENGLISH, train_script, corpus), (DIALOGUE, train_chat, dialogues)):
        saved_model(tmp_path / name)
        with pytest.raises(InterruptedError):
            run(text, quiet=True)
        assert begun.pop() == PRETRAINED[name]


class Stopping(textgen.Callback):
    """Stops at the first step, and remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def begin(self, step: int) -> None:
        self.told.append(step)

    def step(self, progress: float, tokens_per_second: float, train_bits_per_character: float) -> None:
        self.told.append(progress)
        self.stop()

    def sample(self, text: str) -> None:
        self.told.append("sample")

    def end(self, reason: str) -> None:
        self.told.append(reason)


@pytest.mark.slow
def test_a_callback_stops_a_run_whose_model_is_complete(tmp_path: Path, corpus: Path) -> None:
    stopping = Stopping()
    writer = train(corpus, tmp_path / "model", steps=20, callbacks=[stopping])
    assert stopping.told == [0, 0.05, "sample", "stopped"]
    assert writer.card.metrics["step"] == 1
    train(corpus, tmp_path / "model", steps=20, resume=True, callbacks=[stopping])
    assert stopping.told[4:] == [1, 0.1, "sample", "stopped"]


@pytest.mark.parametrize("given", [print, "stop", Stopping])
def test_what_is_no_callback_is_refused(tmp_path: Path, corpus: Path, given: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"must be an object of a subclass of textgen\.Callback"):
        train(corpus, tmp_path / "model", callbacks=[given])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("settings", ["yes", {"loss": "minimax"}, None])
def test_adversarial_settings_of_another_kind_are_refused(tmp_path: Path, corpus: Path, settings: Any) -> None:
    with pytest.raises(ConfigurationError, match="an AdversarialConfig"):
        textgen.train_script(corpus, tmp_path / "model", adversarial=settings, quiet=True)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_lies_there_is_refused_and_left_alone(trained: Path, corpus: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in trained.rglob("*")}
    with pytest.raises(ConfigurationError, match="holds a model already"):
        train(corpus, trained)
    assert before == {path: path.stat().st_mtime_ns for path in trained.rglob("*")}


def test_training_without_its_packages_is_told_before_anything_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    sentence = "tensorflow, keras, tokenizers, matplotlib are not installed; writing needs none of it"
    with pytest.raises(MissingExtraError, match=sentence):
        textgen.train_script(tmp_path / "missing.txt")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "keras" else object())
    with pytest.raises(MissingExtraError, match=r'keras is not installed.*pip install "textgen-keras\[train\]"'):
        train_script(tmp_path / "nothing.txt")


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"epoch": 3}, ConfigurationError, "'epoch' was given, but train_script knows no such option"),
        ({"minutes": 1.0}, ConfigurationError, "but got minutes and steps"),
        ({"level": "syllable"}, ConfigurationError, "level is 'syllable'"),
        ({"resume": True, "overwrite": True}, ConfigurationError, "Both resume and overwrite"),
        ({"format": "sonnet"}, ConfigurationError, "sonnet"),
        ({"start_from": "nowhere"}, ModelError, "no model.json is there"),
        ({"hidden": 0}, ConfigurationError, "hidden is 0"),
        ({"seed": -1}, ConfigurationError, "seed is -1"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_left(
    tmp_path: Path, corpus: Path, options: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        train(corpus, tmp_path / "model", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_corpus_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="does not exist"):
        train(tmp_path / "nothing.txt", tmp_path / "model")


def chat(corpus: Path, out: Path, **options: Any) -> textgen.Chatbot:
    return train_chat(corpus, out, **{"quiet": True, "steps": 2, **TINY_CHAT, **options})


def test_a_chat_run_leaves_a_model_and_what_it_measured(chat_model: Path) -> None:
    folder = ModelFolder(chat_model)
    card, rows = folder.load_card(), history.read(folder.training)
    assert (card.kind, rows[-1].step) == ("chat", 100)
    best = min(row.validation_bits_per_character for row in rows)
    assert card.metrics["bits_per_character"] == pytest.approx(best, rel=1e-5)
    assert best < 0.5 * rows[0].validation_bits_per_character
    names = {path.name for path in folder.training.iterdir()}
    assert {"history.csv", "curves.png", "samples.txt", "checkpoint.safetensors", "run.json"} <= names
    assert {"training.npy", "training_ends.npy", "held_out.npy", "held_out_ends.npy"} <= names
    samples = (folder.training / "samples.txt").read_text(encoding="utf-8")
    assert samples.count("bits per character held out ==") == len(rows)
    assert samples.count("\n> ") == 4 * len(rows)
    assert "what colour is the" in samples and "no sample" not in samples
    assert [path.name for path in chat_model.parent.iterdir()] == ["model"]


def test_a_chatbot_talks_as_it_learned(chat_model: Path) -> None:
    bot = load(chat_model)
    assert isinstance(bot, textgen.Chatbot)
    reply = bot.reply("what colour is the soup?", seed=1, temperature=0)
    assert reply.startswith("the ") and reply.endswith(".")
    assert (bot.name, [turn.speaker for turn in bot.turns]) == ("bob", ["user", "bot"])


def test_load_tells_the_kinds_apart(chat_model: Path, untrained: Path) -> None:
    assert isinstance(load(untrained), textgen.ScriptWriter)
    assert isinstance(load(str(chat_model)), textgen.Chatbot)


def test_smalltalk_is_the_model_that_comes_along_unless_a_folder_has_that_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(PRETRAINED, SMALLTALK, tmp_path / "pretrained" / "smalltalk")
    saved_model(tmp_path / "pretrained" / "smalltalk")
    assert open_folder("smalltalk").path == tmp_path / "pretrained" / "smalltalk"
    assert load("smalltalk").path == tmp_path / "pretrained" / "smalltalk"
    assert open_folder("other").path == Path("other")
    saved_model(tmp_path / "smalltalk")
    assert open_folder("smalltalk").path == Path("smalltalk")


def test_a_chat_run_is_resumed_with_the_same_corpus_only(chat_model: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    other.write_text('{"turns": ["a", "b", "c", "d", "e"]}\n' * 5, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"was begun with talks\.jsonl, but the corpus given now"):
        train_chat(other, chat_model, resume=True, quiet=True)


@pytest.mark.slow
def test_a_model_that_ignores_the_context_can_be_trained(tmp_path: Path, dialogues: Path) -> None:
    bot = chat(dialogues, tmp_path / "model", turns=0)
    assert bot.card.corpus["turns"] == 0
    assert bot.reply("hello", seed=1) == chat_reply(tmp_path / "model", "something else")


def chat_reply(path: Path, message: str) -> str:
    return str(load(path).reply(message, seed=1))


@pytest.mark.parametrize(
    ("options", "error", "sentence"),
    [
        ({"epoch": 3}, ConfigurationError, "'epoch' was given, but train_chat knows no such option"),
        ({"streams": 3}, ConfigurationError, "'streams' was given, but train_chat knows no such option"),
        ({"minutes": 1.0}, ConfigurationError, "but got minutes and steps"),
        ({"turns": -1}, ConfigurationError, "turns is -1"),
        ({"spacing": "tight"}, ConfigurationError, "spacing is 'tight'"),
        ({"replies_by": "Zoe"}, ConfigurationError, "nobody of that name speaks"),
        ({"format": "sonnet"}, ConfigurationError, "sonnet"),
        ({"start_from": "nowhere"}, ModelError, "no model.json is there"),
        ({"hidden": 7}, ConfigurationError, "hidden is 7; it must be an even number"),
        ({"batch": 0}, ConfigurationError, "batch is 0"),
    ],
)
def test_what_makes_no_sense_in_a_chatbot_is_refused_and_nothing_is_left(
    tmp_path: Path, dialogues: Path, options: dict[str, Any], error: type[Exception], sentence: str
) -> None:
    with pytest.raises(error, match=sentence):
        chat(dialogues, tmp_path / "model", **options)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("how", [{}, {"corpus": "a.txt", "texts": ["a"]}])
def test_a_writer_learns_from_a_corpus_or_from_texts(how: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"a corpus \(files\) or from texts .* give exactly one of the two"):
        train_script(**how)


@pytest.mark.parametrize("how", [{}, {"corpus": "a.txt", "dialogues": [["a", "b"]]}])
def test_a_chatbot_learns_from_a_corpus_or_from_dialogues(how: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=r"or from dialogues .* give exactly one of the two"):
        textgen.train_chat(**how)


@pytest.mark.slow
def test_texts_become_a_model_in_a_folder_of_their_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    texts = [f"Song {number}\n\nThe moon is out tonight,\nover the water.\n" for number in range(40)]
    writer = train_script(texts=iter(texts), steps=2, quiet=True, index=False, tensorboard=True, **TINY)
    assert (writer.path, writer.card.corpus["files"]) == (Path("runs/texts"), ["texts"])
    assert writer.write(lines=2, seed=1).text == load(writer.path).write(lines=2, seed=1).text
    assert not (writer.path / "novelty.bin").exists()
    assert list((writer.path / "training" / "tensorboard").iterdir())
    again = train_script(texts=texts, out="runs/texts", steps=3, resume=True, quiet=True)
    assert again.card.corpus["fingerprint"] == writer.card.corpus["fingerprint"]
    with pytest.raises(ConfigurationError, match="the corpus given now has another content"):
        train_script(texts=texts[1:], out="runs/texts", steps=4, resume=True, quiet=True)
