"""The model folder: what a finished model is on disk, and how it is checked before it is used.

model.json            what the model is: kind, architecture, corpus, decoding defaults, metrics, versions
vocabulary.json       the tokenizer
weights.safetensors   the arrays; their metadata names the architecture and vocabulary they belong to
novelty.bin           hashed word 8-grams of the training text (optional)
training/             what resuming needs and what a run left to look at; may be deleted
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textgen.config import EncoderDecoderConfig, ModelConfig
from textgen.errors import ModelError
from textgen.files import replacing
from textgen.text.tokenizer import Tokenizer, tokenizer_from_json

FORMAT_VERSION = 1

Weights = Mapping[str, NDArray[np.floating]]

_ARCHITECTURES: dict[str, type[ModelConfig] | type[EncoderDecoderConfig]] = {
    "script": ModelConfig,
    "chat": EncoderDecoderConfig,
}
"""What describes the network of each kind of model."""


@dataclass(frozen=True)
class ModelCard:
    """What `model.json` says.

    Args:
        kind: `script` or `chat`.
        architecture: of the network.
        corpus: what the model was trained on: fingerprint, style, speakers, split, normalisation.
        decoding: defaults for writing with it.
        metrics: measured on the held-out text.
        versions: of the packages that trained it.
    """

    kind: str
    architecture: ModelConfig | EncoderDecoderConfig
    corpus: dict[str, Any]
    decoding: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """The card as a dictionary of plain JSON values."""
        return {
            "format_version": FORMAT_VERSION,
            **self.__dict__,
            "architecture": self.architecture.to_json(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any], path: Path) -> "ModelCard":
        """The card saved by `to_json`.

        Raises:
            ModelError: another format version, or a field is missing.
        """
        version = values.get("format_version")
        if version != FORMAT_VERSION:
            raise ModelError(
                f"{path} has format version {version!r}, but this version of textgen reads {FORMAT_VERSION}: "
                "use the version that wrote the model, or train it again."
            )
        names = ("kind", "architecture", "corpus", "decoding", "metrics", "versions")
        missing = [name for name in names if name not in values]
        if missing:
            raise ModelError(f"{path} lacks {', '.join(missing)}: the file is damaged; copy or train the model again.")
        fields = {name: values[name] for name in names}
        kind = fields["kind"]
        if kind not in _ARCHITECTURES:
            raise ModelError(
                f"{path} describes a model of the kind {kind!r}, but this version of textgen knows "
                f"{' and '.join(_ARCHITECTURES)}: use the version that wrote the model, or train it again."
            )
        return cls(**{**fields, "architecture": _ARCHITECTURES[kind].from_json(fields["architecture"])})


@dataclass(frozen=True)
class Model:
    """A model folder that was read and checked."""

    path: Path
    card: ModelCard
    tokenizer: Tokenizer
    weights: Weights


class ModelFolder:
    """Reads and writes the files of one model folder."""

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)

    @property
    def training(self) -> Path:
        """The subfolder of what belongs to the training run."""
        return self.path / "training"

    @property
    def novelty(self) -> Path:
        """The file of hashed word 8-grams."""
        return self.path / "novelty.bin"

    def exists(self) -> bool:
        """Whether a model lies here."""
        return (self.path / "model.json").is_file()

    def create(self, card: ModelCard, tokenizer: Tokenizer, weights: Weights) -> None:
        """Writes a whole model into the folder, which is made if need be."""
        self.training.mkdir(parents=True, exist_ok=True)
        self._write_json("vocabulary.json", tokenizer.to_json())
        self.save_weights(card, tokenizer, weights)
        self.save_card(card)

    def save_card(self, card: ModelCard) -> None:
        """Replaces `model.json`."""
        self._write_json("model.json", card.to_json())

    def save_metrics(self, metrics: dict[str, Any]) -> None:
        """Replaces the metrics in `model.json`."""
        self.save_card(replace(self.load_card(), metrics=metrics))

    def save_weights(self, card: ModelCard, tokenizer: Tokenizer, weights: Weights) -> None:
        """Replaces the arrays."""
        from safetensors.numpy import save

        arrays = {name: np.ascontiguousarray(array) for name, array in weights.items()}
        with replacing(self.path / "weights.safetensors") as file:
            file.write(save(arrays, metadata={"belongs_to": identity(card, tokenizer)}))

    def load_card(self) -> ModelCard:
        """Reads `model.json`."""
        if not self.exists():
            raise ModelError(
                f"A model was asked for at {self.path}, but no model.json is there: "
                "name the folder that training printed (such as runs/seinfeld)."
            )
        return ModelCard.from_json(self._read_json("model.json"), self.path / "model.json")

    def load(self) -> Model:
        """Reads the whole model and checks that its parts belong together.

        Raises:
            ModelError: a file is missing or damaged, or comes from another model.
        """
        card = self.load_card()
        tokenizer = tokenizer_from_json(self._read_json("vocabulary.json"))
        weights, metadata = self._read_weights()
        if metadata.get("belongs_to") != identity(card, tokenizer):
            raise ModelError(
                f"weights.safetensors in {self.path} belongs to another architecture or vocabulary than model.json and "
                "vocabulary.json: the folder is mixed from two models; copy or train it again."
            )
        return Model(self.path, card, tokenizer, weights)

    def _read_weights(self) -> tuple[dict[str, NDArray[np.floating]], dict[str, str]]:
        from safetensors import SafetensorError, safe_open

        path = self.path / "weights.safetensors"
        try:
            with safe_open(path, framework="numpy") as file:
                return {name: file.get_tensor(name) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
        except FileNotFoundError:
            raise ModelError(f"{path} is missing: the model folder is incomplete; copy or train it again.") from None
        except (SafetensorError, OSError) as error:
            raise ModelError(f"{path} cannot be read ({error}): the file is damaged; copy or train it again.") from None

    def _write_json(self, name: str, values: dict[str, Any]) -> None:
        with replacing(self.path / name) as file:
            file.write(json.dumps(values, ensure_ascii=False, indent=1).encode())

    def _read_json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            values = json.loads(path.read_bytes())
        except FileNotFoundError:
            raise ModelError(f"{path} is missing: the model folder is incomplete; copy or train it again.") from None
        except (ValueError, OSError) as error:
            raise ModelError(f"{path} cannot be read ({error}): the file is damaged; copy or train it again.") from None
        if not isinstance(values, dict):
            raise ModelError(f"{path} holds no JSON object: the file is damaged; copy or train it again.")
        return values


def identity(card: ModelCard, tokenizer: Tokenizer) -> str:
    """A hash of architecture and vocabulary: weights that carry another one belong to another model."""
    text = json.dumps([card.architecture.to_json(), tokenizer.to_json()], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
