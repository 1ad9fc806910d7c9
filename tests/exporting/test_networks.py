"""The networks of the page give NumPy's logits, in Chromium."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.exporting.browser import Engine, network_arguments
from tests.inference import exchanges, small
from textgen.exporting.page_model import stored_arrays
from textgen.inference.encoder_decoder import EncoderDecoder
from textgen.inference.language_model import LanguageModel
from textgen.model_folder import Model

pytestmark = pytest.mark.slow

IDS = np.random.default_rng(3).integers(1, 270, (30, 2))

_LANGUAGE_MODEL = """
const network = new engine.LanguageModel(a, new engine.Weights(b[0], engine.bytesOf(b[1])));
let state = engine.repeated(network.initialState(), 2), logits;
return c.map((ids) => { [logits, state] = network.step(ids, state); return [...logits]; });
"""

_ENCODER_DECODER = """
const network = new engine.EncoderDecoder(a, new engine.Weights(b[0], engine.bytesOf(b[1])));
return c.map(([context, reply]) => {
  let [state, memory] = network.read(context), logits;
  state = engine.repeated(state, 2);
  return reply.map((id) => { [logits, state] = network.step([id, 9], state, memory); return [...logits]; });
});
"""


@pytest.fixture(scope="module")
def engine(browser: Any, tmp_path_factory: pytest.TempPathFactory, script: Model) -> Engine:
    return Engine(browser, tmp_path_factory.mktemp("page"), script)


def of_language_model(config: Any, weights: dict[str, Any]) -> np.ndarray:
    """NumPy's logits. *Shape:* (time, batch, vocabulary)."""
    network = LanguageModel(config, weights)
    state, found = network.initial_state(2), []
    for ids in IDS:
        logits, state = network.step(ids, state)
        found.append(logits)
    return np.array(found)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
@pytest.mark.parametrize("choice", [{}, {"tied": True}, {"layers": 1}, {"layers": 3, "tied": True}], ids=str)
def test_logits_of_a_language_model(engine: Engine, choice: dict[str, Any], dtype: str) -> None:
    config = small.config(**choice)
    weights = {name: array.astype(dtype) for name, array in small.random_weights(config).items()}
    found = engine.run(_LANGUAGE_MODEL, config.to_json(), network_arguments(weights), IDS.tolist())
    expected = of_language_model(config, weights)
    assert np.abs(np.array(found).reshape(expected.shape) - expected).max() < 1e-5


@pytest.mark.parametrize("kind", exchanges.KINDS)
def test_logits_of_an_encoder_decoder(engine: Engine, kind: str) -> None:
    config = exchanges.config(**exchanges.KINDS[kind])
    weights = small.random_weights(config)
    network = EncoderDecoder(config, weights)
    pairs = list(zip(*exchanges.exchanges(), strict=True))
    for (context, reply), found in zip(
        pairs, engine.run(_ENCODER_DECODER, config.to_json(), network_arguments(weights), pairs), strict=True
    ):
        state = network.read([context, context])
        for token, row in zip(reply, found, strict=True):
            logits, state = network.step(np.array([token, 9]), state)
            assert np.abs(np.array(row).reshape(logits.shape) - logits).max() < 1e-5


def test_eight_bits_are_a_scale_a_row(engine: Engine) -> None:
    config = small.config(tied=True)
    weights = small.random_weights(config)
    arrays, content = stored_arrays(weights, int8=True)
    widened = dict(weights)
    for array in arrays:
        name, begin = array["name"], array["offset"]
        if len(array["shape"]) == 2:
            rows, columns = array["shape"]
            scales = np.frombuffer(content, "<f4", rows, begin)
            whole = np.frombuffer(content, np.int8, rows * columns, begin + 4 * rows).reshape(rows, columns)
            matrix = weights[name] if name == "embedding" else weights[name].T
            assert (np.abs(whole).max(axis=1) == 127).all()
            assert (np.abs(whole * scales[:, None] - matrix) <= 0.501 * scales[:, None]).all()
            widened[name] = whole * scales[:, None] if name == "embedding" else (whole * scales[:, None]).T
    found = engine.run(_LANGUAGE_MODEL, config.to_json(), network_arguments(weights, int8=True), IDS.tolist())
    expected = of_language_model(config, widened)
    assert np.abs(np.array(found).reshape(expected.shape) - expected).max() < 1e-5


def test_every_float16_is_read_as_it_is(engine: Engine) -> None:
    halves = np.arange(0, 0x7C00, 7, dtype=np.uint16)
    halves = np.concatenate([halves, halves | 0x8000])
    assert engine.run("return a.map(engine.floatOf);", halves.tolist()) == halves.view(np.float16).tolist()


def test_logits_of_wren(browser: Any, tmp_path: Path, wren: Model) -> None:
    engine = Engine(browser, tmp_path, wren)
    program = """
    const { network } = model;
    let [state, memory] = network.read(a), logits;
    return b.map((id) => { [logits, state] = network.step([id], state, memory); return [...logits]; });
    """
    opened = engine.opened
    context = opened.encoder.encode_context(["my name is Zolt", "hello Zolt!", "what is my name?"])
    reply = opened.encoder.encode_reply("Your name is Zolt. " * 30)[:200]
    state = opened.network.read([context])
    for token, row in zip(reply, engine.run(program, context, reply), strict=True):
        logits, state = opened.network.step(np.array([token]), state)
        assert np.abs(np.array(row) - logits[0]).max() < 1e-4
