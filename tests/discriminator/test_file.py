import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save_file

import textgen
from tests.discriminator.small import knows, likes, with_discriminator
from textgen.discriminator.file import SavedDiscriminator, discriminator_path, load_discriminator
from textgen.errors import ModelError
from textgen.model_folder import ModelFolder, read_tensors, write_tensors
from textgen.starters import PRETRAINED, SMALLTALK


@pytest.fixture
def folder(untrained: Path, tmp_path: Path) -> ModelFolder:
    return ModelFolder(with_discriminator(untrained, tmp_path / "model", "z"))


def load(folder: ModelFolder) -> SavedDiscriminator:
    return load_discriminator(folder.path)


def test_what_is_saved_is_loaded(folder: ModelFolder) -> None:
    model = folder.load()
    saved = likes("a", model.tokenizer, decoding={"temperature": 0.8}, metrics={"texts": 3}, versions={"numpy": "2"})
    saved.save(folder)
    found = load(folder)
    assert {name: array.tolist() for name, array in found.weights.items()} == {
        name: array.tolist() for name, array in saved.weights.items()
    }
    for name in ("architecture", "temperature", "generator", "decoding", "corpus", "metrics", "versions"):
        assert getattr(found, name) == getattr(saved, name)
    assert not list(folder.path.glob("*.part"))


def test_one_that_knows_speakers_is_loaded_and_refused_where_their_shares_are_none(folder: ModelFolder) -> None:
    saved = knows(("w", "z"), folder.load().tokenizer, voice_temperature=1.5)
    saved.save(folder)
    found = load(folder)
    for name in ("architecture", "voice_temperature", "voice_shares"):
        assert getattr(found, name) == getattr(saved, name)
    for shares in ([], [0.5, 0.5, 0.0]):
        damaged(folder, voice_shares=shares)
        with pytest.raises(ModelError, match="it must be 3 numbers"):
            load(folder)


def test_a_model_without_one_loads_and_names_the_command(untrained: Path) -> None:
    textgen.load(untrained)
    with pytest.raises(ModelError, match="has none: make one with  textgen train-discriminator --model"):
        load(ModelFolder(untrained))


def test_of_a_model_that_came_with_the_package_a_copy_is_judged() -> None:
    with pytest.raises(ModelError, match=r"one for a copy of it, with  cp -r .*smalltalk my_smalltalk  and  textgen "):
        load(ModelFolder(PRETRAINED[SMALLTALK]))


def damaged(folder: ModelFolder, **changes: Any) -> None:
    """Rewrites the file with other words in its description, or other arrays."""
    path = discriminator_path(folder.path)
    arrays, metadata = read_tensors(path)
    described = {**json.loads(metadata["discriminator"]), **changes}
    write_tensors(path, {**arrays, **described.pop("arrays_", {})}, {"discriminator": json.dumps(described)})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format_version": 3}, "has format version 3, but this version of textgen reads 1 to 2"),
        ({"format_version": None}, "has format version None"),
        ({"belongs_to": "0"}, "judges a model with another architecture or vocabulary"),
        ({"arrays_": {"output/bias": np.ones(1, np.float64)}}, "output/bias holds float64"),
        ({"temperature": 0}, "temperature is 0"),
        ({"temperature": None}, "temperature is None; it must be a number"),
        ({"temperature": float("nan")}, "temperature is nan"),
        ({"voice_temperature": 0}, "voice_temperature is 0"),
        ({"voice_shares": [0.5, 0.5]}, r"voice_shares is \(0.5, 0.5\); it must be 0 numbers"),
        ({"architecture": {}}, "lacks architecture.vocabulary_size"),
        ({"rhymes": 3}, "holds rhymes, which this version of textgen does not know"),
        ({"architecture": {**likes("a", textgen.load("smalltalk").tokenizer).architecture.to_json()}}, "has shape"),
    ],
)
def test_a_damaged_one_is_refused_with_what_to_do(folder: ModelFolder, changes: dict[str, Any], sentence: str) -> None:
    damaged(folder, **changes)
    with pytest.raises(ModelError, match=f"(?s){sentence}.*textgen train-discriminator --model"):
        load(folder)
    textgen.load(folder.path)  # the model itself still works


def test_numbers_that_are_not_finite_are_refused(folder: ModelFolder) -> None:
    saved = likes("a", folder.load().tokenizer)
    saved.weights["output/bias"][0] = np.nan
    saved.save(folder)
    with pytest.raises(ModelError, match="output/bias holds numbers that are not finite"):
        load(folder)


@pytest.mark.parametrize("content", [b"", b"nothing", None])
def test_a_file_that_is_none_is_refused(folder: ModelFolder, content: bytes | None) -> None:
    path = discriminator_path(folder.path)
    path.write_bytes(path.read_bytes()[:-3] if content is None else content)
    with pytest.raises(ModelError, match=r"cannot be read .*: make one with"):
        load(folder)


def test_one_without_its_checksum_is_refused(folder: ModelFolder) -> None:
    path = discriminator_path(folder.path)
    arrays, metadata = read_tensors(path)
    save_file(arrays, path, {"discriminator": metadata["discriminator"]})
    with pytest.raises(ModelError, match="has lost its checksum: make one with"):
        load(folder)
