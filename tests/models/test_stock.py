"""Stock Keras models: the logits of NumPy, saved and loaded without textgen's classes, and trainable as they are."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import textgen
from tests.inference import exchanges, small
from textgen.api import open_folder
from textgen.errors import MissingExtraError
from textgen.generation.chat_model import ChatModel
from textgen.inference.encoder_decoder import EncoderDecoder, padded
from textgen.inference.language_model import LanguageModel
from textgen.models.stock import stock_encoder_decoder, stock_language_model
from textgen.tokenizers.base import START

DATA = Path(__file__).parents[1] / "data"

IDS = np.random.default_rng(2).integers(1, 280, (3, 25))


@pytest.mark.parametrize("tied", [False, True])
def test_a_language_model(tmp_path: Path, tied: bool) -> None:
    config = small.config(tied=tied)
    weights = small.random_weights(config)
    network, expected = LanguageModel(config, weights), []
    state = network.initial_state(3)
    for ids in IDS.T:
        logits, state = network.step(ids, state)
        expected.append(logits)
    model = stock_language_model(config, weights)
    assert np.abs(np.array(model(IDS)) - np.array(expected).swapaxes(0, 1)).max() < 1e-5
    kinds = [type(layer).__name__ for layer in model.layers]
    assert kinds == ["InputLayer", "Embedding", "LSTM", "LSTM", *["Dense"] * (1 + tied)]
    assert_kept(tmp_path, model, IDS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", exchanges.KINDS)
def test_an_encoder_decoder(tmp_path: Path, kind: str) -> None:
    config = exchanges.config(**exchanges.KINDS[kind])
    weights = small.random_weights(config)
    network = EncoderDecoder(config, weights)
    contexts, replies = exchanges.exchanges()
    inputs = [padded(contexts)[0].T, padded(replies)[0].T]
    model = stock_encoder_decoder(config, weights)
    found = np.array(model(inputs))
    for row, (context, reply) in enumerate(zip(contexts, replies, strict=True)):
        state = network.read([context])
        for place, token in enumerate(reply):
            logits, state = network.step(np.array([token]), state)
            assert np.abs(found[row, place] - logits[0]).max() < 1e-5
    assert_kept(tmp_path, model, inputs)


@pytest.mark.slow
@pytest.mark.parametrize("length", [1, 2, 5])
def test_a_context_as_long_as_its_reply(length: int) -> None:
    """Alone in its batch, where nothing but the order of axes tells a size of the one from a size of the other."""
    config = exchanges.config(**exchanges.KINDS["everything"])
    weights = small.random_weights(config)
    network, ids = EncoderDecoder(config, weights), [START, 20, 30, 40, 50][:length]
    found = np.array(stock_encoder_decoder(config, weights)([np.array([ids])] * 2))[0]
    state = network.read([ids])
    for token, row in zip(ids, found, strict=True):
        logits, state = network.step(np.array([token]), state)
        assert np.abs(row - logits[0]).max() < 1e-5


@pytest.mark.parametrize("kind", exchanges.KINDS)
def test_weights_in_float16_are_widened_before_anything_is_computed(kind: str) -> None:
    """In NumPy 1 the product of a float16 array and a float32 scalar is float16 again."""
    config = exchanges.config(**exchanges.KINDS[kind])
    narrow = {name: array.astype(np.float16) for name, array in small.random_weights(config).items()}
    wide = {name: array.astype(np.float32) for name, array in narrow.items()}
    found, expected = (stock_encoder_decoder(config, weights).get_weights() for weights in (narrow, wide))
    for one, other in zip(found, expected, strict=True):
        assert np.array_equal(one, other)


def assert_kept(folder: Path, model: Any, inputs: Any) -> None:
    """A model that is saved and loaded gives the same logits, and all its layers are Keras's own."""
    model.save(folder / "model.keras")
    again = keras.saving.load_model(folder / "model.keras")
    assert np.array_equal(np.array(again(inputs)), np.array(model(inputs)))
    assert all(type(layer).__module__.startswith("keras.") for layer in again.layers)


@pytest.mark.slow
def test_the_models_of_folders() -> None:
    """A script model's and Wren's, and they are told apart."""
    writer, bot = textgen.load(DATA / "script-v2"), textgen.load("smalltalk")
    ids = np.array([[START, 9, 40, 60, 5]])
    state, found = writer.model.initial_state(), np.array(writer.to_keras()(ids))[0]
    for token, row in zip(ids[0], found, strict=True):
        logits, state = writer.model.step(np.array([token]), state)
        assert np.abs(row - logits[0]).max() < 1e-5
    opened = ChatModel(open_folder("smalltalk").load())
    context, reply = opened.encoder.encode_context(["my name is Zolt"]), opened.encoder.encode_reply("Hello Zolt!")
    state, found = opened.network.read([context]), np.array(bot.to_keras()([np.array([context]), np.array([reply])]))[0]
    for token, row in zip(reply, found, strict=True):
        logits, state = opened.network.step(np.array([token]), state)
        assert np.abs(row - logits[0]).max() < 1e-5


_ELSEWHERE = """
import sys
from pathlib import Path
import keras, numpy as np, textgen
from tests.models.test_stock import logits_of

for place, model in enumerate(sys.argv[2:]):
    path = Path(sys.argv[1]) / f"{place}.keras"
    textgen.load(model).to_keras().save(path)
    np.save(path.with_suffix(".npy"), logits_of(keras.saving.load_model(path)))
print(keras.config.backend())
"""


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_other_backends_of_keras(tmp_path: Path, backend: str) -> None:
    """In a process of its own: networks of both kinds are saved and loaded, and give TensorFlow's logits."""
    pytest.importorskip(backend)
    models = [str(DATA / "script-v2"), "smalltalk"]
    command = [sys.executable, "-c", _ELSEWHERE, str(tmp_path), *models]
    done = subprocess.run(command, env={**os.environ, "KERAS_BACKEND": backend}, capture_output=True, text=True)
    assert done.stdout.split() == [backend], done.stderr
    for place, model in enumerate(models):
        expected = logits_of(textgen.load(model).to_keras())
        assert np.abs(np.load(tmp_path / f"{place}.npy") - expected).max() < 1e-4


def logits_of(network: Any) -> np.ndarray:
    """Of a few ids, which stand for the context too."""
    ids = np.array([[START, 9, 40, 60, 5]])
    given = [ids] * len(network.inputs)
    return keras.ops.convert_to_numpy(network(given if len(given) > 1 else ids))  # type: ignore[no-any-return]


def test_without_keras_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"textgen-keras\[train\]"):
        textgen.load(DATA / "script-v2").to_keras()


@pytest.mark.slow
def test_it_can_be_trained_on() -> None:
    config = small.config()
    model = stock_language_model(config, small.random_weights(config))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(keras.optimizers.Adam(0.01), loss)
    history = model.fit(IDS[:, :-1], IDS[:, 1:], epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]
