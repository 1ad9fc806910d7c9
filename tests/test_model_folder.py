import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from textgen.api import load
from textgen.config import ModelConfig
from textgen.errors import ModelError
from textgen.inference.weights import weight_shapes
from textgen.model_folder import FORMAT_VERSION, ModelCard, ModelFolder
from textgen.text.character import CharacterTokenizer

TOKENIZER = CharacterTokenizer("abc", ["jerry"])
CONFIG = ModelConfig(TOKENIZER.vocabulary_size, embedding=4, hidden=6, layers=1, tied=False)
CARD = ModelCard("script", CONFIG, corpus={"fingerprint": "0f"}, decoding={"temperature": 0.8}, versions={"numpy": "2"})


def weights(dtype: type = np.float32) -> dict[str, np.ndarray]:
    random = np.random.default_rng(0)
    return {name: random.normal(size=shape).astype(dtype) for name, shape in weight_shapes(CONFIG).items()}


@pytest.fixture
def folder(tmp_path: Path) -> ModelFolder:
    folder = ModelFolder(tmp_path / "model")
    folder.create(CARD, TOKENIZER, weights())
    return folder


@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_what_is_saved_is_loaded(tmp_path: Path, dtype: type) -> None:
    folder = ModelFolder(tmp_path / "deep" / "model")
    folder.create(CARD, TOKENIZER, weights(dtype))
    model = folder.load()
    assert (model.path, model.card) == (folder.path, CARD)
    assert model.tokenizer.to_json() == TOKENIZER.to_json()
    assert set(model.weights) == set(weights())
    for name, array in weights(dtype).items():
        assert model.weights[name].dtype == dtype
        assert np.array_equal(model.weights[name], array)


def test_arrays_that_are_not_contiguous_are_saved_as_they_read(folder: ModelFolder) -> None:
    turned = {name: np.asfortranarray(array) for name, array in weights().items()}
    folder.save_weights(turned)
    assert np.array_equal(folder.load().weights["embedding"], weights()["embedding"])


def test_saving_metrics_replaces_nothing_else(folder: ModelFolder) -> None:
    folder.save_metrics({"bits_per_character": 1.5})
    card = folder.load().card
    assert card.metrics == {"bits_per_character": 1.5}
    assert card.corpus == CARD.corpus


def test_the_training_folder_may_be_deleted(folder: ModelFolder) -> None:
    shutil.rmtree(folder.training)
    assert folder.load().card == CARD


def test_no_file_holds_a_pickle(untrained: Path) -> None:
    for path in untrained.rglob("*"):
        if path.is_file():
            assert not path.read_bytes().startswith(b"\x80"), path
            assert path.suffix in {".json", ".safetensors", ".bin", ".npy"}, path
    for array in untrained.rglob("*.npy"):
        assert np.load(array, allow_pickle=False).dtype.kind == "u"


def edit(change: Callable[[dict[str, Any]], object], name: str = "model.json") -> Callable[[Path], None]:
    """Damage that changes the values in a JSON file."""

    def damage(path: Path) -> None:
        values = json.loads((path / name).read_bytes())
        change(values)
        (path / name).write_text(json.dumps(values), encoding="utf-8")

    return damage


def overwrite(name: str, content: bytes) -> Callable[[Path], None]:
    """Damage that replaces a file."""
    return lambda path: (path / name).write_bytes(content) and None


def truncate(path: Path) -> None:
    content = (path / "weights.safetensors").read_bytes()
    (path / "weights.safetensors").write_bytes(content[: len(content) // 2])


def other_weights(config: ModelConfig, tokenizer: CharacterTokenizer) -> Callable[[Path], None]:
    """Damage that puts the weights of another model into the folder."""

    def damage(path: Path) -> None:
        other = ModelFolder(path.with_name("other"))
        arrays = {name: np.zeros(shape, np.float32) for name, shape in weight_shapes(config).items()}
        other.create(ModelCard("script", config, {}), tokenizer, arrays)
        shutil.copy(other.path / "weights.safetensors", path)

    return damage


WIDER = ModelConfig(TOKENIZER.vocabulary_size, embedding=4, hidden=7, layers=1, tied=False)


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda path: (path / "model.json").unlink(), "no model.json is there"),
        (lambda path: (path / "vocabulary.json").unlink(), "vocabulary.json is missing"),
        (lambda path: (path / "weights.safetensors").unlink(), "weights.safetensors is missing"),
        (truncate, "weights.safetensors cannot be read"),
        (overwrite("weights.safetensors", b""), "weights.safetensors cannot be read"),
        (overwrite("weights.safetensors", b"\xff" * 50), "weights.safetensors cannot be read"),
        (overwrite("model.json", b"{"), "model.json cannot be read"),
        (overwrite("model.json", b"\xff\xfe"), "model.json cannot be read"),
        (overwrite("model.json", b"[]"), "model.json holds no JSON object"),
        (overwrite("vocabulary.json", b"null"), "vocabulary.json holds no JSON object"),
        (
            edit(lambda card: card.update(format_version=FORMAT_VERSION + 1)),
            f"has format version {FORMAT_VERSION + 1}, but this version of textgen reads 1 to {FORMAT_VERSION}: .*use "
            "the version of textgen that wrote it",
        ),
        (edit(lambda card: card.update(format_version=0)), "has format version 0"),
        (edit(lambda card: card.update(format_version=True)), "has format version True"),
        (edit(lambda card: card.pop("format_version")), "has format version None"),
        (edit(lambda card: card.pop("corpus")), "lacks corpus"),
        (edit(lambda card: card.update(rhymes=True)), "holds rhymes, which this version of textgen does not know"),
        (edit(lambda card: card["corpus"].update(rhymes=True)), "holds corpus.rhymes"),
        (edit(lambda card: card["architecture"].update(heads=1)), "holds architecture.heads"),
        (edit(lambda card: card["architecture"].pop("tied")), "lacks architecture.tied"),
        (edit(lambda card: card["architecture"].update(tied=1)), "architecture.tied is 1; it must be true or false"),
        (edit(lambda card: card.update(architecture=3)), "architecture is 3; it must be an object"),
        (overwrite("model.json", b"[" * 100_000), "model.json cannot be read .*nested too deeply"),
        (edit(lambda card: card["architecture"].update(hidden=7)), "belongs to another architecture or vocabulary"),
        (edit(lambda document: document.update(level="syllable"), "vocabulary.json"), "syllable"),
        (edit(lambda document: document["pieces"].reverse(), "vocabulary.json"), "belongs to another"),
        (other_weights(WIDER, TOKENIZER), "belongs to another architecture or vocabulary"),
        (other_weights(CONFIG, CharacterTokenizer("abd", ["jerry"])), "belongs to another"),
    ],
)
def test_damage_is_told_in_a_sentence(folder: ModelFolder, damage: Callable[[Path], object], sentence: str) -> None:
    damage(folder.path)
    with pytest.raises(ModelError, match=sentence) as error:
        folder.load()
    assert str(error.value).endswith((".", ")."))


def test_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no model\.json is there: name the folder that training printed"):
        load(tmp_path / "nothing")


def rewrite(path: Path, change: Callable[[dict[str, np.ndarray]], object]) -> None:
    arrays = load_file(path / "weights.safetensors")
    change(arrays)
    ModelFolder(path).save_weights(arrays)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda arrays: arrays["embedding"].__setitem__((3, 0), np.nan), "embedding holds numbers that are not finite"),
        (lambda arrays: arrays["lstm_1/bias"].__setitem__(0, np.inf), "lstm_1/bias holds numbers"),
        (lambda arrays: arrays.update(embedding=arrays["embedding"].T), "embedding has shape"),
        (lambda arrays: arrays.pop("output/bias"), r"lack \['output/bias'\]"),
        (lambda arrays: arrays.update(extra=np.zeros(1, np.float32)), r"hold \['extra'\]"),
        (lambda arrays: arrays.update(embedding=arrays["embedding"].astype(np.float64)), "embedding holds float64"),
        (lambda arrays: arrays.update(embedding=arrays["embedding"].astype(np.int32)), "embedding holds int32"),
    ],
)
def test_bad_weights_are_told_in_a_sentence(
    tmp_path: Path, untrained: Path, change: Callable[[dict[str, np.ndarray]], object], sentence: str
) -> None:
    path = Path(shutil.copytree(untrained, tmp_path / "model"))
    rewrite(path, change)
    with pytest.raises(ModelError, match=sentence):
        load(path)


def test_weights_without_the_name_of_their_model_are_refused(folder: ModelFolder) -> None:
    save_file(weights(), folder.path / "weights.safetensors")
    with pytest.raises(ModelError, match="belongs to another architecture or vocabulary"):
        folder.load()


@pytest.mark.parametrize(
    "change",
    [
        lambda card: card["corpus"].pop("style"),
        lambda card: card["corpus"].update(style="colon"),
        lambda card: card["corpus"].update(style={"format": "verse"}),
        lambda card: card["corpus"].update(normalisation=None),
        lambda card: card["corpus"]["shape"].update(longest_line=0),
        lambda card: card["corpus"]["shape"].update(rhymes=True),
        lambda card: card.update(corpus=[]),
    ],
)
def test_a_card_that_does_not_describe_its_corpus(
    tmp_path: Path, untrained: Path, change: Callable[[dict[str, Any]], object]
) -> None:
    path = Path(shutil.copytree(untrained, tmp_path / "model"))
    edit(change)(path)
    with pytest.raises(ModelError, match=r"does not describe the scripts it was trained on|model\.json is not usable"):
        load(path)


def test_a_model_of_another_kind(tmp_path: Path, untrained: Path) -> None:
    path = Path(shutil.copytree(untrained, tmp_path / "model"))
    edit(lambda card: card.update(kind="poem"))(path)
    with pytest.raises(ModelError, match="of the kind 'poem'"):
        load(path)
