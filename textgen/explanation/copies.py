"""Which parts of a text stand word for word in the training corpus."""

import re

import numpy as np
from numpy.typing import NDArray

from textgen.decoding.copy_detection import ngram_hashes, word_hashes
from textgen.decoding.options import SHORTEST_COPY
from textgen.generation.chat_model import ChatModel
from textgen.generation.script_model import ScriptModel

_NEAR = 64
"""Words of the text among which the next spoken one is looked for; names and headings stand between them."""


def copied_spans(model: ScriptModel | ChatModel, text: str, index: NDArray[np.uint64]) -> list[tuple[int, int]]:
    """The parts of a text in which at least eight spoken words in a row are the corpus's.

    Args:
        model: whose corpus.
        text: a script in the corpus's own format, or what a bot said.
        index: sorted hashes of the corpus's runs of eight words, as the model folder has it. *Shape:* (runs,).

    Returns:
        Begin and end of each part, in characters of the text.
    """
    lines = [line.text for line in model.read(text).lines] if isinstance(model, ScriptModel) else [text]
    words = [word for line in lines for word in model.normalisation.apply(line).split()]
    runs = ngram_hashes(word_hashes(words), SHORTEST_COPY)
    copied = np.zeros(len(words), bool)
    for begin in np.flatnonzero(np.isin(runs, index)).tolist():
        copied[begin : begin + SHORTEST_COPY] = True
    spans: list[tuple[int, int]] = []
    follows = False
    for is_copied, place in zip(copied.tolist(), _places(model, text, words), strict=True):
        if is_copied and place is not None:
            begin = spans.pop()[0] if follows and spans else place[0]
            spans.append((begin, place[1]))
        follows = is_copied
    return spans


def _places(model: ScriptModel | ChatModel, text: str, words: list[str]) -> list[tuple[int, int] | None]:
    """Where the words stand in the text as it was typed; None for a word that is spelled in another way there."""
    typed = [(model.normalisation.apply(found[0]), found.span()) for found in re.finditer(r"\S+", text)]
    places: list[tuple[int, int] | None] = []
    at = 0
    for word in words:
        near = (k for k in range(at, min(at + _NEAR, len(typed))) if typed[k][0] == word)
        found = next(near, None)
        places.append(None if found is None else typed[found][1])
        at = at if found is None else found + 1
    return places
