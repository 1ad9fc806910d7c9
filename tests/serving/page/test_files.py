"""The page's own files: what they may not do, whoever changes them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import textgen

PAGE = Path(textgen.__file__).parent / "serving" / "page"
MODULES = sorted(PAGE.rglob("*.js"))
MOST_LINES = 260


def test_there_are_modules_in_each_view() -> None:
    assert {path.parent.name for path in MODULES} == {"page", "talk", "write", "inside"}


def test_text_never_becomes_markup_or_code() -> None:
    for path in MODULES:
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", path.read_text("utf-8")
        ), path


def test_nothing_comes_from_another_host_or_from_inside_the_document() -> None:
    for path in [*MODULES, PAGE / "style.css", PAGE / "index.html"]:
        assert re.findall(r"https?://(?!www\.w3\.org/2000/svg)", path.read_text("utf-8")) == [], path
    tags: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, dict(attrs)))

    Reader().feed((PAGE / "index.html").read_text("utf-8"))
    assert all(values.get("src") for tag, values in tags if tag == "script")
    assert not any(tag == "style" or "style" in values for tag, values in tags)


def test_every_word_is_in_one_file() -> None:
    """No text with two words in a row stands in another module, comments and names of classes aside."""
    for path in MODULES:
        if path.name != "words.js":
            code = re.sub(r"//[^\n]*|/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
            assert re.findall(r"[\"'`>][A-Z][a-z]+ [a-z]+", code) == [], path


def test_every_word_that_is_used_is_there_and_the_other_way_round() -> None:
    code = "".join(path.read_text("utf-8") for path in MODULES if path.name != "words.js")
    used = {
        part
        for name in re.findall(r"\bwords((?:\.\w+)+)", code.replace("words.js", ""))
        for part in name[1:].split(".")
    }
    there = set(re.findall(r"^ {2,4}(\w+)[:,]", (PAGE / "words.js").read_text("utf-8"), re.MULTILINE))
    methods = {"map"}
    assert used - methods == there


def test_every_module_is_small_and_says_what_it_is() -> None:
    for path in MODULES:
        lines = path.read_text("utf-8").splitlines()
        assert lines[0].startswith("// ") and len(lines) <= MOST_LINES, path
