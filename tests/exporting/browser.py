"""Chromium without a window, and pages opened in it from disk."""

import base64
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from textgen.exporting.html import assembled
from textgen.exporting.page_model import stored_arrays
from textgen.generation.chat_model import ChatModel
from textgen.generation.script_model import ScriptModel
from textgen.model_folder import Model

_ARGUMENTS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking")

_PROGRAM = """
import { Chatbot } from "./chatbot.js";
import { Pieces } from "./constraints.js";
import { EncoderDecoder } from "./encoder_decoder.js";
import { LanguageModel, repeated } from "./language_model.js";
import { beginning, repetition, score } from "./ranking.js";
import { draw, penalise, transform, uniform } from "./sampling.js";
import { ScriptWriter } from "./script_writer.js";
import { normalised } from "./tokenizer.js";
import { bytesOf, floatOf, Weights } from "./weights.js";
import { takeModel } from "./page.js";

const [facts, weights] = takeModel();
const model = "turns" in facts ? new Chatbot(facts, weights) : new ScriptWriter(facts, weights);
const whole = (work) => { for (;;) { const { value, done } = work.next(); if (done) return value; } };
const numbers = (list) => Float32Array.from(list, (value) => value ?? -Infinity);
const masks = (constraints, ids) => ids.map((id) => {
  const allowed = constraints.map((one) => one.allowed()).filter((mask) => mask !== null);
  constraints = constraints.map((one) => one.advance(id));
  return Array.from(allowed[0], (_, k) => (allowed.every((mask) => mask[k]) ? "1" : "0")).join("");
});
globalThis.engine = {
  model, whole, masks, numbers, LanguageModel, EncoderDecoder, Weights, Pieces, bytesOf, floatOf, repeated, beginning,
  repetition, score, draw, penalise, transform, uniform, normalised,
};
"""


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser that is closed in the end; `chromium` and `chromedriver` must be installed."""
    from selenium import webdriver  # of the extra `browser`, which the quick tests do without

    options = webdriver.ChromeOptions()
    for argument in _ARGUMENTS:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


def opened(driver: Any, folder: Path, page: str) -> Any:
    """The browser with a page in it that lies in a folder."""
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    driver.get_log("browser")
    driver.get(path.as_uri())
    return driver


def ready(driver: Any) -> Any:
    """The browser once the model of its page is opened."""
    until(driver, lambda it: it.execute_script("return document.body.classList.contains('ready')"))
    return driver


def until(driver: Any, holds: Callable[[Any], Any]) -> None:
    """Waits until something holds, a minute at most."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, 60, 0.05).until(holds)


class Engine:
    """What the page's program is made of, with a model, to be called one by one.

    Args:
        driver: the browser.
        folder: where the page may lie.
        model: of the page.
    """

    def __init__(self, driver: Any, folder: Path, model: Model) -> None:
        is_chat = model.card.kind == "chat"
        self.opened = ChatModel(model) if is_chat else ScriptModel(model)
        self._driver = opened(driver, folder, assembled(model, model.card.kind, _PROGRAM))

    def run(self, script: str, *arguments: Any) -> Any:
        """What a program returns; it has `engine`, `model` and its arguments as `a`, `b` and `c`."""
        names = "abc"[: len(arguments)]
        head = f"const {{ model }} = engine, [{','.join(names)}] = arguments;" if names else "const { model } = engine;"
        return self._driver.execute_script(f"{head}\n{script}", *arguments)


def network_arguments(weights: dict[str, Any], int8: bool = False) -> tuple[list[dict[str, Any]], str]:
    """Arrays as `engine.Weights` takes them, and their bytes in base64."""
    arrays, content = stored_arrays(weights, int8)
    return arrays, base64.b64encode(content).decode()


def finite(values: Any) -> list[float | None]:
    """Numbers as JSON can hold them: None stands for minus infinity."""
    return [float(value) if np.isfinite(value) else None for value in values]
