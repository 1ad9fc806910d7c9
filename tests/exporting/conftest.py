"""Fixtures: a browser, and models whose pages are opened in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from textgen.model_folder import Model, ModelFolder
from textgen.starters import SMALLTALK, open_folder

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    from tests.exporting.browser import chromium

    with chromium() as driver:
        yield driver


@pytest.fixture(scope="session")
def script() -> Model:
    """A small trained script model, from a frozen folder."""
    return ModelFolder(DATA / "script-v2").load()


@pytest.fixture(scope="session")
def wren() -> Model:
    """The chat model that comes along."""
    return open_folder(SMALLTALK).load()
