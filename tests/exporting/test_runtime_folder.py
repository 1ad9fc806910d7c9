"""Networks in other runtimes: NumPy's logits over 200 steps with the state carried, sizes, and what is refused."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.exporting.test_html import export
from tests.generation.small import TOKENIZERS, chat_model, saved_model
from tests.inference import exchanges, small
from tests.test_docs import ROOT, python_blocks
from textgen.api import open_folder
from textgen.chatbot import Chatbot
from textgen.config import ModelConfig
from textgen.errors import ConfigurationError, MissingExtraError
from textgen.exporting.onnx_graphs import onnx_files
from textgen.exporting.runtime_folder import RUNTIMES, export_folder, vocabulary
from textgen.generation.chat_model import ChatModel
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.inference.language_model import LanguageModel
from textgen.model_folder import Model
from textgen.models.token_steps import litert_file

Run = Callable[..., dict[str, np.ndarray]]
"""A function of a runtime: arrays by name in, arrays by name out."""

STEPS = 200


def with_onnx(folder: Path, name: str) -> Run:
    from onnxruntime import InferenceSession

    session = InferenceSession(str(folder / f"{name}.onnx"))
    names = [one.name for one in session.get_outputs()]

    def run(**given: Any) -> dict[str, np.ndarray]:
        wide = {key: value.astype(np.int64) if value.dtype == np.int32 else value for key, value in given.items()}
        return dict(zip(names, session.run(None, wide), strict=True))

    return run


def with_litert(folder: Path, name: str) -> Run:
    from ai_edge_litert.interpreter import Interpreter

    runner: Run = Interpreter(str(folder / "model.tflite")).get_signature_runner(name)
    return runner


def with_tensorflow(folder: Path, name: str) -> Run:
    import tensorflow as tf

    loaded = tf.saved_model.load(str(folder))
    function = loaded.signatures[name]

    def run(**given: Any) -> dict[str, np.ndarray]:
        assert loaded  # whose variables the function uses
        return {key: value.numpy() for key, value in function(**{k: tf.constant(v) for k, v in given.items()}).items()}

    return run


WITH = {"onnx": with_onnx, "litert": with_litert, "saved-model": with_tensorflow}


def difference(model: Model, run: Callable[[str], Run]) -> float:
    """The largest difference to NumPy's logits over 200 steps of two sequences, each fed with what it drew last."""
    config, draw = model.card.architecture, np.random.default_rng(6)
    worst, given = 0.0, dict[str, np.ndarray]()
    if isinstance(config, ModelConfig):
        network: Any = LanguageModel(config, model.weights)
        state, ours = np.zeros((2 * config.layers, 2, config.hidden), np.float32), network.initial_state(2)
    else:
        network = EncoderDecoder(config, model.weights)
        context = [1, *draw.integers(8, config.vocabulary_size, 20).tolist(), 3]
        given, ours = run("read")(context=np.array(context, np.int32)), network.read([context, context])
        state = np.repeat(given.pop("state"), 2, axis=1)
        given |= {"context": np.array(context, np.int32)} if config.copying else {}
    step, ids = run("step"), np.array([1, 9], np.int32)
    for _ in range(STEPS):
        found = step(ids=ids, state=state, **given)
        logits, ours = network.step(ids, ours)
        worst = max(worst, float(np.abs(found["logits"] - logits).max()))
        state, ids = found["next_state"], (logits + draw.gumbel(size=logits.shape)).argmax(axis=1).astype(np.int32)
    return worst


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.name != "vocabulary.json")


@pytest.mark.parametrize("tied", [False, True])
def test_a_language_model_in_onnx(tmp_path: Path, tied: bool) -> None:
    config = small.config(tied=tied)
    weights = small.random_weights(config)
    for name, content in onnx_files(config, weights).items():
        (tmp_path / name).write_bytes(content)
    assert difference_of(config, weights, tmp_path) < 1e-5


@pytest.mark.parametrize("kind", exchanges.KINDS)
def test_an_encoder_decoder_in_onnx(tmp_path: Path, kind: str) -> None:
    import onnx

    config = exchanges.config(**exchanges.KINDS[kind])
    weights = small.random_weights(config)
    for name, content in onnx_files(config, weights).items():
        (tmp_path / name).write_bytes(content)
    for name in ("read", "step"):
        onnx.checker.check_model(str(tmp_path / f"{name}.onnx"), full_check=True)
    assert difference_of(config, weights, tmp_path) < 1e-5


def difference_of(config: Any, weights: dict[str, Any], folder: Path) -> float:
    card = type("Card", (), {"architecture": config})
    return difference(Model(folder, card, None, weights), lambda name: with_onnx(folder, name))  # type: ignore[arg-type]


@pytest.mark.slow
@pytest.mark.parametrize("format", WITH)
def test_models_in_their_runtimes(tmp_path: Path, script: Model, wren: Model, format: str) -> None:
    """LiteRT has a tanh of its own."""
    for model, out in ((script, tmp_path / "script"), (wren, tmp_path / "wren")):
        export_folder(model, format, out)
        assert difference(model, lambda name, out=out: WITH[format](out, name)) < (2e-3 if format == "litert" else 1e-4)
        assert json.loads((out / "vocabulary.json").read_text(encoding="utf-8")) == vocabulary(model)
    stored = sum(array.nbytes for array in wren.weights.values())
    assert size(tmp_path / "wren") < 1.1 * stored


@pytest.mark.slow
@pytest.mark.parametrize("format", ["onnx", "litert"])
def test_eight_bits(tmp_path: Path, wren: Model, format: str) -> None:
    export_folder(wren, format, tmp_path / "small", int8=True)
    assert difference(wren, lambda name: WITH[format](tmp_path / "small", name)) < 1.0
    most = 1.06 if format == "onnx" else 1.1
    assert size(tmp_path / "small") < most * sum(array.size for array in wren.weights.values())


@pytest.mark.slow
@pytest.mark.parametrize("tied", [False, True])
def test_eight_bits_of_token_vectors_that_differ_in_size(tmp_path: Path, tied: bool) -> None:
    """Each has a scale of its own: small ones are not lost beside large ones, and one of zeros stays."""
    config = small.config(tied=tied)
    weights = small.random_weights(config)
    weights["embedding"][::2] *= 1e-3
    weights["embedding"][5] = 0
    (tmp_path / "model.tflite").write_bytes(litert_file(config, weights, int8=True))
    step, network = with_litert(tmp_path, "step"), LanguageModel(config, weights)
    found = step(ids=np.array([2, 5, 9], np.int32), state=np.zeros((2 * config.layers, 3, config.hidden), np.float32))
    logits, _ = network.step(np.array([2, 5, 9]), network.initial_state(3))
    assert np.abs(found["logits"] - logits).max() < 0.02 * np.abs(logits).max()


@pytest.mark.slow
def test_keras_as_a_file(tmp_path: Path) -> None:
    import keras

    model = chat_model()
    export_folder(model, "keras", tmp_path / "out")
    network = EncoderDecoder(model.card.architecture, model.weights)  # type: ignore[arg-type]
    loaded = keras.saving.load_model(tmp_path / "out" / "model.keras")
    context, reply = [1, 20, 30, 3], [1, 40, 50]
    found, state = np.array(loaded([np.array([context]), np.array([reply])]))[0], network.read([context])
    for token, row in zip(reply, found, strict=True):
        logits, state = network.step(np.array([token]), state)
        assert np.abs(row - logits[0]).max() < 1e-5


def test_the_vocabulary_spells_what_ids_stand_for(script: Model) -> None:
    held = vocabulary(script)
    text, tokenizer = held["text"], script.tokenizer
    line = [tokenizer.label_id("JERRY"), *tokenizer.encode("Zoë, né?"), held["line_end"]]
    assert "".join(text[k] for k in line).encode("latin-1").decode() == "JERRY: Zoë, né?\n"
    assert held["state"] == [4, 1, 24] and (held["start"], held["end"], held["turn"]) == (1, 2, 3)


def test_what_cannot_be_exported_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = open_folder(saved_model(tmp_path / "model")).load()
    for format in ("keras", "saved-model"):
        with pytest.raises(ConfigurationError, match="export to litert, onnx or html"):
            export_folder(model, format, tmp_path / "out", int8=True)
    with pytest.raises(ConfigurationError, match="name a new folder"):
        export_folder(model, "onnx", tmp_path / "model")
    (tmp_path / "link").symlink_to(tmp_path / "not there")
    with pytest.raises(ConfigurationError, match="name a new folder"):
        export_folder(model, "onnx", tmp_path / "link")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    for format, runtime in RUNTIMES.items():
        with pytest.raises(MissingExtraError, match=rf"{runtime.packages[0]}.*textgen-keras\[export\]"):
            export_folder(model, format, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_failed_export_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(model: Model, folder: Path, int8: bool) -> None:
        (folder / "half").write_text("")
        raise OSError("no space")

    monkeypatch.setitem(RUNTIMES, "onnx", RUNTIMES["onnx"]._replace(write=fail))
    with pytest.raises(OSError, match="no space"):
        export_folder(chat_model(), "onnx", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("interrupted_after_a_folder")
def test_an_interruption_while_the_folder_is_made_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        export_folder(chat_model(), "onnx", tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_the_command_says_where_it_is(tmp_path: Path) -> None:
    done = export("--model", saved_model(tmp_path / "model"), "--format", "onnx", "--out", tmp_path / "out")
    assert done.exit_code == 0 and f"are in {tmp_path / 'out'}" in done.stderr
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "read.onnx",
        "step.onnx",
        "vocabulary.json",
        "weights.bin",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("format", RUNTIMES)
def test_the_command_says_nothing_else(tmp_path: Path, format: str) -> None:
    """Neither TensorFlow's log lines nor its errors that are none: a missing card, 16 bits on an older processor."""
    told = {name: value for name, value in os.environ.items() if name != "TF_CPP_MIN_LOG_LEVEL"}
    arguments = ["export", "--model", "smalltalk", "--format", format, "--out", str(tmp_path / "out")]
    done = subprocess.run([sys.executable, "-m", "textgen", *arguments], env=told, capture_output=True, text=True)
    assert done.returncode == 0 and done.stdout == ""
    assert re.fullmatch(r"The network and its vocabulary are in .*\n", done.stderr)


BLOCKS = python_blocks(ROOT / "docs" / "export.md")
"""The examples of the documentation."""

(TALK,) = (block for block in BLOCKS if block.startswith("# talk.py"))


def talk_of(model: Model, folder: Path) -> Any:
    """The documentation's `Talk` of a model's vocabulary."""
    (folder / "vocabulary.json").write_text(json.dumps(vocabulary(model)), encoding="utf-8")
    names = dict[str, Any]()
    exec(compile(TALK, "talk.py", "exec"), names)
    return names["Talk"](folder)


def test_the_documentation_cuts_messages_as_the_tokenizer_does(tmp_path: Path, wren: Model) -> None:
    talk, tokenizer = talk_of(wren, tmp_path), wren.tokenizer
    lines = (ROOT / "corpora" / "smalltalk" / "talks.txt").read_text(encoding="utf-8").splitlines()[:2000]
    for text in [*lines, "tell me a joke", "'the cat'", "Zoë\u2019s\n 日本  x1234 ¿né?", ""]:
        assert talk.encode(text) == tokenizer.encode(text), text
        assert talk.decode(talk.encode(text)) == text.strip()


@pytest.mark.parametrize("level", TOKENIZERS)
def test_the_words_of_a_vocabulary_are_those_of_the_tokenizer(level: str) -> None:
    """No piece reaches beyond a word, at any level."""
    model = chat_model(level)
    held = vocabulary(model)
    text = "it's 10  o'clock\n\n\tZoë 'the cat' ..."
    words = re.findall(held["words"], text)
    assert held["level"] == level and "".join(words) == text
    assert [k for word in words for k in model.tokenizer.encode(word)] == model.tokenizer.encode(text)


def test_the_documentation_makes_the_contexts_of_long_talks(tmp_path: Path, wren: Model) -> None:
    talk, opened = talk_of(wren, tmp_path), ChatModel(wren)
    assert talk.longest_reply == opened.longest_reply
    assert vocabulary(wren)["normalisation"] == opened.normalisation.to_json()
    for turns in (["hi"], ["hello there", "hi!", "why?"] * 9, ["tell me a story about a goose " * 20, "no", "why?"]):
        assert talk.context(turns) == opened.encoder.encode_context(turns[-opened.turns :])


@pytest.fixture
def with_talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The folder that an example runs in, with `talk.py`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "talk.py").write_text(TALK, encoding="utf-8")
    yield
    sys.modules.pop("talk", None)


@pytest.mark.slow
@pytest.mark.parametrize("format", RUNTIMES)
def test_the_examples_in_the_documentation_write_and_talk(
    with_talk: None, wren: Model, format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script by `english`, and the replies that the chatbot gives greedily."""
    english, bot = open_folder("english").load(), Chatbot(wren)
    export_folder(english, format, Path(f"english-{format}"))
    export_folder(wren, format, Path(f"wren-{format}"))
    (writing,) = (block for block in BLOCKS if f'"english-{format}' in block)
    (talking,) = (block for block in BLOCKS if f'"wren-{format}' in block)
    exec(compile(writing, "export.md", "exec"), {})
    written = capsys.readouterr().out
    assert any(line.startswith(f"{name}: ") for line in written.splitlines() for name in english.tokenizer.speakers)
    exec(compile(talking, "export.md", "exec"), {})
    turns = capsys.readouterr().out.splitlines()
    assert turns[1::2] == [bot.reply(message, temperature=0) for message in turns[::2]] and len(turns) == 4


@pytest.mark.slow
def test_the_other_examples_in_the_documentation_run(with_talk: None, capsys: pytest.CaptureFixture[str]) -> None:
    others = [block for block in BLOCKS if "summary()" in block]
    assert len(others) == 2
    for block in others:
        exec(compile(block, "export.md", "exec"), {})
        assert "Total params" in capsys.readouterr().out
