"""A plain text that is learned from and scored: its parts, its exact ids, and what a model pays for a character of it.

Textgen reads plain text line by line: a newline is the id LINE_END, and a document has a START in front, which is
given, and an END behind it, which is scored too.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from quality_training import write_text

from textgen.corpus.collection import Corpus
from textgen.corpus.token_grammar import ScriptEncoder
from textgen.corpus.token_parser import decode_script
from textgen.inference.language_model import LanguageModel, score_ids
from textgen.tokenizers.base import LINE_END, PAD, Tokenizer

FORMAT = "plain"

_BATCH = 64


class Parts(NamedTuple):
    """The files that are learned from and scored."""

    training: Path
    held_out: Path

    @property
    def characters(self) -> int:
        """Of the file that is scored."""
        return len(self.held_out.read_bytes().decode())


def halves(text: str) -> tuple[str, str]:
    """The first 90% of the characters and the last 10%."""
    cut = int(len(text) * 0.9)
    return text[:cut], text[cut:]


def tail(text: str) -> tuple[str, str]:
    """The `halves` of a training text, without the line that it breaks off in."""
    learned, scored = halves(text)
    return learned, scored[: scored.rfind("\n") + 1]


def write_parts(folder: Path, name: str, learned: str, scored: str) -> Parts:
    """Two parts of a text as files of their own."""
    return Parts(
        write_text(folder / f"{name}-training.txt", learned), write_text(folder / f"{name}-held-out.txt", scored)
    )


def exact_ids(tokenizer: Tokenizer, path: Path) -> NDArray[np.int32]:
    """The ids of a plain text, from START to END.

    Raises:
        SystemExit: they do not decode to the very same text.
    """
    corpus, encoder = Corpus(path, FORMAT), ScriptEncoder(tokenizer)
    ids = [token for document in corpus.documents() for part in encoder.encode_document(document) for token in part]
    if decode_script(ids, tokenizer, corpus.style).text.encode() != path.read_bytes():
        raise SystemExit(f"{path} is changed by being read, so that its characters cannot be counted: mend the text.")
    return np.array(ids, np.int32)


def ids_of(tokenizer: Tokenizer, text: str) -> list[int]:
    """The ids of a stretch of a plain text."""
    first, *others = (tokenizer.encode(line) for line in text.split("\n"))
    return first + [token for line in others for token in (LINE_END, *line)]


def carried(model: LanguageModel, ids: NDArray[np.int32], characters: int) -> float:
    """Nats a character of a whole text in one go, its end included."""
    return score_ids(model, ids, lanes=1)[0] / characters


def from_cold(model: LanguageModel, tokenizer: Tokenizer, text: str, window: int) -> float:
    """Nats a character of windows side by side, each from the zero state; what is left over at the end is not scored.

    The first character of a window is given, and what follows is tokenised by itself.

    Args:
        model: that is scored.
        tokenizer: its own.
        text: longer than a window.
        window: characters that are scored at a time.
    """
    begins = range(0, len(text) - window, window)
    windows = [
        ids_of(tokenizer, text[begin]) + ids_of(tokenizer, text[begin + 1 : begin + 1 + window]) for begin in begins
    ]
    given = [len(ids_of(tokenizer, text[begin])) for begin in begins]
    nats = 0.0
    for k in range(0, len(windows), _BATCH):
        nats += _nats(model, windows[k : k + _BATCH], given[k : k + _BATCH])
    return nats / (len(windows) * window)


def _nats(model: LanguageModel, windows: Sequence[Sequence[int]], given: Sequence[int]) -> float:
    """Of the windows' ids behind those that are given."""
    ids = np.full((max(map(len, windows)), len(windows)), PAD, np.int32)
    scored = np.zeros((len(ids) - 1, len(windows)), bool)
    for k, window in enumerate(windows):
        ids[: len(window), k] = window
        scored[given[k] - 1 : len(window) - 1, k] = True
    keep = np.ones(scored.shape, np.float32)
    scores, _ = model.score(ids[:-1], ids[1:], keep, model.initial_state(len(windows)))
    return -float(np.sum(scores[scored], dtype=np.float64))
