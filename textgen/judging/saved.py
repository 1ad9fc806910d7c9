"""The discriminator of a model folder: one file, which the model does without where there is none.

discriminator.safetensors    the arrays; the metadata says what they are, what they belong to and what they are worth
"""

import hashlib
import json
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textgen.config import DiscriminatorConfig
from textgen.errors import ModelError
from textgen.files import replacing
from textgen.inference.weights import check_weights
from textgen.model_folder import ModelCard, ModelFolder, identity
from textgen.text.tokenizer import Tokenizer

DISCRIMINATOR_VERSION = 1
_PACKAGE = Path(__file__).resolve().parents[1]
_NAME = "discriminator.safetensors"
_FIELDS = {"architecture", "temperature", "generator", "decoding", "corpus", "metrics", "versions"}

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class SavedDiscriminator:
    """A discriminator as it lies in the folder of the model it judges.

    Args:
        architecture: of the network.
        weights: of the network, under their names.
        temperature: logits are divided by it.
        generator: the metrics of the model when its samples were written: another training gives other ones.
        decoding: how the samples were written.
        corpus: fingerprint of the real text.
        metrics: what it is worth, on lines neither it nor the model learned from.
        versions: of the packages that trained it.
    """

    architecture: DiscriminatorConfig
    weights: Weights
    temperature: float
    generator: dict[str, Any]
    decoding: dict[str, Any]
    corpus: str | None
    metrics: dict[str, Any]
    versions: dict[str, str] = field(default_factory=dict)

    def save(self, folder: ModelFolder, card: ModelCard, tokenizer: Tokenizer) -> None:
        """Puts it into the folder of the model it judges, in the place of an older one."""
        from safetensors.numpy import save

        described = {name: getattr(self, name) for name in _FIELDS}
        described |= {"format_version": DISCRIMINATOR_VERSION, "architecture": self.architecture.to_json()}
        described |= {"belongs_to": identity(card, tokenizer), "arrays": _digest(self.weights)}
        with replacing(discriminator_path(folder.path)) as file:
            file.write(save(self.weights, metadata={"discriminator": json.dumps(described, ensure_ascii=False)}))


def discriminator_path(folder: Path) -> Path:
    """The file of a model folder's discriminator."""
    return folder / _NAME


def is_installed(folder: Path) -> bool:
    """Whether a model came with the package, which is not to be changed."""
    return _PACKAGE in folder.resolve().parents


def copying(folder: Path) -> tuple[str, str]:
    """The command that copies a model folder, and the name of the copy as a shell reads it."""
    copy = shlex.quote(f"my_{folder.resolve().name}")
    return f"cp -r {shlex.quote(str(folder))} {copy}", copy


def how_to_make(folder: Path) -> str:
    """The command that makes a discriminator for a model; one that came with the package is copied first."""
    if not is_installed(folder):
        return f"with  textgen train-discriminator --model {shlex.quote(str(folder))}"
    command, copy = copying(folder)
    return f"for a copy of it, with  {command}  and  textgen train-discriminator --model {copy} --corpus DIALOGUES"


def load_discriminator(folder: Path, card: ModelCard, tokenizer: Tokenizer) -> SavedDiscriminator:
    """Reads and checks the discriminator of a model folder.

    Args:
        folder: of the model.
        card, tokenizer: of the model.

    Raises:
        ModelError: there is none, or it is damaged or belongs to another model.
    """
    path, make = discriminator_path(folder), f"make one {how_to_make(folder)}"
    if not path.is_file():
        raise ModelError(f"A discriminator was asked for, but the model in {folder} has none: {make}")
    weights, described = _read(path, make)
    if described.get("format_version") != DISCRIMINATOR_VERSION:
        raise ModelError(
            f"{path} has format version {described.get('format_version')!r}, but this version of textgen reads "
            f"{DISCRIMINATOR_VERSION}: {make}"
        )
    if described.get("belongs_to") != identity(card, tokenizer):
        raise ModelError(
            f"{path} judges a model with another architecture or vocabulary than the one it lies beside: {make}"
        )
    if described.get("arrays") != _digest(weights):
        raise ModelError(f"{path} holds other numbers than were saved: the file is damaged; {make}")
    try:
        architecture = DiscriminatorConfig.from_json(described["architecture"])
        check_weights(architecture, weights)
        fields = {name: described[name] for name in _FIELDS}
        saved = SavedDiscriminator(**{**fields, "architecture": architecture, "weights": weights})
        if not 0 < saved.temperature < float("inf"):
            raise ValueError(f"a temperature of {saved.temperature!r}")
    except (KeyError, TypeError, ValueError, ModelError) as error:
        raise ModelError(f"{path} does not describe a discriminator ({error}): the file is damaged; {make}") from None
    return saved


def _read(path: Path, make: str) -> tuple[Weights, dict[str, Any]]:
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            weights = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            described = json.loads((file.metadata() or {}).get("discriminator", ""))
        if not isinstance(described, dict):
            raise ValueError("its description is no JSON object")
        return weights, described
    except (SafetensorError, OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read ({error}): the file is damaged; {make}") from None


def _digest(weights: Weights) -> str:
    """A hash of the arrays: one changed bit gives another."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(weights):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(weights[name]).tobytes())
    return digest.hexdigest()
