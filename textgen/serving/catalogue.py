"""The models that a server offers: which there are, what they are like, and those that are open."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from textgen.chatbot import Chatbot, as_character
from textgen.decoding.option_row import Use
from textgen.decoding.options import TABLE
from textgen.discriminator.file import discriminator_path
from textgen.discriminator.scorer import Scorer
from textgen.errors import ModelError, TextgenError
from textgen.generation.chat_model import ChatModel
from textgen.generation.script_model import ScriptModel
from textgen.model_folder import ModelCard, ModelFolder
from textgen.serving.batch import SharedBatch
from textgen.serving.body import default
from textgen.serving.errors import RequestError
from textgen.serving.workers import in_turn
from textgen.starters import ENGLISH, PRETRAINED, SMALLTALK, open_folder
from textgen.wording import did_you_mean
from textgen.writer import ScriptWriter

KEPT = 4
"""Models that are kept open; the one that was not used for the longest time is closed for another."""

_CHARACTERS = 16  # of one model that are kept

Face = TypeVar("Face", ScriptWriter, Chatbot)


def folders_given(paths: list[Path]) -> dict[str, Path]:
    """Model folders by the names they are served under: their own, with a number where two have the same.

    Raises:
        ModelError: there is no model at one of the paths.
    """
    found: dict[str, Path] = {}
    for path in paths:
        folder = open_folder(path).path
        ModelFolder(folder).load_card()
        name = folder.resolve().name
        numbered = (f"{name}-{number}" for number in count(2))
        found[name if name not in found else next(one for one in numbered if one not in found)] = folder
    return found


def folders_around(runs: Path) -> dict[str, Path]:
    """The chat model that comes along, all under a folder of runs, and the starter last, by their names."""
    trained = {path.parent.name: path.parent for path in sorted(runs.glob("[!.]*/model.json"))}
    found = {SMALLTALK: PRETRAINED[SMALLTALK], **trained}
    return found if ENGLISH in found else {**found, ENGLISH: PRETRAINED[ENGLISH]}


class ServedModel:
    """A model that is open for all requests, which write with it in one batch.

    Args:
        name: that it is served under.
        folder: of the model.

    Raises:
        ModelError: the folder is damaged.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.path = name, folder
        model = ModelFolder(folder).load()
        self.card, self.tokenizer = model.card, model.tokenizer
        self.opened = ScriptModel(model) if model.card.kind == "script" else ChatModel(model)
        self.opened.network = in_turn(self.opened.network)
        self.opened.decoder = SharedBatch(self.opened.network).decode
        self._bot = lru_cache(_CHARACTERS)(self._new_bot)
        self._judge = self._read_judge()

    @property
    def script(self) -> ScriptModel:
        """The opened model, where it writes scripts.

        Raises:
            RequestError: it is a chat model.
        """
        if isinstance(self.opened, ScriptModel):
            return self.opened
        raise RequestError(
            400,
            f"The model {self.name!r} was asked to write or to read a script, but it is a chat model, which answers "
            "messages: send them to /v1/chat/completions, or name a model of the kind script.",
            param="model",
        )

    def writer(self, note: Callable[[str], None]) -> ScriptWriter:
        """A writer for one request.

        Args:
            note: gets notes for the person.
        """
        _ = self.script
        return self._writer.another(note)

    def bot(self, speaker: str | None) -> Chatbot:
        """A bot for one request, to which nothing was said yet.

        Args:
            speaker: the character that a script model speaks as.
        """
        if speaker is not None and isinstance(self.opened, ChatModel):
            raise RequestError(
                404,
                f"The model {self.name!r} was asked to talk as {speaker[:60]!r}, but it is a chat model, which has one "
                "voice: leave out the colon and the name.",
                param="model",
                code="model_not_found",
            )
        if speaker is None and isinstance(self.opened, ScriptModel):
            first = next(iter(self.tokenizer.speakers), None)
            raise RequestError(
                400,
                f"The model {self.name!r} was asked to talk, but it writes scripts: name one of its speakers behind a "
                f"colon, such as {f'{self.name}:{first}'!r}, or ask /v1/completions for text.",
                param="model",
            )
        return self._bot(speaker).another()

    @property
    def has_discriminator(self) -> bool:
        """Whether it can tell how real a text reads."""
        return discriminator_path(self.path).is_file()

    @cached_property
    def index(self) -> NDArray[np.uint64] | None:
        """The sorted hashes of its corpus's runs of eight words; None where there are none."""
        return ModelFolder(self.path).novelty_index()

    @cached_property
    def _writer(self) -> ScriptWriter:
        return self._with_judge(ScriptWriter(self.script, note=lambda text: None))

    def _new_bot(self, speaker: str | None) -> Chatbot:
        if isinstance(self.opened, ChatModel):
            return self._with_judge(Chatbot(self.opened))
        return self._with_judge(as_character(self._writer, speaker or ""))

    def _read_judge(self) -> Scorer | None:
        """The discriminator, read once for all requests; a damaged one is the fault of those that need it."""
        if not self.has_discriminator:
            return None
        try:
            judge = Scorer(self.path, self.card, self.tokenizer)
        except ModelError:
            return None
        judge.network = in_turn(judge.network)
        return judge

    def _with_judge(self, face: Face) -> Face:
        if self._judge is not None:
            face.judge = self._judge
        return face


@dataclass(frozen=True)
class _Stamp:
    """A folder as it was at some moment; a model that is trained further has another one."""

    path: Path
    changed: int


class Catalogue:
    """The models by the names that requests use; no name is ever taken for a path.

    Args:
        find: the folders by name, looked for anew each time: trained models appear while the server runs.
    """

    def __init__(self, find: Callable[[], Mapping[str, Path]]) -> None:
        self._find = find
        self._open: OrderedDict[tuple[str, _Stamp], ServedModel] = OrderedDict()
        self._lock = threading.Lock()

    def descriptions(self) -> list[dict[str, Any]]:
        """What each model is like; damaged ones are left out."""
        found = []
        for name, folder in self._find().items():
            try:
                found.append({"id": name, **_description(_stamp(folder))})
            except (OSError, TextgenError):
                continue
        return found

    def description(self, asked: str) -> dict[str, Any]:
        """What a model is like, which is not opened.

        Args:
            asked: as for `find`.

        Raises:
            RequestError: there is no such model, or it knows no such speaker.
        """
        found = {one["id"]: one for one in self.descriptions()}
        name, speaker = (asked, None) if asked in found else _split(asked)
        if name not in found or (
            speaker is not None and speaker.casefold() not in map(str.casefold, found[name]["speakers"])
        ):
            raise _unknown(asked, name, list(found))
        return found[name]

    def find(self, asked: str) -> tuple[ServedModel, str | None]:
        """Opens a model.

        Args:
            asked: its name; behind it, after a colon, the speaker of a script model that is to talk.

        Raises:
            RequestError: there is no such model.
            ModelError: it is damaged.
        """
        folders = self._find()
        name, speaker = (asked, None) if asked in folders else _split(asked)
        if name not in folders:
            raise _unknown(asked, name, list(folders))
        return self._opened(name, folders[name]), speaker

    def _opened(self, name: str, folder: Path) -> ServedModel:
        try:
            key = (name, _stamp(folder))
        except OSError:
            raise ModelError(
                f"The model {name!r} was asked for, but its files are gone: train or copy it again."
            ) from None
        with self._lock:
            if key not in self._open:
                self._open[key] = ServedModel(name, folder)
                while len(self._open) > KEPT:
                    self._open.popitem(last=False)
            self._open.move_to_end(key)
            return self._open[key]


def _unknown(asked: str, name: str, known: list[str]) -> RequestError:
    return RequestError(
        404,
        f"The model {asked[:100]!r} was asked for, but the server has none of this name: {did_you_mean(name, known)}",
        param="model",
        code="model_not_found",
    )


def _split(asked: str) -> tuple[str, str | None]:
    name, colon, speaker = asked.rpartition(":")
    return (name, speaker) if colon else (asked, None)


def _stamp(folder: Path) -> _Stamp:
    return _Stamp(folder, (folder / "model.json").stat().st_mtime_ns)


@lru_cache(maxsize=256)
def _description(stamp: _Stamp) -> dict[str, Any]:
    """What can be known of a model without opening it."""
    folder = ModelFolder(stamp.path)
    card = folder.load_card()
    level = folder.load_vocabulary().get("level")
    return {
        "kind": card.kind,
        "level": level,
        "parameters": card.architecture.parameters,
        "layers": card.architecture.layers,
        "hidden": card.architecture.hidden,
        "speakers": _speakers(card),
        "bot": (card.corpus.get("replies_by") or stamp.path.resolve().name) if card.kind == "chat" else None,
        "has_index": folder.novelty.is_file(),
        "has_discriminator": discriminator_path(stamp.path).is_file(),
        "warning": card.warning,
        "defaults": _defaults(card, "talking" if card.kind == "chat" else "writing"),
        "talking": _defaults(card, "talking"),
        "created": stamp.changed // 1_000_000_000,
    }


def _defaults(card: ModelCard, use: Use) -> dict[str, Any]:
    """The values of all options where a request sends none; a character of a script speaks one line."""
    longest = card.corpus.get("shape", {}).get("longest_line")
    line = {"max_new_tokens": longest} if use == "talking" and longest is not None else {}
    plain = {name: default(name, option, use) for name, option in TABLE.items() if option.known_to(use)}
    return {**plain, **line, **card.decoding}


def _speakers(card: ModelCard) -> list[str]:
    """The speakers of a script, the one with most lines first."""
    lines = card.corpus.get("speakers", {})
    return sorted(lines, key=lambda name: -lines[name])
