from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from tests.generation.small import chat_model
from textgen.api import load
from textgen.chatbot import Chatbot
from textgen.explanation.page import attention_map

HOSTILE = "<script>alert(1)</script></style><img src=//x.example onerror=a> & \"quoted' \x1b[2J"


class _Elements(HTMLParser):
    """The elements of a page, their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags, self.attributes, self.text = set[str](), list[tuple[str, str | None]](), ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def checked(page: str) -> _Elements:
    """The elements of a page that may hold neither a script nor anything from elsewhere."""
    found = _Elements(page)
    assert not found.tags & {"script", "img", "link", "iframe", "a", "object"}
    assert not {"src", "href", "style"} & {name for name, _ in found.attributes}
    assert not any(name.startswith("on") for name, _ in found.attributes)
    assert "url(" not in page and "@import" not in page and "default-src 'none'" in page
    return found


def test_a_text_is_never_markup(untrained: Path) -> None:
    page = load(untrained).explain(f"JERRY: {HOSTILE}\nELAINE: No.").to_html()
    found = checked(page)
    assert "\x1b" not in page
    assert sum(value == "0" for name, value in found.attributes if name == "tabindex") == 5 + len(HOSTILE) + len("No.")


def test_a_page_of_a_reply_shows_where_it_looked_and_the_candidates() -> None:
    bot = Chatbot(chat_model("word"))
    bot.reply(HOSTILE, seed=1, candidates=4)
    explained = bot.explain()
    found = checked(explained.to_html())
    assert "table" in found.tags
    for candidate in explained.candidates:
        assert candidate.reply.text in found.text and f"{candidate.score:.2f}" in found.text


def test_shares_are_rounded_as_they_are_stored() -> None:
    """In float32, 0.165 is a little more than 16.5%, and times 100 just that."""
    assert ">17<" in attention_map(["hi"], ["hi"], np.array([[0.165]], np.float32), None)


@pytest.mark.slow
def test_a_copying_bot_shows_what_it_copied() -> None:
    wren = load("smalltalk")
    wren.reply("my name is Zolt", seed=3)
    assert "copied" in checked(wren.explain().to_html()).text
