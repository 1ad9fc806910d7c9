"""The table of cells: each has a layer of Keras's and one of NumPy's, and they compute the same."""

import numpy as np
import pytest

from textgen.config import CELLS
from textgen.inference import recurrent as in_numpy
from textgen.models import recurrent as in_keras


def test_every_cell_has_both_layers() -> None:
    assert set(in_keras.LAYERS) == set(in_numpy.LAYERS) == set(CELLS)


@pytest.mark.parametrize("name", sorted(CELLS))
def test_a_layer_has_the_weights_its_cell_counts_and_a_step_is_a_window_of_one(name: str) -> None:
    cell, layer, random = CELLS[name], in_keras.recurrent_layer(name, 4, 3, "layer"), np.random.default_rng(0)
    weights = in_keras.weights_of("layer", layer)
    assert sum(int(np.prod(weight.shape)) for weight in weights.values()) == cell.parameters(3, 4)
    x = random.normal(size=(1, 2, 3)).astype(np.float32)
    state = [random.normal(size=(2, 4)).astype(np.float32) for _ in range(cell.states)]
    outputs, after = layer(x, state)
    assert np.asarray(outputs)[0] == pytest.approx(np.asarray(after[0]), abs=1e-6)
    arrays = {key: np.asarray(weight) for key, weight in weights.items()}
    plain = layer.step(x[0], state, *arrays.values())
    ours = in_numpy.recurrent_layer(name, arrays, "layer").step(x[0], *state)
    assert len(after) == len(plain) == len(ours) == cell.states
    for fused, stepped, numpy in zip(after, plain, ours, strict=True):
        assert np.asarray(fused) == pytest.approx(np.asarray(stepped), abs=1e-6)
        assert np.asarray(fused) == pytest.approx(numpy, abs=1e-6)
