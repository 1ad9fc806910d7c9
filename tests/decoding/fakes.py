"""Models and renderers small enough to know by heart."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.constraints.base import Pieces, whole_characters
from textgen.decoding.protocols import Ids, State, StepFunction
from textgen.decoding.sequence import SequenceStart
from textgen.tokenizers.base import LINE_END, START
from textgen.tokenizers.character import CharacterTokenizer

LETTERS = "abcdefghijklmnopqrstuvwxyz .\n"


@dataclass(frozen=True)
class PieceRenderer:
    """Renders pieces as they are and a line end as a newline."""

    pieces: Pieces
    rest: bytes = b""

    def advance(self, token: int, /) -> tuple[str, "PieceRenderer"]:
        text, rest = whole_characters(self.rest + (b"\n" if token == LINE_END else self.pieces.of[token]))
        return text, PieceRenderer(self.pieces, rest)

    def flush(self) -> str:
        return ""


TOKENIZER = CharacterTokenizer(LETTERS, ["jerry", "elaine"])
PIECES = Pieces(TOKENIZER)


def prompt(seed: int = 0, context: Sequence[int] = (START,), **options: object) -> SequenceStart:
    return SequenceStart(context=tuple(context), renderer=PieceRenderer(PIECES), seed=seed, **options)  # type: ignore[arg-type]


def state(batch: int = 1) -> State:
    return (np.zeros((batch, 1), np.float32),)


def spelling_model(tokens: Sequence[int], size: int = PIECES.size, certainty: float = 20.0) -> StepFunction:
    """A model whose state counts tokens, and which is nearly certain of the next of those given."""

    def step(ids: Ids, counts: State) -> tuple[NDArray[np.float32], State]:
        logits = np.zeros((len(ids), size), np.float32)
        for row, count in enumerate(counts[0][:, 0].astype(int)):
            logits[row, tokens[min(count, len(tokens) - 1)]] = certainty
        return logits, (counts[0] + 1,)

    return step


def markov_model(transitions: dict[int, dict[int, float]], size: int) -> StepFunction:
    """A model that knows the last token only: token to the probabilities of the next."""
    table = np.full((size, size), -np.inf, np.float32)
    for token, following in transitions.items():
        for next_token, probability in following.items():
            table[token, next_token] = np.log(probability)

    def step(ids: Ids, before: State) -> tuple[NDArray[np.float32], State]:
        return table[ids], tuple(array + 1 for array in before)

    return step


def random_model(seed: int, size: int, spread: float = 3.0) -> StepFunction:
    """A model whose logits are a fixed random function of the last token and of how many came before."""

    def step(ids: Ids, counts: State) -> tuple[NDArray[np.float32], State]:
        rows = [
            np.random.default_rng((seed, int(token), int(count))).standard_normal(size) * spread
            for token, count in zip(ids, counts[0][:, 0], strict=True)
        ]
        return np.array(rows, np.float32), (counts[0] + 1,)

    return step
