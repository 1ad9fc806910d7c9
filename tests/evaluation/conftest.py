"""A model that knows nothing: every token is equally likely, so that every score can be worked out by hand."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from textgen.api import load
from textgen.model_folder import ModelFolder
from textgen.writer import ScriptWriter


@pytest.fixture(scope="session")
def uniform(tmp_path_factory: pytest.TempPathFactory, untrained: Path) -> ScriptWriter:
    """The writer of a model whose weights are all zero."""
    path = tmp_path_factory.mktemp("uniform") / "model"
    shutil.copytree(untrained, path)
    folder = ModelFolder(path)
    model = folder.load()
    zeros = {name: np.zeros_like(array) for name, array in model.weights.items()}
    folder.save_weights(zeros)
    return load(path)
