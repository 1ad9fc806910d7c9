"""The page for everybody: screen readers, the keyboard alone, small windows, dark and light, with a key, offline."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.serving.page.browser import Page

pytestmark = pytest.mark.slow
TAB, ENTER, ESCAPE, DOWN = "\ue004", "\ue007", "\ue00c", "\ue015"
VIEWS = [
    "talk",
    "write",
    "inside/surprise",
    "inside/next",
    "inside/neurons",
    "inside/attention",
    "inside/neighbours",
    "inside/runs",
]
KEY = "a-key-of-this-test"


def fill(page: "Page", view: str) -> None:
    """Brings a view into a state with much to see."""
    if view == "talk":
        page.one(".composer textarea").send_keys("hello" + ENTER)
        page.until(lambda: page.texts(".reply .seed"))
    elif view == "write":
        page.one(".page").send_keys("JERRY: Hello." + ENTER)
        page.press("Next word")
        page.until(lambda: page.all(".choices .chip"))
    elif view != "inside/runs":
        page.press("Look")
        page.until(lambda: page.all(".found > *"))
        for tokens in page.all(".tokens"):
            tokens.send_keys(DOWN)


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_at_a_desk_and_on_a_phone_dark_and_light(page: "Page", view: str) -> None:
    from selenium_axe_python import Axe

    page.open(view)
    fill(page, view)
    axe = Axe(page.driver)
    axe.inject()
    try:
        for width, theme in ((1400, "light"), (1400, "dark"), (360, "light"), (360, "dark")):
            page.window(width, 800)
            page.theme(theme)
            found = axe.run()["violations"]
            assert [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]] == [], (
                width,
                theme,
            )
            assert page.run("return document.documentElement.scrollWidth") <= width
            too_wide = (
                "const {scrollWidth, clientWidth} = document.querySelector('main'); return scrollWidth - clientWidth"
            )
            assert page.run(too_wide) == 0
    finally:
        page.window(1200, 900)
        page.theme("light")


def test_the_keyboard_alone_is_enough(page: "Page") -> None:
    page.open()
    page.run("document.activeElement.blur()")
    focused = page.driver.switch_to
    focused.active_element.send_keys(TAB)
    assert focused.active_element.text == "Skip to the content"
    focused.active_element.send_keys(ENTER)
    assert page.run("return document.activeElement.id") == "main"
    for _ in range(20):
        focused.active_element.send_keys(TAB)
        if focused.active_element.tag_name == "textarea":
            break
    focused.active_element.send_keys("hello" + ENTER)
    page.until(lambda: page.texts(".reply .seed"))
    page.until(lambda: page.run("return document.activeElement.tagName") == "TEXTAREA")  # ready for the next message
    assert page.run("return document.querySelector('[role=status]').textContent").startswith("Wren: ")


def test_a_panel_opens_and_closes_with_the_keyboard(page: "Page") -> None:
    page.window(360, 700)
    try:
        page.open()
        page.button("Settings").send_keys(ENTER)
        page.until(lambda: page.all("#settings"))
        page.driver.switch_to.active_element.send_keys(ESCAPE)
        page.until(lambda: not page.all("#settings"))
    finally:
        page.window(1200, 900)


def test_nothing_moves_where_that_is_unwanted(page: "Page") -> None:
    page.driver.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-reduced-motion", "value": "reduce"}]}
    )
    page.open()
    page.one(".composer textarea").send_keys("hello" + ENTER)
    page.until(lambda: page.texts(".reply .seed"))
    assert page.run("return document.getAnimations().length") == 0
    page.theme("light")


def test_the_chosen_colours_stay(page: "Page") -> None:
    page.open()
    background = "return getComputedStyle(document.body).backgroundColor"
    light = page.run(background)
    for _ in range(2):
        page.press("Colours: Auto" if page.all("[aria-label='Colours: Auto']") else "Colours: Light")
    assert page.run(background) != light
    page.driver.refresh()
    page.until(lambda: page.all("main > *"))
    assert page.run(background) != light


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that wants a key."""
    from tests.serving.page.browser import serving

    folder: Path = tmp_path_factory.mktemp("guarded")
    (folder / "key.txt").write_text(KEY, "utf-8")
    with serving(folder, "--api-key-file", "key.txt") as found:
        yield found


def test_a_key_is_asked_for_once_and_kept_for_the_session(page: "Page", guarded: str) -> None:
    address, page.address = page.address, guarded
    try:
        page.go("talk")
        for key in ("a-wrong-key", KEY):
            page.until(lambda: page.all("dialog"))
            page.field("Key of this server").send_keys(key + ENTER)
        page.until(lambda: page.all(".composer"))
        page.driver.refresh()
        page.until(lambda: page.all(".composer"))
        assert not page.all("dialog")
        assert [
            entry for entry in page.complaints() if "401" not in entry
        ] == []  # the browser notes the answer's status
    finally:
        page.address = address
        page.go("talk")
