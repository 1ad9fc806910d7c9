"""The networks as Keras knows networks: called with ids alone, listed, saved and loaded, compiled and fitted."""

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.models import small
from textgen.config import DiscriminatorConfig, EncoderDecoderConfig
from textgen.errors import ModelError
from textgen.models.discriminator import KerasDiscriminator
from textgen.models.encoder_decoder import KerasEncoderDecoder
from textgen.models.language_model import KerasLanguageModel
from textgen.models.network import SoftmaxLayer
from textgen.models.stock import stock_language_model

ENCODER_DECODER = EncoderDecoderConfig(
    small.VOCABULARY, embedding=10, hidden=12, layers=2, attention=True, scaled=True, copying=True, told_whose=True
)
NETWORKS = {
    "language model": lambda: KerasLanguageModel(small.config(tied=True)),
    "encoder-decoder": lambda: KerasEncoderDecoder(ENCODER_DECODER, "bfloat16"),
    "discriminator": lambda: KerasDiscriminator(DiscriminatorConfig(small.VOCABULARY, 8, (2, 4), 6, 3, 5)),
}


def texts() -> np.ndarray:
    """Ids (batch, time); documents begin at places of their own."""
    return small.ragged_ids()[0].T.astype(np.int32)


@pytest.mark.parametrize("tied", [False, True])
def test_called_with_ids_alone_a_language_model_gives_the_logits_of_stock_keras(tied: bool) -> None:
    config, ids = small.config(tied), texts()[:, 6:11]  # no document begins there, and stock Keras knows no START
    stock = stock_language_model(config, small.random_weights(config))
    assert np.abs(np.array(small.network(config)(ids)) - np.array(stock(ids))).max() < 1e-5


def test_at_a_start_the_state_is_empty() -> None:
    model, ids = small.network(small.config()), texts()
    assert np.allclose(model(ids)[0, 5:], model(ids[:1, 5:])[0], atol=1e-6)
    assert not np.allclose(model(ids)[2, 5:], model(ids[2:, 5:])[0], atol=1e-3)


def test_a_summary_lists_embedding_and_softmax() -> None:
    lines: list[str] = []
    KerasLanguageModel(small.config()).summary(print_fn=lines.append, line_length=100)
    for row in ("embedding (Embedding)", "lstm_0 (FusedLSTM)", "lstm_1 (FusedLSTM)", "softmax (SoftmaxLayer)"):
        assert row in "\n".join(lines)


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_network_is_saved_and_loaded(tmp_path: Path, kind: str) -> None:
    network: Any = NETWORKS[kind]()
    random = np.random.default_rng(0)
    for variable in network.named_weights().values():
        variable.assign(random.normal(size=variable.shape))
    network.save(tmp_path / "network.keras")
    again: Any = keras.saving.load_model(tmp_path / "network.keras")
    assert type(again) is type(network)
    assert (again.config, again.compute, again.name) == (network.config, network.compute, network.name)
    named = again.named_weights()
    assert list(named) == list(network.named_weights())
    for name, variable in network.named_weights().items():
        assert np.array_equal(named[name], variable), name


def test_an_architecture_that_was_edited_is_refused() -> None:
    config = KerasLanguageModel(small.config()).get_config()
    with pytest.raises(ModelError, match="hidden"):
        KerasLanguageModel.from_config({**config, "config": {**config["config"], "hidden": "many"}})


@pytest.mark.parametrize("width", [None, 5])
def test_a_softmax_layer_comes_back_from_its_config(width: int | None) -> None:
    again = SoftmaxLayer.from_config(SoftmaxLayer(9, width, name="softmax").get_config())
    assert (again.vocabulary_size, again.width, again.name) == (9, width, "softmax")


@pytest.mark.slow
def test_a_language_model_is_compiled_and_fitted() -> None:
    model, ids = small.network(small.config(tied=True)), texts()
    model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    losses = model.fit(tf.data.Dataset.from_tensors((ids[:, :-1], ids[:, 1:])).repeat(3), epochs=2, verbose=0)
    assert losses.history["loss"][1] < losses.history["loss"][0]
