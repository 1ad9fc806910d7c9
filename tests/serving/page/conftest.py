"""Fixtures of the browser's tests; without Chromium they are skipped with a reason."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.serving.page.browser import Page


@pytest.fixture(scope="session")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the model that comes along and a small script model."""
    browser = _browser()
    with browser.serving(tmp_path_factory.mktemp("server")) as found:
        yield found


@pytest.fixture(scope="module")
def tab(address: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Page"]:
    """A tab for a file of tests: to start a browser takes seconds."""
    page = _browser().Page(address, tmp_path_factory.mktemp("downloads"))
    yield page
    page.driver.quit()


@pytest.fixture
def page(tab: "Page") -> Iterator["Page"]:
    """The page; whatever was done with it, the console stayed empty and no other host was asked."""
    yield tab
    assert tab.complaints() == []


def _browser():  # type: ignore[no-untyped-def]
    pytest.importorskip("selenium", reason="the extra browser is not installed")
    from tests.serving.page import browser

    if not (browser.CHROMIUM and browser.DRIVER):
        pytest.skip("there is no chromium with its chromedriver on this machine")
    return browser
