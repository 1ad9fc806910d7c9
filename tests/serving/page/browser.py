"""The page in a real Chromium: a server of its own, and what a person does with it."""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

DATA = Path(__file__).parents[2] / "data"
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
Value = TypeVar("Value")

PATIENCE = 30
"""Seconds: a machine that does something else, too, is slow."""


_SEEN = "[...document.querySelectorAll(arguments[0])].filter((one) => one.checkVisibility())"


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[str]:
    """A server in a folder whose `runs/` has a small script model with its training; gives its address."""
    shutil.copytree(DATA / "run-v2" / "model", folder / "runs" / "show", dirs_exist_ok=True)
    (folder / "runs" / "show" / "training" / "samples.txt").write_text("== step 1 ==\nJERRY: <b>soup</b>\n", "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "textgen", "serve", "--port", str(port), *options]
    process = subprocess.Popen(command, cwd=folder)
    address = f"http://127.0.0.1:{port}/"
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(address):
            assert process.poll() is None and time.monotonic() < deadline, "the server did not start"
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}health") as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


class Page:
    """A tab that shows the page.

    Args:
        address: of the server.
        downloads: where files go that the page hands out.
    """

    def __init__(self, address: str, downloads: Path) -> None:
        options = ChromeOptions()
        options.binary_location = CHROMIUM or ""
        for flag in (
            "headless=new",
            "no-sandbox",
            "disable-gpu",
            "disable-background-networking",
            "disable-dev-shm-usage",
        ):
            options.add_argument(f"--{flag}")
        options.add_experimental_option("prefs", {"download.default_directory": str(downloads)})
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = Chrome(options=options, service=Service(DRIVER))
        self.address, self.downloads = address, downloads
        self.window(1200, 900)

    def open(self, view: str = "talk", **kept: Any) -> None:
        """Shows a view as a person who has never been here sees it, or one whose browser has kept something."""
        self.go(view)
        self.run("dispatchEvent(new Event('pagehide'))")  # so that it keeps nothing of its own afterwards
        self.run("localStorage.clear(); sessionStorage.clear()")
        for name, value in kept.items():
            self.run("localStorage.setItem(`textgen/${arguments[0]}`, arguments[1])", name, json.dumps(value))
        self.driver.refresh()
        self.until(lambda: self.all("main > *"))

    def go(self, view: str) -> None:
        """Goes to a view."""
        self.driver.get(f"{self.address}#{view}")

    def window(self, width: int, height: int) -> None:
        """Makes the window so large, even if it is smaller than a browser's own smallest one."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def theme(self, name: str) -> None:
        """Wants the page light or dark."""
        feature = {"name": "prefers-color-scheme", "value": name}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def all(self, selector: str) -> list[WebElement]:
        """The elements that can be seen."""
        return list(self.run(f"return {_SEEN}", selector))

    def one(self, selector: str) -> WebElement:
        """The first element that can be seen, as soon as there is one."""
        return self.until(lambda: self.all(selector))[0]

    def button(self, name: str, within: str = "") -> WebElement:
        """The button of that name, as soon as it can be pressed; the last where there are several."""
        named = "(one) => [one.innerText, one.ariaLabel].includes(arguments[1]) && !one.disabled"
        return self.until(lambda: self.run(f"return {_SEEN}.filter({named})", f"{within} button", name))[-1]

    def press(self, name: str, within: str = "") -> None:
        """Presses a button."""
        self.button(name, within).click()

    def texts(self, selector: str) -> list[str]:
        """The texts of the elements that can be seen."""
        return list(self.run(f"return {_SEEN}.map((one) => one.innerText)", selector))

    def field(self, label: str) -> WebElement:
        """The control with that label."""
        named = "(one) => [one.ariaLabel, ...[...one.labels].map((label) => label.innerText)].includes(arguments[1])"
        return self.until(lambda: self.run(f"return {_SEEN}.filter({named})", "input, select, textarea", label))[0]

    def choose(self, label: str, value: str) -> None:
        """Chooses a value in the list with that label."""
        Select(self.field(label)).select_by_value(value)

    def run(self, script: str, *values: Any) -> Any:
        """The value of some JavaScript."""
        return self.driver.execute_script(script, *values)

    def until(self, found: Callable[[], Value]) -> Value:
        """Waits until something is there."""
        return WebDriverWait(self.driver, PATIENCE, poll_frequency=0.05).until(lambda _: found())

    def downloaded(self, name: str) -> bytes:
        """A file that the page has handed out."""
        path = self.downloads / name
        self.until(lambda: path.exists() and path.stat().st_size)  # the browser first makes an empty one
        content = path.read_bytes()
        path.unlink()
        return content

    def complaints(self) -> list[str]:
        """What the console said, and what was asked of other hosts."""
        console = [entry["message"] for entry in self.driver.get_log("browser")]  # type: ignore[no-untyped-call]
        urls = self.run("return performance.getEntriesByType('resource').map((entry) => entry.name)")
        ours = urlsplit(self.address).netloc
        return console + [url for url in urls if urlsplit(url).netloc != ours and not url.startswith("blob:")]


def conversation(content: bytes) -> list[tuple[str, str]]:
    """The messages and replies of a saved conversation."""
    saved = json.loads(content)
    assert saved["format"] == "textgen conversation"
    return [(one["message"], one["reply"]) for one in saved["exchanges"]]
