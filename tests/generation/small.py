"""Chat models small enough to babble quickly, and networks that are known by heart."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.inference.small import random_weights
from textgen.config import EncoderDecoderConfig, ModelConfig
from textgen.corpus.normalisation import Normalisation
from textgen.corpus.script import ScriptStyle
from textgen.decoding.constraints.script import ScriptShape
from textgen.decoding.protocols import Ids, State
from textgen.model_folder import Model, ModelCard, ModelFolder
from textgen.tokenizers.base import END, Tokenizer
from textgen.tokenizers.character import CharacterTokenizer
from textgen.tokenizers.subword import SubwordTokenizer
from textgen.tokenizers.word import WordTokenizer

TEXTS = ["hello there, how are you today?", "i like tea, and you?", "oh no! it's a é ü day.", "what a day it is"] * 4
TOKENIZERS: dict[str, Tokenizer] = {
    "character": CharacterTokenizer.learn(TEXTS, []),
    "word": WordTokenizer.learn(TEXTS, []),
    "subword": SubwordTokenizer.learn(TEXTS, []),
}


def card(tokenizer: Tokenizer, **corpus: Any) -> ModelCard:
    described = {
        "fingerprint": "0",
        "files": [],
        "normalisation": Normalisation(lowercase=True, straight_quotes=True).to_json(),
        "turns": 3,
        "longest_context": 40,
        "longest_reply": 30,
        "replies_by": None,
        "detokenise": False,
    }
    architecture = EncoderDecoderConfig(tokenizer.vocabulary_size, embedding=12, hidden=16, layers=1)
    return ModelCard("chat", architecture, {**described, **corpus}, {"temperature": 0.7}, metrics={"step": 1})


def chat_model(level: str = "word", path: Path = Path("models/small"), **corpus: Any) -> Model:
    """A model that was never trained, but whose replies end after some twenty tokens."""
    tokenizer = TOKENIZERS[level]
    described = card(tokenizer, **corpus)
    weights = random_weights(described.architecture)
    weights["output/bias"] = np.zeros_like(weights["output/bias"])
    weights["output/bias"][END] = 3.0
    weights["output/bias"][-256:] = -2.0  # bytes are rare
    return Model(path, described, tokenizer, weights)


def captions_model() -> Model:
    """A script model of captions that was never trained."""
    tokenizer = CharacterTokenizer.learn(TEXTS, [])
    architecture = ModelConfig(tokenizer.vocabulary_size, embedding=8, hidden=12, layers=1, tied=False)
    weights = random_weights(architecture)
    weights["output/bias"][-256:] = -9.0  # bytes are rare
    described = {
        "fingerprint": "0",
        "files": [],
        "normalisation": Normalisation(lowercase=True, straight_quotes=True).to_json(),
        "style": ScriptStyle("captions").to_json(),
        "shape": asdict(ScriptShape(longest_line=30, narration=True, scenes=False)),
    }
    return Model(Path("models/captions"), ModelCard("script", architecture, described), tokenizer, weights)


def saved_model(path: Path, level: str = "word", **corpus: Any) -> Path:
    """The folder of such a model."""
    model = chat_model(level, path, **corpus)
    ModelFolder(path).create(model.card, model.tokenizer, model.weights)
    return path


def with_decoding(model: Model, **decoding: Any) -> Model:
    return replace(model, card=replace(model.card, decoding=decoding))


class Parrot:
    """A network that knows what to say: it counts its steps, and is nearly certain of the next token."""

    def __init__(self, tokenizer: Tokenizer, *replies: str) -> None:
        self.replies = [[*tokenizer.encode(text), END] for text in replies]
        self.size = tokenizer.vocabulary_size
        self.contexts: list[list[int]] = []

    def read(self, contexts: Sequence[Sequence[int]]) -> State:
        """Remembers what was read; replies come in turn."""
        self.contexts += [list(context) for context in contexts]
        number = (len(self.contexts) - 1) % len(self.replies)
        return (np.array([[number, 0]] * len(contexts), np.float32),)

    def step(self, ids: Ids, state: State) -> tuple[NDArray[np.float32], State]:
        logits = np.zeros((len(ids), self.size), np.float32)
        for row, (number, count) in enumerate(state[0].astype(int)):
            reply = self.replies[number]
            logits[row, reply[min(count, len(reply) - 1)]] = 30.0
        return logits, (state[0] + np.array([0, 1], np.float32),)

    def score(self, contexts: Sequence[Sequence[int]], replies: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        return [np.full(len(reply) - 1, -1.0, np.float32) for reply in replies]
