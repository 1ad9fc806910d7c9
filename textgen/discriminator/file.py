"""The discriminator of a model folder: one file, which is optional.

discriminator.safetensors    the arrays; the metadata describes the network, its model and its metrics

Format version 1, that of textgen 0.1, had a checksum of the arrays; version 2 has one of the whole file.
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
from textgen.errors import ConfigurationError, ModelError
from textgen.inference.weights import check_weights
from textgen.model_folder import CHECKSUM, DISCRIMINATOR, FORMAT_VERSION, ModelFolder, read_tensors, write_tensors
from textgen.stored_json import Migrations, decode, migrate, parse, unchanged

_PACKAGE = Path(__file__).resolve().parents[1]

_MIGRATIONS: Migrations = {1: unchanged}

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class SavedDiscriminator:
    """A discriminator as it lies in the folder of the model it judges.

    Args:
        architecture: of the network.
        weights: of the network, under their names.
        temperature: logits of texts by themselves are divided by it.
        generator: the metrics of the model when its samples were written: further training changes them.
        decoding: how the samples were written.
        corpus: fingerprint of the real text.
        metrics: how good it is, on lines that neither it nor the model learned from.
        versions: of the packages that trained it.
        matching_temperature: logits of replies to messages are divided by it.
        voice_temperature: logits of the classes of speakers are divided by it.
        voice_shares: of these classes among the real lines it learned from, the speakers in the order of their labels;
            empty where it knows no speakers.
    """

    architecture: DiscriminatorConfig
    weights: Weights
    temperature: float
    generator: dict[str, Any]
    decoding: dict[str, Any]
    corpus: str | None
    metrics: dict[str, Any]
    versions: dict[str, str] = field(default_factory=dict)
    matching_temperature: float = 1.0
    voice_temperature: float = 1.0
    voice_shares: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for name in ("temperature", "matching_temperature", "voice_temperature"):
            if not 0 < (value := getattr(self, name)) < float("inf"):
                raise ConfigurationError(f"{name} is {value!r}; it must be a number above 0")
        if len(self.voice_shares) != self.architecture.voices or not all(0 < share <= 1 for share in self.voice_shares):
            raise ConfigurationError(
                f"voice_shares is {self.voice_shares!r}; it must be {self.architecture.voices} numbers from 0 to 1"
            )

    def save(self, folder: ModelFolder) -> None:
        """Puts it into the folder of the model it judges, in the place of an older one."""
        described = {"format_version": FORMAT_VERSION, "belongs_to": folder.identity()}
        described |= {name: value for name, value in self.__dict__.items() if name != "weights"}
        described["architecture"] = self.architecture.to_json()
        text = json.dumps(described, ensure_ascii=False)
        write_tensors(discriminator_path(folder.path), self.weights, {"discriminator": text})


def discriminator_path(folder: Path) -> Path:
    """The file of a model folder's discriminator."""
    return folder / DISCRIMINATOR


def is_installed(folder: Path) -> bool:
    """Whether a model came with the package; such a model must not be changed."""
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


def load_discriminator(folder: Path) -> SavedDiscriminator:
    """Reads and checks the discriminator of a model folder.

    Args:
        folder: of the model.

    Raises:
        ModelError: there is none, or it is damaged or belongs to another model.
    """
    path, make = discriminator_path(folder), f"make one {how_to_make(folder)}"
    if not path.is_file():
        raise ModelError(f"A discriminator was asked for, but the model in {folder} has none: {make}")
    try:
        weights, described = _read(path)
        if described.pop("belongs_to", None) != ModelFolder(folder).identity():
            raise ValueError("judges a model with another architecture or vocabulary than the one it lies beside")
        saved = decode(SavedDiscriminator, described, given={"weights": weights})
        check_weights(saved.architecture, weights)
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} {error}: {make}") from None
    except ModelError as error:
        raise ModelError(f"{path} does not fit together ({error}): {make}") from None
    return saved


def _read(path: Path) -> tuple[Weights, dict[str, Any]]:
    """The arrays, and their description as the current format version has it."""
    weights, metadata = read_tensors(path)
    described = parse(metadata.get("discriminator", "").encode())
    if described.get("format_version") == 1:
        if described.pop("arrays", None) != _digest(weights):
            raise ValueError("has other numbers than were saved")
    elif CHECKSUM not in metadata:
        raise ValueError("has lost its checksum")
    return weights, migrate(described, FORMAT_VERSION, _MIGRATIONS)


def _digest(weights: Weights) -> str:
    """The checksum of version 1."""
    digest = hashlib.blake2b(digest_size=16)
    for name in sorted(weights):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(weights[name]).tobytes())
    return digest.hexdigest()
