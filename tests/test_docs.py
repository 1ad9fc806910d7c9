"""README.md and docs/: what they name exists, what exists is named, links lead somewhere, and Python examples run."""

import re
from dataclasses import fields
from pathlib import Path

import click
import pytest

import textgen
from textgen import errors
from textgen.cli.main import cli
from textgen.config import AdversarialConfig
from textgen.corpus.format_table import DIALOGUE_FORMATS, SCRIPT_FORMATS
from textgen.decoding.option_row import rows
from textgen.repl.commands import COMMANDS

ROOT = Path(textgen.__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md"))]
GUIDES = [
    *PAGES,
    *(ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "benchmarks/README.md", "corpora/README.md")),
]

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"(?:^|&& |\| )textgen ([a-z][a-z0-9-]*)\b([^\n&|#]*)", re.MULTILINE)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_IMAGE = re.compile(r"!\[[^\]]+\]\(([^)\s]+)\)")
_LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def commands() -> dict[str, click.Command]:
    context = click.Context(cli)
    return {name: cli.get_command(context, name) for name in cli.list_commands(context)}  # type: ignore[misc]


def examples(page: Path) -> list[tuple[str, str]]:
    """The command lines in a page, in blocks of code and in running text, each as its command and the rest."""
    text = page.read_text(encoding="utf-8")
    blocks = [body for _, body in _FENCED.findall(text)]
    return _EXAMPLE.findall("\n".join([*blocks, *re.findall(r"`([^`\n]+)`", _FENCED.sub("", text))]))


def python_blocks(page: Path) -> list[str]:
    return [body for language, body in _FENCED.findall(page.read_text(encoding="utf-8")) if language == "python"]


def anchor(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def section(text: str, heading: str) -> str:
    return text.split(f"\n## {heading}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_and_options_in_examples_exist(page: Path) -> None:
    known = commands()
    for name, rest in examples(page):
        assert name in known, f"textgen {name}"
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert set(re.findall(r"(?<!\S)--[a-z0-9-]+", rest)) - {"--help"} <= options, f"textgen {name}{rest}"


def test_the_pages_have_examples_of_every_command() -> None:
    found = [name for page in PAGES for name, _ in examples(page)]
    assert len(found) > 60
    assert set(found) == set(commands())
    assert {"train-script", "generate", "inspect"} <= {name for name, _ in examples(README)}


@pytest.mark.parametrize("name", list(commands()))
def test_every_option_of_a_command_is_in_docs(name: str) -> None:
    docs = "\n".join(page.read_text(encoding="utf-8") for page in PAGES[1:])
    options = [option for parameter in commands()[name].params for option in parameter.opts if option[:2] == "--"]
    shown = [rf"`[^`\n]*{option}\b|^textgen .*{option}\b" for option in options]
    assert [option for option, way in zip(options, shown, strict=True) if not re.search(way, docs, re.MULTILINE)] == []


def test_every_format_is_in_docs() -> None:
    text = read("docs/formats.md")
    for heading, formats in (("Scripts", SCRIPT_FORMATS), ("Dialogues", DIALOGUE_FORMATS)):
        cells = "".join(re.findall(r"^\| (`.*?) \|", section(text, heading), re.MULTILINE))
        named = re.findall(r"`([a-z0-9-]+)`", cells)
        assert set(formats) <= set(named), heading


def test_every_command_of_the_chat_is_in_docs() -> None:
    named = re.findall(r"`/([a-z0-9-]+)", section(read("docs/chat.md"), "In the terminal"))
    assert set(named) == set(COMMANDS)


def test_every_public_name_is_in_docs() -> None:
    text = read("docs/api.md")
    missing = [name for name in textgen.__all__ if f"textgen.{name}`" not in text and f"textgen.{name}(" not in text]
    assert missing == []
    for kind in (textgen.ScriptWriter, textgen.Chatbot):
        part = section(text, kind.__name__)
        methods = [name for name in dir(kind) if not name.startswith("_")]
        assert [name for name in methods if not re.search(rf"`{name}[`(]", part)] == []
    for name in ("ConfigurationError", "CorpusError", "ModelError", "TrainingError", "MissingExtraError"):
        assert hasattr(errors, name) and f"`{name}`" in text


def test_every_page_that_lists_options_has_all_of_them() -> None:
    flags = {option for parameter in commands()["generate"].params for option in parameter.opts if option[:2] == "--"}
    assert [flag for flag in flags - {"--debug"} if not re.search(rf"{flag}\b", read("docs/scripts.md"))] == []
    chat = {name for name, option in rows(textgen.ChatOptions).items() if option.known_to("talking")}
    listed = re.findall(r"^\| `([a-z0-9_]+)`", section(read("docs/chat.md"), "In the terminal"), re.MULTILINE)
    assert sorted(listed) == sorted(chat)
    api = read("docs/api.md")
    writing = set(rows(textgen.DecodingOptions))
    for heading, names in (("ScriptWriter", writing), ("Chatbot", (chat | writing) - (chat & writing))):
        assert [name for name in names if f"`{name}`" not in section(api, heading)] == [], heading


def test_every_setting_of_adversarial_training_is_in_docs() -> None:
    text = read("docs/adversarial.md").replace("--", "").replace("-", "_")
    assert [field.name for field in fields(AdversarialConfig) if f"`{field.name}`" not in text] == []


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(_FENCED.sub("", page.read_text(encoding="utf-8"))):
        if link.startswith(("http:", "https:")):
            continue
        name, _, place = link.partition("#")
        target = (page.parent / name) if name else page
        assert target.is_file(), link
        if place:
            assert place in map(anchor, _HEADING.findall(target.read_text(encoding="utf-8"))), link


def test_the_pictures_are_there_and_small() -> None:
    shown = {page.parent / name for page in PAGES for name in _IMAGE.findall(page.read_text(encoding="utf-8"))}
    assert shown == set((ROOT / "docs" / "pictures").iterdir())
    assert all(picture.stat().st_size < 60_000 for picture in shown)


def test_the_site_shows_every_page() -> None:
    nav = read("mkdocs.yml").split("\nnav:\n")[1].split("\n\n")[0]
    assert sorted(re.findall(r"(\w+\.md)$", nav, re.MULTILINE)) == [page.name for page in PAGES[1:]]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_examples_are_python(page: Path) -> None:
    for block in python_blocks(page):
        compile(block, page.name, "exec")


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "docs/chat.md", "docs/api.md"])
def test_python_examples_with_the_included_model_run(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = [text for text in python_blocks(ROOT / page) if 'load("smalltalk")' in text and "writer" not in text]
    assert blocks
    for block in blocks:
        exec(compile(block, page, "exec"), {"textgen": textgen})
    assert capsys.readouterr().out


def test_readme_is_short_and_its_samples_are_those_of_docs() -> None:
    text = README.read_text(encoding="utf-8")
    assert len(text.split()) <= 1500
    pages = read("docs/chat.md") + read("docs/scripts.md")
    samples = [body for language, body in _FENCED.findall(text) if not language]
    assert len(samples) == 2 and all(sample in pages for sample in samples)
