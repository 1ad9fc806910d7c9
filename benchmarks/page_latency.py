"""How long an exported page takes for a token in Chromium, against NumPy on the same core.

    OPENBLAS_NUM_THREADS=1 taskset -c 1 python benchmarks/page_latency.py --model smalltalk

Both write greedily on one sequence, constraints and choice included, in turns. Needs the extra `browser`, and
`chromium` with `chromedriver`.
"""

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from measuring import Row, interleaved, shown

import textgen
from textgen.api import open_folder
from textgen.exporting.html import html_page

PEER = "NumPy"
TOKENS = 200
ROUNDS = 7

_OF_CHAT = """
const options = { temperature: 0, candidates: 1, repetition_penalty: 1, max_new_tokens: arguments[0], seed: 0 };
let tokens = 0;
while (tokens < arguments[0]) {
  const work = textgen.drafts(["do you like soup?"], options, 0);
  for (;;) { const { value, done } = work.next(); if (done) { tokens += value[0].ids.length; break; } }
}
return tokens;
"""
_OF_SCRIPT = """
const options = { temperature: 0, repetition_penalty: 1, max_new_tokens: arguments[0], seed: 0, characters: [] };
const work = textgen.begin({}).write(options);
for (;;) { const { value, done } = work.next(); if (done) return value.ids.length; }
"""


def row_of(case: str, seconds: dict[str, float], tokens: dict[str, int]) -> list[Row]:
    """Microseconds a token of each, and how often NumPy's they are."""
    each = {name: 1e6 * seconds[name] / tokens[name] for name in seconds}
    return [
        {"case": case, "system": name, "microseconds": value, "times_numpy": value / each[PEER]}
        for name, value in each.items()
    ]


def browser() -> Any:
    """Chromium without a window."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"):
        options.add_argument(argument)
    options.binary_location = shutil.which("chromium") or ""
    return webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measure a token in an exported page, against NumPy.")
    parser.add_argument("--model", nargs="+", default=["smalltalk"], metavar="DIR")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    asked = parser.parse_args()
    rows: list[Row] = []
    driver = browser()
    with tempfile.TemporaryDirectory() as folder:
        for name in asked.model:
            page = Path(folder) / "page.html"
            page.write_text(html_page(open_folder(name).load()), encoding="utf-8")
            driver.get(page.as_uri())
            while not driver.execute_script("return globalThis.textgen !== undefined"):
                pass
            rows += _measured(name, driver)
    driver.quit()
    print(shown(rows, asked.json, {"microseconds": ",.0f", "times_numpy": ".2f"}))


def _measured(name: str, driver: Any) -> list[Row]:
    model = textgen.load(name)
    tokens: dict[str, int] = {}

    def in_numpy() -> None:
        tokens[PEER] = _write(model)

    def in_page() -> None:
        program = _OF_CHAT if isinstance(model, textgen.Chatbot) else _OF_SCRIPT
        tokens["page"] = driver.execute_script(program, TOKENS)

    return row_of(Path(name).name, interleaved({PEER: in_numpy, "page": in_page}, ROUNDS), tokens)


def _write(model: Any) -> int:
    """Writes about as many tokens in Python; how many they were."""
    if isinstance(model, textgen.ScriptWriter):
        model.write(temperature=0, max_new_tokens=TOKENS, lines=10 * TOKENS)
        return TOKENS
    written = 0
    while written < TOKENS:
        model.reset()
        reply = model.reply("do you like soup?", temperature=0)
        written += len(model.tokenizer.encode(reply)) + 1
    return written


if __name__ == "__main__":
    main()
