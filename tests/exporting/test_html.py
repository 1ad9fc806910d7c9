"""The exported page: one file that loads nothing, small enough, and nothing in it becomes markup."""

import json
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from tests.generation.small import chat_model, saved_model
from textgen.cli.export import command
from textgen.errors import ModelError
from textgen.exporting.html import html_page, joined
from textgen.exporting.page_model import page_model
from textgen.model_folder import Model, ModelFolder


class Elements(HTMLParser):
    """Collects the elements of a page, with their attributes and the text right inside of them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None], str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs), ""))

    def handle_data(self, data: str) -> None:
        if self.found:
            tag, attributes, text = self.found[-1]
            self.found[-1] = (tag, attributes, text + data)

    def of(self, tag: str) -> list[tuple[dict[str, str | None], str]]:
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


@pytest.mark.parametrize("kind", ["script", "wren"])
def test_it_is_one_small_file_that_loads_nothing(kind: str, request: pytest.FixtureRequest) -> None:
    model: Model = request.getfixturevalue(kind)
    page = html_page(model)
    stored = sum(array.nbytes for array in model.weights.values())
    assert len(page.encode()) <= 1.4 * stored + 300_000
    elements = Elements(page)
    named = [value for _, attributes, _ in elements.found for name, value in attributes.items() if name in _LOADING]
    assert named == []
    assert "url(" not in elements.of("style")[0][1] and "@import" not in page
    ((policy, _),) = [meta for meta in elements.of("meta") if "http-equiv" in meta[0]]
    assert re.fullmatch(
        r"default-src 'none'; script-src 'sha256-\S+' 'wasm-unsafe-eval'; style-src 'sha256-\S+'; "
        r"base-uri 'none'; form-action 'none'",
        policy["content"] or "",
    )


_LOADING = ("src", "href", "action", "srcset", "style", "onclick", "onload")


def test_eight_bits_make_it_smaller(script: Model, wren: Model) -> None:
    for model in (script, wren):
        whole, small = page_model(model), page_model(model, int8=True)
        assert len(small.weights) < 0.56 * len(whole.weights)
        assert len(whole.weights) <= sum(array.nbytes for array in model.weights.values()) + 4 * len(model.weights)


def test_names_and_vocabularies_are_no_markup(tmp_path: Path) -> None:
    model = chat_model(replies_by="</script><script>alert(1)</script><!--")
    page = html_page(model)
    elements = Elements(page)
    assert len(elements.of("script")) == 3
    shown = [elements.of(tag)[0][1].strip() for tag in ("title", "h1")]
    assert shown == ["</script><script>alert(1)</script><!--"] * 2
    ((_, facts),) = [script for script in elements.of("script") if script[0].get("id") == "model"]
    assert json.loads(facts)["name"] == "</script><script>alert(1)</script><!--"


def test_modules_are_joined_each_once_before_those_that_need_it() -> None:
    program = joined('import { Chatbot } from "./chatbot.js";\nimport { LSTM } from "./lstm.js";\n')
    names = re.findall(r"^const \$(\w+) = ", program, re.MULTILINE)
    assert len(set(names)) == len(names) and names[-1] == "program"
    for place, body in enumerate(re.split(r"^const \$\w+ = ", program, flags=re.MULTILINE)[1:]):
        assert set(re.findall(r"^const \{[^}]*\} = \$(\w+);$", body, re.MULTILINE)) <= set(names[:place])
    assert "import " not in program and not re.search("^export ", program, re.MULTILINE)


def test_it_needs_no_framework(tmp_path: Path) -> None:
    code = (
        "import sys; from textgen.cli.main import main; sys.argv = ['textgen', *sys.argv[1:]]\n"
        "try: main()\nfinally: assert not {'tensorflow', 'keras'} & set(sys.modules)"
    )
    out = tmp_path / "small.html"
    model = saved_model(tmp_path / "model")
    arguments = ["export", "--model", str(model), "--format", "html", "--out", str(out)]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True)
    assert out.read_text(encoding="utf-8") == html_page(ModelFolder(model).load())


def export(*arguments: Any) -> Any:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    model = saved_model(tmp_path / "model")
    for out, told in ((tmp_path / "none" / "x.html", "does not exist: make it first"), (tmp_path, "it is a folder")):
        done = export("--model", model, "--format", "html", "--out", out)
        assert done.exit_code == 2 and told in done.output
    done = export("--model", tmp_path / "nothing", "--format", "html", "--out", tmp_path / "x.html")
    assert isinstance(done.exception, ModelError)
    assert str(done.exception).endswith("(such as runs/seinfeld), or smalltalk or english, which come along.")
    assert not (tmp_path / "x.html").exists()
    done = export("--model", model, "--format", "html", "--out", tmp_path / "x.html")
    assert done.exit_code == 0 and "open it in a browser" in done.stderr


def test_the_help_names_the_models_that_come_along() -> None:
    assert "The model folder, or smalltalk or english, which come along." in " ".join(export("--help").output.split())


def test_a_matrix_of_zeros_has_no_scale(script: Model) -> None:
    zeros = {name: np.zeros_like(array) for name, array in script.weights.items()}
    assert not any(page_model(replace(script, weights=zeros), int8=True).weights)
