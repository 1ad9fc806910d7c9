"""Single cells of a script model: the value of one along a text, and which follow a property of the text.

After Karpathy, Johnson and Fei-Fei (2015), "Visualizing and Understanding Recurrent Networks".
"""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.document import DIRECTION
from textgen.errors import ConfigurationError
from textgen.explanation.script import read_text
from textgen.explanation.tokens import require_some, token_text
from textgen.generation.script_model import ScriptModel
from textgen.tokenizers.base import LINE_END, NAME, NAME_END, START, Tokenizer

PROPERTIES = ("line_end", "speaker", "quotation", "direction", "speaker:NAME", "word:WORD")
"""Properties that cells can be compared with, as `token_property` takes them."""

_QUOTED = re.compile(r'"[^"\n]*"|“[^”\n]*”|«[^»\n]*»|„[^“\n]*“')

Flags = NDArray[np.bool_]


class CellCorrelation(NamedTuple):
    """A cell, and how closely it follows a property of a text.

    Args:
        layer, cell: counted from 0.
        correlation: Pearson's, from -1 to 1.
    """

    layer: int
    cell: int
    correlation: float


@dataclass(frozen=True)
class CellValues:
    """A text as one cell sees it.

    Args:
        tokens: as they are shown.
        layer, cell: counted from 0.
        values: tanh(c) after each token was read, from -1 to 1.
        best: the cells that follow the property most closely, either way; none where no property was asked for.
    """

    tokens: tuple[str, ...]
    layer: int
    cell: int
    values: tuple[float, ...]
    best: tuple[CellCorrelation, ...] = ()

    def to_json_object(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "best": [one._asdict() for one in self.best]}


def neurons(
    model: ScriptModel,
    text: str,
    layer: int | None = None,
    cell: int | None = None,
    property: str | None = None,
    n: int = 10,
) -> CellValues:
    """The value of one cell along a text, and the cells that follow a property of it.

    Args:
        model: reads.
        text: in the corpus's own format.
        layer, cell: of the cell to show, counted from 0; of those that None leaves open, the one is shown that follows
            the property best.
        property: one of `PROPERTIES`.
        n: how many cells to name.

    Raises:
        ConfigurationError: there is no such cell or property, or the text does not have it.
    """
    require_some("cells", n)
    ids, states = read_text(model, text)
    tokens, values = ids[ids != START].tolist(), np.tanh(model.network.cells(states)[ids != START])
    _, layers, cells = values.shape
    if not (layer in (None, *range(layers)) and cell in (None, *range(cells))):
        raise ConfigurationError(
            f"Cell {cell} of layer {layer} was asked for, but the model has layers 0 to {layers - 1} with the cells "
            f"0 to {cells - 1}: choose one of them."
        )
    ranked: list[CellCorrelation] = []
    if property is not None:
        flags = _varying(token_property(model.tokenizer, tokens, property), property)
        ranked = list(_best(values, flags, layers * cells))
    if layer is None or cell is None:
        fitting = [one for one in ranked if layer in (None, one.layer) and cell in (None, one.cell)]
        if not fitting:
            raise ConfigurationError(
                "A cell was to be shown, but neither its layer and number nor a property was given: give both numbers, "
                f"or one of {', '.join(PROPERTIES)}."
            )
        layer, cell = fitting[0].layer, fitting[0].cell
    best = tuple(ranked[:n])
    shown = tuple(token_text(model.tokenizer, token) for token in tokens)
    return CellValues(shown, layer, cell, tuple(values[:, layer, cell].tolist()), best)


def token_property(tokenizer: Tokenizer, ids: list[int], property: str) -> Flags:
    """Which tokens of a text have a property.

    Args:
        tokenizer: of the model.
        ids: of a script.
        property: `line_end`: what ends a line; `speaker`: labels and names; `speaker:NAME`: the lines of one speaker;
            `quotation`: what stands in quotation marks, with them; `direction`: what stands in brackets, with them;
            `word:WORD`: the occurrences of a word, in upper or lower case.

    Returns:
        *Shape:* (tokens,).

    Raises:
        ConfigurationError: there is no such property.
    """
    kind, _, name = property.partition(":")
    match kind, name.strip():
        case "line_end", "":
            return np.array([token == LINE_END for token in ids])
        case "speaker", "":
            return _named(tokenizer, ids)
        case "speaker", name:
            return _spoken_by(tokenizer, ids, name)
        case "quotation", "":
            return _matching(tokenizer, ids, _QUOTED)
        case "direction", "":
            return _matching(tokenizer, ids, DIRECTION)
        case "word", name if name:
            return _matching(tokenizer, ids, re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE))
    raise ConfigurationError(
        f"Cells that follow {property!r} were asked for, but there is no such property: choose one of "
        f"{', '.join(PROPERTIES)}."
    )


def _varying(flags: Flags, property: str) -> Flags:
    """The same, where it tells one token from another."""
    if flags.all() or not flags.any():
        which = "every token" if flags.any() else "no token"
        raise ConfigurationError(
            f"Cells that follow {property!r} were asked for, but {which} of the text has it, so that nothing can be "
            "compared: give a text with and without it."
        )
    return flags


def _best(values: NDArray[np.float32], flags: Flags, n: int) -> Iterator[CellCorrelation]:
    """The n cells with the largest correlation, either way.

    Args:
        values: *Shape:* (tokens, layers, cells).
        flags: *Shape:* (tokens,).
        n: how many.
    """
    centred = values - values.mean(axis=0, dtype=np.float64)
    wanted = flags - flags.mean()
    with np.errstate(invalid="ignore"):  # a cell that never changes follows nothing
        correlations = np.einsum("t,tlc->lc", wanted, centred) / np.sqrt((centred**2).sum(axis=0) * (wanted**2).sum())
    correlations = np.nan_to_num(correlations)
    for place in np.argsort(-np.abs(correlations), axis=None, kind="stable")[:n].tolist():
        layer, cell = divmod(place, values.shape[2])
        yield CellCorrelation(layer, cell, float(correlations[layer, cell]))


def _named(tokenizer: Tokenizer, ids: list[int]) -> Flags:
    """The labels, and the names that are spelled."""
    spelling, flags = False, np.zeros(len(ids), bool)
    for place, token in enumerate(ids):
        spelling = token == NAME or (spelling and ids[place - 1] != NAME_END)
        flags[place] = spelling or tokenizer.speaker_of(token) is not None
    return flags


def _spoken_by(tokenizer: Tokenizer, ids: list[int], name: str) -> Flags:
    """The lines of a speaker, from the name to the line's end."""
    flags, begin = np.zeros(len(ids), bool), 0
    for place, token in enumerate(ids):
        if token != LINE_END:
            continue
        line = ids[begin : place + 1]
        spelled = line[1 : line.index(NAME_END)] if line[0] == NAME else []
        speaker = tokenizer.decode(spelled) if spelled else tokenizer.speaker_of(line[0])
        flags[begin : place + 1] = speaker is not None and speaker.casefold() == name.casefold()
        begin = place + 1
    return flags


def _matching(tokenizer: Tokenizer, ids: list[int], pattern: re.Pattern[str]) -> Flags:
    """The tokens that lie, at least in part, in a match of the pattern; a match ends with its line."""
    flags = np.zeros(len(ids), bool)
    for is_text, run in groupby(range(len(ids)), key=lambda place: bool(tokenizer.piece(ids[place]))):
        if not is_text:
            continue
        places = list(run)
        pieces = [tokenizer.piece(ids[place]) for place in places]
        lengths = np.array([len(piece) for piece in pieces])
        ends, text = lengths.cumsum(), b"".join(pieces).decode()
        for found in pattern.finditer(text):
            first, last = (len(text[:edge].encode()) for edge in found.span())
            flags[places] |= (ends > first) & (ends - lengths < last)
    return flags
