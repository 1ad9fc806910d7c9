"""The model folder: the files of a finished model, and the checks on loading them.

The checksum of the weights is a CRC-32 in the file's own metadata, computed with zeros in its place, so that arrays and
checksum are replaced together. It detects damage, not tampering, and takes a third of a millisecond per megabyte.
model.json            what the model is: kind, architecture, corpus, decoding defaults, metrics, versions
vocabulary.json       the tokenizer
weights.safetensors   the arrays; their metadata names the architecture and vocabulary they belong to
novelty.bin           hashed word 8-grams of the training text (optional)
discriminator.safetensors   tells real lines or replies from the model's own (optional)
training/             files for resuming the run, and its records; may be deleted

`format_version` in model.json is the version of the whole layout; a folder keeps the version it was made in. Version 1
is that of textgen 0.1; version 2 adds checksums of the weights (in their own file) and of novelty.bin (in model.json).
A field with a default may be added without a new version. Any other change to what is stored needs the next version
number, and a function in `_MIGRATIONS` that turns an older model.json into the newer one.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from textgen.config import EncoderDecoderConfig, ModelConfig
from textgen.errors import ModelError
from textgen.files import is_temporary, read_ordinary, replacing, require_ordinary
from textgen.stored_json import Migrations, decode, migrate, parse, unchanged
from textgen.tokenizers import tokenizer_from_json
from textgen.tokenizers.base import Tokenizer
from textgen.wording import COME_ALONG

Arrays = dict[str, NDArray[np.floating]]

CHECKSUM = "crc32"
_BLANK = "0" * 8
_PIECE = 1 << 20
_LENGTH = 8  # bytes at the beginning that hold the length of the header, little-endian


def write_tensors(path: Path, arrays: Mapping[str, NDArray[np.floating]], metadata: Mapping[str, str]) -> None:
    """Writes a file of arrays, in place of an older one.

    Args:
        path: the file.
        arrays: the arrays by name.
        metadata: texts to store with them, by name.
    """
    from safetensors.numpy import save

    plain = memoryview(save({name: np.ascontiguousarray(array) for name, array in arrays.items()}))
    begin = _LENGTH + int.from_bytes(plain[:_LENGTH], "little")
    described = {"__metadata__": {**metadata, CHECKSUM: _BLANK}, **json.loads(bytes(plain[_LENGTH:begin]))}
    header = json.dumps(described).encode()
    header += b" " * (-len(header) % _LENGTH)  # the arrays begin at a multiple of eight
    head = len(header).to_bytes(_LENGTH, "little") + header
    checksum = f"{zlib.crc32(plain[begin:], zlib.crc32(head)):08x}"
    with replacing(path) as file:
        file.write(head.replace(_entry(_BLANK), _entry(checksum), 1))
        file.write(plain[begin:])


def read_tensors(path: Path) -> tuple[Arrays, dict[str, str]]:
    """The arrays and the metadata of a file; a file of format version 1 has no checksum and is not checked.

    Raises:
        FileNotFoundError: the file is missing.
        ValueError: the file is damaged; the message continues a sentence that begins with the file's name.
    """
    from safetensors import SafetensorError, safe_open

    try:
        require_ordinary(path)
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
            metadata: dict[str, str] = file.metadata() or {}
        intact = _is_intact(path)
    except FileNotFoundError:
        raise
    except (SafetensorError, OSError, TypeError, AttributeError) as error:  # the last two: a dtype NumPy lacks
        raise ValueError(f"cannot be read ({error})") from None
    if not intact:
        raise ValueError("has other bytes than were saved")
    for name, array in arrays.items():
        if array.dtype.kind == "V":  # TensorFlow teaches NumPy such dtypes; a process without it cannot read them
            raise ValueError(f"cannot be read ({name} holds {array.dtype}, which NumPy lacks)")
    return arrays, metadata


def _is_intact(path: Path) -> bool:
    """Whether a readable file matches its checksum; True where it has none."""
    with path.open("rb") as file:
        length = file.read(_LENGTH)
        header = file.read(int.from_bytes(length, "little"))
        stored: str | None = json.loads(header).get("__metadata__", {}).get(CHECKSUM)
        if stored is None:
            return True
        found = zlib.crc32(length + header.replace(_entry(stored), _entry(_BLANK), 1))
        while piece := file.read(_PIECE):
            found = zlib.crc32(piece, found)
    return f"{found:08x}" == stored


def _entry(checksum: str) -> bytes:
    """The checksum as it stands in the header."""
    return f"{json.dumps(CHECKSUM)}: {json.dumps(checksum)}".encode()


FORMAT_VERSION = 2
"""The format version of the folders that this version of textgen makes."""

ADVICE = "copy the model folder again, use the version of textgen that wrote it, or train the model again"
"""What to do about a folder that cannot be read."""

Weights = Mapping[str, NDArray[np.floating]]

DISCRIMINATOR = "discriminator.safetensors"
"""The file of a model's discriminator."""

_OWN = {"model.json", "vocabulary.json", "weights.safetensors", "novelty.bin", DISCRIMINATOR, "training"}
"""The names of what a model folder is made of."""

_MIGRATIONS: Migrations = {1: unchanged}
"""The migrations of model.json: version 2 reads a file of version 1, without checksums, as it is."""


class _Corpus(TypedDict, total=False):
    """The description of any corpus in `model.json`."""

    fingerprint: str
    files: list[str]
    normalisation: dict[str, bool]
    reading: dict[str, str | int]
    characters: int
    alphabet: str
    started_from: str | None


class _Scripts(_Corpus, total=False):
    style: dict[str, str | int]
    shape: dict[str, bool | int]
    split: dict[str, str | int] | None
    speakers: dict[str, int]


class _Dialogues(_Corpus, total=False):
    turns: int
    longest_context: int
    longest_reply: int
    replies_by: str | None
    split: dict[str, list[int]] | None
    detokenise: bool
    exchanges: int


_KINDS: dict[str, dict[str, Any]] = {
    "script": {"architecture": ModelConfig, "corpus": _Scripts},
    "chat": {"architecture": EncoderDecoderConfig, "corpus": _Dialogues},
}
"""The types that describe the network and the corpus of each kind of model."""


@dataclass(frozen=True)
class ModelCard:
    """The contents of `model.json`.

    Args:
        kind: `script` or `chat`.
        architecture: architecture of the network.
        corpus: what the model was trained on: fingerprint, style, speakers, split, normalisation.
        decoding: default decoding options.
        metrics: metrics on the held-out text.
        versions: versions of the packages it was trained with.
        novelty: checksum of novelty.bin; None where none was stored.
        format_version: format version of the folder.
    """

    kind: str
    architecture: ModelConfig | EncoderDecoderConfig
    corpus: dict[str, Any]
    decoding: dict[str, Any] = field(default_factory=dict)
    metrics: dict[str, int | float | None] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    novelty: str | None = None
    format_version: int = FORMAT_VERSION

    @property
    def warning(self) -> str | None:
        """What a person must know before the model writes: that nothing says yet that it has learned anything."""
        if self.metrics:
            return None
        return (
            "No validation has chosen this model's weights yet, so it writes with those that its training began with: "
            "go on with --resume, or train it for longer."
        )

    def to_json(self) -> dict[str, Any]:
        """The card as a dictionary of plain JSON values."""
        return {
            "format_version": self.format_version,
            **self.__dict__,
            "architecture": self.architecture.to_json(),
        }

    @classmethod
    def from_json(cls, values: dict[str, Any], path: Path) -> "ModelCard":
        """The card saved by `to_json`.

        Raises:
            ModelError: it has a newer format version, or a field is missing, unknown or of another type.
        """
        try:
            plain = migrate(values, FORMAT_VERSION, _MIGRATIONS)
            kind = plain.get("kind")
            if not isinstance(kind, str) or kind not in _KINDS:
                raise ValueError(
                    f"describes a model of the kind {kind!r:.50}, but this version knows {', '.join(_KINDS)}"
                )
            card = decode(cls, plain, _KINDS[kind])
        except ValueError as error:
            raise ModelError(f"{path} {error}: {ADVICE}.") from None
        return replace(card, format_version=values["format_version"])


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
        """The subfolder of the training run."""
        return self.path / "training"

    @property
    def novelty(self) -> Path:
        """The file of hashed word 8-grams."""
        return self.path / "novelty.bin"

    def exists(self) -> bool:
        """Whether the folder holds a model."""
        return os.path.isfile(self.path / "model.json")  # noqa: PTH113 - a text that is no path raises nothing here

    def others(self) -> list[Path]:
        """What lies in the folder beside a model's own files, sorted; nothing where there is no folder."""
        found = sorted(self.path.iterdir()) if self.path.is_dir() else []
        return [path for path in found if path.name not in _OWN and not is_temporary(path.name)]

    def create(self, card: ModelCard, tokenizer: Tokenizer, weights: Weights) -> None:
        """Writes a whole model in the current format version; creates the folder if needed."""
        self.training.mkdir(parents=True, exist_ok=True)
        vocabulary = tokenizer.to_json()
        self._write_json("vocabulary.json", vocabulary)
        self._write_weights(weights, _identity(card.architecture.to_json(), vocabulary))
        checksum = _checksum(self._map_novelty()) if self.novelty.is_file() else None
        self._write_json("model.json", replace(card, novelty=checksum, format_version=FORMAT_VERSION).to_json())

    def save_metrics(self, metrics: dict[str, Any]) -> None:
        """Replaces the metrics in `model.json`; everything else in it stays as stored."""
        self._write_json("model.json", {**self._read_json("model.json"), "metrics": metrics})

    def save_weights(self, weights: Weights) -> None:
        """Replaces the weights."""
        self._write_weights(weights, self.identity())

    def load_card(self) -> ModelCard:
        """Reads `model.json`."""
        return ModelCard.from_json(self._read_card(), self.path / "model.json")

    def load_vocabulary(self) -> dict[str, Any]:
        """Reads `vocabulary.json`."""
        return self._read_json("vocabulary.json")

    def load(self) -> Model:
        """Reads the whole model and checks that its parts belong together.

        Raises:
            ModelError: a file is missing or damaged, or comes from another model.
        """
        stored = self._read_card()
        card = ModelCard.from_json(stored, self.path / "model.json")
        vocabulary = self.load_vocabulary()
        tokenizer = tokenizer_from_json(vocabulary)
        weights, metadata = self._read_weights()
        if metadata.get("belongs_to") != _identity(stored["architecture"], vocabulary):
            raise ModelError(
                f"weights.safetensors in {self.path} belongs to another architecture or vocabulary than model.json and "
                "vocabulary.json: the folder is mixed from two models; copy or train it again."
            )
        if card.format_version > 1 and CHECKSUM not in metadata:
            raise ModelError(f"weights.safetensors in {self.path} has lost its checksum: {ADVICE}.")
        return Model(self.path, card, tokenizer, weights)

    def identity(self) -> str:
        """A hash of the stored architecture and vocabulary; files with another hash belong to another model.

        The hash is taken of the files, so that fields added in later versions change no model's identity.
        """
        return _identity(self._read_card()["architecture"], self.load_vocabulary())

    def novelty_index(self) -> NDArray[np.uint64] | None:
        """The sorted hashes of the training text's word 8-grams, mapped from novelty.bin. *Shape:* (8-grams,).

        Returns:
            None where the model has no index.

        Raises:
            ModelError: the file is damaged.
        """
        if not self.novelty.is_file():
            return None
        stored, index = self.load_card().novelty, self._map_novelty()
        intact = _checksum(index) == stored if stored is not None else bool((index[1:] > index[:-1]).all())
        if self.novelty.stat().st_size % index.itemsize or not intact:
            raise ModelError(
                f"{self.novelty} has other bytes than were saved: copy the file again, or delete it and do without "
                "no_copy."
            )
        return index

    def _map_novelty(self) -> NDArray[np.uint64]:
        whole = self.novelty.stat().st_size // 8
        if not whole:  # an empty file cannot be mapped: all texts were short
            return np.zeros(0, np.uint64)
        return np.memmap(self.novelty, dtype="<u8", mode="r", shape=(whole,))

    def _write_weights(self, weights: Weights, belongs_to: str) -> None:
        write_tensors(self.path / "weights.safetensors", weights, {"belongs_to": belongs_to})

    def _read_weights(self) -> tuple[Weights, dict[str, str]]:
        path = self.path / "weights.safetensors"
        try:
            return read_tensors(path)
        except FileNotFoundError:
            raise self._incomplete(path) from None
        except ValueError as error:
            raise ModelError(f"{path} {error}: {ADVICE}.") from None

    def _read_card(self) -> dict[str, Any]:
        if not self.exists():
            raise ModelError(
                f"A model was asked for at {self.path}, but no model.json is there: "
                "name the folder that training printed (such as runs/seinfeld), or "
                f"{' or '.join(COME_ALONG)}, which come along."
            )
        return self._read_json("model.json")

    def _write_json(self, name: str, values: dict[str, Any]) -> None:
        with replacing(self.path / name) as file:
            file.write(json.dumps(values, ensure_ascii=False, indent=1).encode())

    def _read_json(self, name: str) -> dict[str, Any]:
        path = self.path / name
        try:
            return parse(read_ordinary(path))
        except FileNotFoundError:
            raise self._incomplete(path) from None
        except OSError as error:
            raise ModelError(f"{path} cannot be read ({error}): {ADVICE}.") from None
        except ValueError as error:
            raise ModelError(f"{path} {error}: {ADVICE}.") from None

    @staticmethod
    def _incomplete(path: Path) -> ModelError:
        return ModelError(f"{path} is missing: the model folder is incomplete; copy or train it again.")


def _identity(architecture: Any, vocabulary: dict[str, Any]) -> str:
    text = json.dumps([architecture, vocabulary], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _checksum(index: NDArray[np.uint64]) -> str:
    return f"{zlib.crc32(index.data):08x}"
