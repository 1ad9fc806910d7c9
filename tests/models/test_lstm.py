import keras
import numpy as np

from textgen.models.lstm import LSTM


def run(layer: LSTM, recurrent_mask: np.ndarray | None = None) -> list[np.ndarray]:
    random = np.random.default_rng(0)
    x = random.normal(size=(6, 2, 3)).astype(np.float32)
    h, c = (random.normal(size=(2, 4)).astype(np.float32) for _ in range(2))
    return [np.asarray(part) for part in layer(x, h, c, np.ones((6, 2, 1), np.float32), recurrent_mask)]


def built() -> LSTM:
    layer = LSTM(4)
    layer.build((None, None, 3))
    return layer


def test_weights_are_named_shaped_and_begun_as_in_keras() -> None:
    stock = keras.layers.LSTM(4)
    stock.build((None, None, 3))
    ours = {weight.name: tuple(weight.shape) for weight in built().weights}
    assert ours == {weight.name: tuple(weight.shape) for weight in stock.weights}
    assert np.asarray(built().bias).tolist() == np.asarray(stock.cell.bias).tolist()
    recurrent = np.asarray(built().recurrent_kernel)
    assert np.allclose(recurrent @ recurrent.T, np.eye(4), atol=1e-5)


def test_a_recurrent_mask_is_weight_drop() -> None:
    layer = built()
    mask = (np.random.default_rng(1).random((4, 16)) < 0.5).astype(np.float32) * 2
    masked = run(layer, mask)
    assert not np.allclose(masked[0], run(layer)[0], atol=1e-3)
    layer.recurrent_kernel.assign(np.asarray(layer.recurrent_kernel) * mask)
    for ours, theirs in zip(masked, run(layer), strict=True):
        assert np.allclose(ours, theirs, atol=1e-6)


def test_a_layer_comes_back_from_its_config() -> None:
    again = LSTM.from_config(LSTM(4, name="lstm_0").get_config())
    assert (again.units, again.name) == (4, "lstm_0")
