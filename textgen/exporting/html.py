"""A model as one HTML page that opens in any browser, without a network: `page/` has its program and its looks."""

import base64
import hashlib
import html
import json
import re
from functools import cache
from graphlib import TopologicalSorter
from importlib.resources import files
from typing import Any

from textgen.config import EncoderDecoderConfig
from textgen.exporting.page_model import page_model
from textgen.model_folder import Model

_FILES = files("textgen.exporting") / "page"
_IMPORT = re.compile(r'^import (\{[^}]*\}) from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
_PROGRAM = "program"
_PLACE = re.compile(r"\{\{(\w+)\}\}")


def html_page(model: Model, int8: bool = False) -> str:
    """Gives a page that talks or writes with a model.

    Args:
        model: a loaded model folder.
        int8: store the weights in 8 bits, a scale for each row; else as they are.

    Returns:
        The whole page. It loads nothing, and its policy forbids it to.

    Raises:
        ModelError: the folder's parts do not fit together.
    """
    is_chat = isinstance(model.card.architecture, EncoderDecoderConfig)
    kind = "chat" if is_chat else "script"
    return assembled(model, kind, _read(f"{kind}_page.js"), int8)


def assembled(model: Model, body: str, program: str, int8: bool = False) -> str:
    """Puts a page together.

    Args:
        model: a loaded model folder.
        body: which body it has, `chat` or `script`.
        program: the module that is run; it may import those of `page/`.
        int8: as `html_page` takes it.
    """
    held = page_model(model, int8)
    script, style = joined(program), _read("page.css")
    doing = "It answers" if body == "chat" else "It writes"
    cell, parameters = model.card.architecture.cell.upper(), f"{model.card.architecture.parameters:,}"
    parts = {
        "policy": f"default-src 'none'; script-src {_hash(script)} 'wasm-unsafe-eval'; style-src {_hash(style)}; "
        "base-uri 'none'; form-action 'none'",
        "title": html.escape(held.name),
        "subtitle": f"A small neural network ({cell}) with {parameters} weights. {doing} inside this page: nothing you "
        "type leaves it.",
        "style": style,
        "body": _read(f"{body}.html"),
        "facts": _within_markup(held.facts),
        "weights": base64.b64encode(held.weights).decode(),
        "script": script,
    }
    return _PLACE.sub(lambda place: parts[place[1]], _read("page.html"))


def joined(program: str) -> str:
    """A module and all modules of `page/` that it needs as one, each before those that import it.

    Each becomes a function that gives what the module exports, so that none sees what others keep to themselves.
    """
    sources, needed, waiting = {_PROGRAM: program}, dict[str, set[str]](), [_PROGRAM]
    while waiting:
        name = waiting.pop()
        needed[name] = {found for _, found in _IMPORT.findall(sources[name])}
        for found in needed[name] - sources.keys():
            sources[found] = _read(f"{found}.js")
            waiting.append(found)
    order = TopologicalSorter({name: sorted(needed[name]) for name in sorted(needed)}).static_order()
    return "\n".join(_as_function(name, sources[name]) for name in order)


def _as_function(name: str, source: str) -> str:
    exported = ", ".join(_EXPORT.findall(source))
    body = _EXPORT.sub("", _IMPORT.sub(r"const \1 = $\2;", source))
    return f"const ${name} = (() => {{\n{body}\nreturn {{ {exported} }};\n}})();"


@cache
def _read(name: str) -> str:
    return (_FILES / name).read_text(encoding="utf-8")


def _within_markup(values: dict[str, Any]) -> str:
    """JSON in which nothing can end the element that holds it."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _hash(content: str) -> str:
    """How a policy names the only script or style that it allows."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"
