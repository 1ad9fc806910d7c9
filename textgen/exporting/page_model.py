"""The model as an exported page holds it: what is known of it as JSON, and its arrays as bytes."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textgen.config import EncoderDecoderConfig
from textgen.decoding.options import DEFAULT_LINES, TABLE, ChatOptions, chat_options
from textgen.generation import ranking
from textgen.generation.chat_model import ChatModel
from textgen.generation.script_model import ScriptModel
from textgen.model_folder import Model
from textgen.tokenizers import pretokens
from textgen.tokenizers.base import Tokenizer

_LOOKED_UP = ("embedding", "whose")
"""The matrices whose rows are vectors of tokens; the others are turned, so that each row makes one result."""

_DRAWING = ("temperature", "top_k", "top_p", "min_p", "repetition_penalty")
_CANDIDATES = 4
"""Replies that a page chooses from: fewer than in Python, so that a phone answers soon."""

_ALIGNMENT = 4  # bytes; JavaScript reads float32 at multiples of it only
_LARGEST_INT8 = 127

_WHITE = r"\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_CLASSES = {
    r"[^\W\d_]": r"[\p{L}\p{Nl}\p{No}]",
    r"[^\s\w]": rf"[^{_WHITE}\p{{L}}\p{{N}}_]",
    r"\d": r"\p{Nd}",
    r"\s": f"[{_WHITE}]",
    r"\S": f"[^{_WHITE}]",
}
"""Classes of characters in Python's patterns, and the same in JavaScript's, whose own differ."""


class PageModel(NamedTuple):
    """A model for a page.

    Args:
        name: of the bot, or of the model's folder.
        facts: what the page must know besides the weights, as JSON values.
        weights: the bytes of all arrays, at the offsets that the facts name.
    """

    name: str
    facts: dict[str, Any]
    weights: bytes


def page_model(model: Model, int8: bool = False) -> PageModel:
    """Prepares a model for a page.

    Args:
        model: a loaded model folder.
        int8: store each row of a matrix as whole numbers from -127 to 127 with a scale; else weights stay as they are.

    Raises:
        ModelError: the folder's parts do not fit together.
    """
    arrays, weights = stored_arrays(model.weights, int8)
    is_chat = isinstance(model.card.architecture, EncoderDecoderConfig)
    opened = ChatModel(model) if is_chat else ScriptModel(model)
    own = _of_chat(opened) if isinstance(opened, ChatModel) else _of_script(opened)
    name = opened.name if isinstance(opened, ChatModel) else model.path.resolve().name
    facts = {
        "name": name,
        "architecture": model.card.architecture.to_json(),
        "arrays": arrays,
        "vocabulary": _vocabulary(model.tokenizer),
        "normalisation": opened.normalisation.to_json(),
        "alphabet": model.card.corpus.get("alphabet"),
        **own,
    }
    return PageModel(name, facts, weights)


def _of_chat(opened: ChatModel) -> dict[str, Any]:
    values = {"candidates": _CANDIDATES, **opened.defaults}
    penalty = chat_options(opened.defaults).dullness_penalty
    return {
        "turns": opened.turns,
        "longest_context": opened.encoder.longest_context,
        "longest_word": pretokens.LONGEST,
        "ranking": {
            "anti": ranking.ANTI * penalty,
            "first_words": ranking.FIRST_WORDS,
            "length": ranking.LENGTH * penalty,
            "long_enough": ranking.LONG_ENOUGH,
            "repetition": ranking.REPETITION,
        },
        "options": _options((*_DRAWING, "max_new_tokens", "candidates", "seed"), values),
    }


def _of_script(opened: ScriptModel) -> dict[str, Any]:
    style = opened.style
    return {
        "shape": opened.shape.__dict__,
        "rare_speakers": list(opened.rare_speakers.values()),
        "layout": {
            "format": style.format,
            "name": style.line_prefix("X").split("X"),  # what stands before and behind a speaker's name
            "suffix": style.line_suffix,
            "scene_break": style.scene_opening(None, first=False),
        },
        "options": _options((*_DRAWING, "lines", "seed"), {"lines": DEFAULT_LINES, **opened.card.decoding}),
    }


def _options(names: tuple[str, ...], values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of the table of options as a page shows them; a text that a browser cannot check is left to its message."""
    found = []
    for name in names:
        option = TABLE[name]
        kind, fits = option.values, option.values.fits
        is_whole = kind.kind == "whole"
        found.append(
            {
                "name": name,
                "help": option.help.partition("  [")[0],
                "allowed": f"{name} must be {option.allowed}.".replace("None", "empty"),
                "value": values.get(name, getattr(ChatOptions, name)),
                "whole": is_whole,
                "least": kind.least if is_whole else 0,
                "open": not is_whole and not fits(0.0),  # 0 itself is not allowed
                "most": (2**32 - 1 if name == "seed" else kind.most) if is_whole else None if fits(2.0) else 1,
            }
        )
    return found


def _vocabulary(tokenizer: Tokenizer) -> dict[str, Any]:
    stored = tokenizer.to_json()
    words = stored.get("words")
    return stored if words is None else {**stored, "pattern": _in_javascript(pretokens.pattern(words).pattern)}


def _in_javascript(pattern: str) -> str:
    """A pattern of Python's `re` as one of JavaScript with the flag `u`, for what pretokens use."""
    for found, written in _CLASSES.items():
        pattern = pattern.replace(found, written)
    return pattern


def stored_arrays(weights: Mapping[str, NDArray[np.floating]], int8: bool) -> tuple[list[dict[str, Any]], bytes]:
    """Arrays as a page holds them.

    Args:
        weights: the arrays by name.
        int8: as `page_model` takes it.

    Returns:
        Of each array its name, shape, dtype and offset, and the bytes of all of them.
    """
    arrays: list[dict[str, Any]] = []
    stored = bytearray()
    for name, array in weights.items():
        if array.ndim == 2 and name not in _LOOKED_UP:
            array = array.T
        dtype, content = (
            ("int8", _int8(array)) if int8 and array.ndim == 2 else (str(array.dtype), _little(array).tobytes())
        )
        arrays.append({"name": name, "shape": list(array.shape), "dtype": dtype, "offset": len(stored)})
        stored += content + bytes(-len(content) % _ALIGNMENT)
    return arrays, bytes(stored)


def _little(array: NDArray[np.floating]) -> NDArray[np.floating]:
    return np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))


def _int8(matrix: NDArray[np.floating]) -> bytes:
    """The scale of each row (float32), then all rows in whole numbers."""
    scales, whole = rounded(matrix)
    return _little(scales).tobytes() + whole.tobytes()


def rounded(matrix: NDArray[np.floating]) -> tuple[NDArray[np.float32], NDArray[np.int8]]:
    """A matrix as a scale for each row, and whole numbers from -127 to 127 that are to be multiplied by it."""
    scales = np.abs(matrix.astype(np.float32)).max(axis=1) / np.float32(_LARGEST_INT8)
    return scales, np.round(matrix / np.where(scales > 0, scales, 1)[:, None]).astype(np.int8)
