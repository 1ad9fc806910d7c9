"""Whatever a file is changed into, the same text comes out, or one sentence; never another exception."""

import json
import math
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import textgen
from textgen.discriminator.file import discriminator_path
from textgen.errors import ModelError, TextgenError, TrainingError
from textgen.model_folder import ModelFolder, read_tensors, write_tensors
from textgen.training.checkpoint import NAME, Checkpoint, Run

from .data.make_frozen import PAGE
from .hostile import DATA, RUNS, VALUES, Place, changed, places, written_by


@pytest.fixture(params=RUNS)
def model(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return Path(shutil.copytree(DATA / request.param / "model", tmp_path / "model"))


def mutations(values: Any) -> Iterator[tuple[Place, bool, Any]]:
    """Every place, whether what stands there is of the same type as before, and the changed value."""
    for place in places(values):
        there = values
        for key in place:
            there = there[key]
        for value in VALUES:
            alike = type(value) is type(there) or {type(value), type(there)} <= {int, float}
            yield place, alike, changed(values, place, lambda parent, key, value=value: parent.__setitem__(key, value))
        yield place, True, changed(values, place, lambda parent, key: parent.__delitem__(key))
        if isinstance(there, dict):
            yield place, False, changed(values, (*place, "rhymes"), lambda parent, key: parent.__setitem__(key, 1))
    yield (), False, {**values, "rhymes": 1}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["model.json", "vocabulary.json"])
def test_any_field_of_a_json_file(model: Path, name: str) -> None:
    right, values = written_by(model), json.loads((model / name).read_bytes())
    refused = 0
    for place, alike, other in mutations(values):
        (model / name).write_text(json.dumps(other), encoding="utf-8")
        try:
            text = written_by(model)
        except TextgenError as error:
            refused += 1
            assert "\n" not in str(error) and len(str(error)) < 1500, (place, str(error))
            continue
        except BaseException as error:
            raise AssertionError((place, str(other)[:300])) from error
        if place[0] != "corpus" or not alike:  # how a corpus is written may be said in another way
            assert text == right, (place, other)
    assert refused >= 100


def test_any_field_of_a_run(model: Path) -> None:
    path = model / "training" / "run.json"
    for place, _, other in mutations(json.loads(path.read_bytes())):
        path.write_text(json.dumps(other), encoding="utf-8")
        try:
            run = Run.load(model / "training")
        except TrainingError:
            continue
        assert isinstance(run.characters[1] + run.tokens[0] + run.threads, int), place


def test_any_field_of_a_checkpoint(model: Path) -> None:
    training = model / "training"
    arrays, metadata = read_tensors(training / NAME)
    for place, _, other in mutations(json.loads(metadata["position"])):
        write_tensors(training / NAME, arrays, {"position": json.dumps(other)})
        try:
            position = Checkpoint.load(training).position
        except TrainingError:
            continue
        assert math.isfinite(position.seconds + position.step), place


@pytest.mark.slow
@pytest.mark.parametrize("run", ["run-v1", "run-v2"])
def test_any_field_of_a_discriminator(run: str, tmp_path: Path) -> None:
    model = Path(shutil.copytree(DATA / run / "model", tmp_path / "model"))
    writer, path = textgen.load(model), discriminator_path(model)
    assert isinstance(writer, textgen.ScriptWriter)
    right = writer.score(PAGE)
    arrays, metadata = read_tensors(path)
    for place, alike, other in mutations(json.loads(metadata["discriminator"])):
        write_tensors(path, arrays, {"discriminator": json.dumps(other)})
        vars(writer).pop("judge", None)
        try:
            scores = writer.score(PAGE)
        except ModelError:
            continue
        assert (place == ("temperature",) and alike) or scores == right, place


def flips(content: bytes, places: int) -> Iterator[bytes]:
    """The bytes with one bit changed: at the beginning everywhere, then at random places."""
    draw = np.random.default_rng(0)
    for place in [*range(min(20, len(content))), *draw.integers(0, len(content), places)]:
        yield content[:place] + bytes([content[place] ^ 1 << int(draw.integers(8))]) + content[place + 1 :]


@pytest.mark.parametrize("run", ["run-v2", "chat-run-v2"])
@pytest.mark.parametrize("name", ["weights.safetensors", "discriminator.safetensors", f"training/{NAME}"])
def test_a_changed_bit_in_an_array_is_noticed(run: str, name: str, tmp_path: Path) -> None:
    path = Path(shutil.copytree(DATA / run / "model", tmp_path / "model")) / name
    if not path.is_file():
        return
    writer = textgen.load(path.parent) if "training" not in name else None
    for content in flips(path.read_bytes(), 200):
        path.write_bytes(content)
        with pytest.raises(TextgenError):
            if "weights" in name:
                ModelFolder(path.parent).load()
            elif writer is None:
                Checkpoint.load(path.parent)
            else:
                vars(writer).pop("judge", None)
                writer.score(PAGE)


@pytest.mark.parametrize("run", ["run-v2", "chat-run-v2"])
def test_a_changed_bit_in_the_index_is_noticed(run: str, tmp_path: Path) -> None:
    folder = ModelFolder(shutil.copytree(DATA / run / "model", tmp_path / "model"))
    for content in flips(folder.novelty.read_bytes(), 200):
        folder.novelty.write_bytes(content)
        with pytest.raises(ModelError, match=r"novelty\.bin has other bytes than were saved"):
            folder.novelty_index()


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: np.random.default_rng(0).bytes(80_000),
        lambda content: content[:-3],
        lambda content: content + b"abc",
        lambda content: content[3:],
        lambda content: b"abc",
        lambda content: content[::-1],
    ],
)
def test_an_index_of_other_bytes_is_noticed(model: Path, damage: Callable[[bytes], bytes]) -> None:
    assert written_by(model, no_copy=8)
    novelty = ModelFolder(model).novelty
    novelty.write_bytes(damage(novelty.read_bytes()))
    assert written_by(model)
    with pytest.raises(ModelError, match=r"novelty\.bin has other bytes than were saved: .* do without no_copy"):
        written_by(model, no_copy=8)
