"""The pages as people use them, in Chromium."""

import re
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.exporting.browser import opened, ready, until
from textgen.exporting.html import html_page
from textgen.model_folder import Model

pytestmark = pytest.mark.slow


@pytest.fixture
def chat(browser: Any, tmp_path: Path, wren: Model) -> Any:
    return ready(opened(browser, tmp_path, html_page(wren, int8=True)))


@pytest.fixture
def writing(browser: Any, tmp_path: Path, script: Model) -> Any:
    return ready(opened(browser, tmp_path, html_page(script)))


def click(page: Any, name: str) -> None:
    page.execute_script("arguments[0].click();", page.find_element("id", name))


def put(page: Any, name: str, value: str) -> None:
    page.execute_script("document.querySelector(`[name=${arguments[0]}]`).value = arguments[1];", name, value)


def say(page: Any, text: str) -> str:
    """Sends a message and waits for the reply."""
    page.find_element("id", "message").send_keys(text + "\n")
    return reply_of(page)


def reply_of(page: Any) -> str:
    until(page, lambda it: it.execute_script("return !document.getElementById('send').disabled"))
    found: str = page.execute_script("return document.getElementById('talk').lastChild.lastChild.textContent")
    return found


def lines_of(page: Any) -> list[str]:
    """Waits for the script and gives its lines."""
    until(page, lambda it: it.execute_script("return !document.getElementById('write').disabled"))
    found: list[str] = page.execute_script(
        "return [...document.querySelectorAll('#paper p')].map((line) => "
        "[...line.children].map((part) => part.textContent).join(': '))"
    )
    return found


def complaints(page: Any) -> list[Any]:
    """What the console says, and what the page tried to load."""
    loaded = page.execute_script("return performance.getEntriesByType('resource').map((one) => one.name)")
    return [*page.get_log("browser"), *loaded]


def test_open_settings_leave_the_newest_reply_in_view(chat: Any) -> None:
    chat.set_window_size(1280, 900)
    for text in ("hello", "what do you like?", "why?", "i see"):
        say(chat, text)
    chat.execute_script("document.querySelector('summary').click()")
    until(chat, lambda it: it.execute_script("return document.querySelector('details').open"))
    until(
        chat,
        lambda it: it.execute_script(
            "const last = document.getElementById('talk').lastChild.getBoundingClientRect();"
            "return last.bottom <= document.querySelector('footer').getBoundingClientRect().top + 1 && last.bottom > 0"
        ),
    )
    assert chat.execute_script("return document.documentElement.scrollHeight - innerHeight") <= 0
    assert chat.execute_script("return document.querySelector('main').clientHeight") > 100


def test_a_conversation(chat: Any) -> None:
    put(chat, "temperature", "0")
    say(chat, "my name is Zolt")
    assert "Zolt" in say(chat, "what is my name?")
    put(chat, "temperature", "1")
    put(chat, "seed", "4")
    before = reply_of(chat)
    click(chat, "again")
    after = reply_of(chat)
    assert after and after != before
    click(chat, "forget")
    first = say(chat, "do you like soup?")
    click(chat, "forget")
    assert chat.execute_script("return document.getElementById('talk').childElementCount") == 0
    assert say(chat, "do you like soup?") == first
    assert complaints(chat) == []


def test_no_message_becomes_markup(chat: Any) -> None:
    typed = "<img src=x onerror=document.title=1> <b>bold</b> &amp;"
    say(chat, typed)
    assert chat.execute_script("return document.querySelector('#talk .you p').textContent") == typed
    assert chat.execute_script("return document.querySelectorAll('#talk b, #talk img').length") == 0
    assert complaints(chat) == []


def test_a_setting_that_makes_no_sense_is_told(chat: Any) -> None:
    for name, value, told in (
        ("temperature", "-1", "greater than or equal to 0"),
        ("top_p", "0", "above 0 and at most 1"),
        ("candidates", "1.5", "valid value"),
        ("min_p", "", "min_p must be"),
    ):
        put(chat, name, value)
        chat.find_element("id", "message").send_keys("hello\n")
        message = chat.execute_script("return document.querySelector(`[name=${arguments[0]}]`).validationMessage", name)
        assert told in message
        assert chat.execute_script("return document.getElementById('talk').childElementCount") == 0
        assert chat.execute_script("return document.querySelector('details').open")
        put(chat, name, "1")
    say(chat, "hello")


def test_a_script_as_asked(writing: Any) -> None:
    put(writing, "lines", "6")
    put(writing, "seed", "3")
    click(writing, "write")
    first = lines_of(writing)
    assert len(first) == 6 and all(re.match(r"(JERRY|ELAINE|GEORGE|KRAMER): ", line) for line in first)
    assert writing.find_element("id", "status").text == "Seed 3"
    click(writing, "more")
    both = lines_of(writing)
    assert len(both) == 12 and both[:6] == first
    click(writing, "write")
    assert lines_of(writing) == first
    for box in writing.find_elements("css selector", "#characters input"):
        if box.get_attribute("value") in ("GEORGE", "KRAMER"):
            writing.execute_script("arguments[0].click();", box)
    writing.execute_script("document.getElementById('opener').selectedIndex = 1")
    writing.find_element("id", "text").send_keys("The so")
    click(writing, "write")
    opening, *others = lines_of(writing)
    speaker = writing.execute_script("return document.getElementById('opener').selectedOptions[0].textContent")
    assert opening.startswith(f"{speaker}: The so")
    assert {line.partition(":")[0] for line in others} <= {"GEORGE", "KRAMER"}
    assert complaints(writing) == []


def test_writing_can_be_stopped(writing: Any) -> None:
    put(writing, "lines", "100000")
    click(writing, "write")
    until(writing, lambda it: it.execute_script("return document.getElementById('paper').childElementCount > 3"))
    click(writing, "stop")
    stopped = lines_of(writing)
    time.sleep(0.2)
    assert 3 <= len(lines_of(writing)) == len(stopped) < 100000
    assert complaints(writing) == []


@pytest.mark.parametrize(
    ("style", "speakers"), [("captions", False), ("plain", False), ("play", True), ("fountain", True)]
)
def test_other_layouts(browser: Any, tmp_path: Path, script: Model, style: str, speakers: bool) -> None:
    shape = script.card.corpus["shape"]
    if not speakers:
        shape = {**shape, "narration": True, "scenes": False, "spelled_names": False}
    corpus = {**script.card.corpus, "style": {"format": style}, "shape": shape}
    model = replace(script, card=replace(script.card, corpus=corpus))
    page = ready(opened(browser, tmp_path, html_page(model)))
    put(page, "lines", "3")
    click(page, "write")
    assert len(lines_of(page)) == 3
    assert complaints(page) == []


def test_a_page_with_altered_code_does_nothing(browser: Any, tmp_path: Path, script: Model) -> None:
    page = html_page(script).replace("globalThis.textgen = writer;", "globalThis.textgen = 1;")
    opened(browser, tmp_path, page)
    time.sleep(0.5)
    assert browser.execute_script("return globalThis.textgen") is None
    assert any("Content Security Policy" in entry["message"] for entry in browser.get_log("browser"))
