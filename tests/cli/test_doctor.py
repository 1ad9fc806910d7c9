import importlib.util
import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from textgen.cli import doctor
from textgen.cli.main import cli


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["doctor", *arguments])


def test_the_json_object() -> None:
    values = json.loads(run("--json").stdout)
    assert values["packages"]["numpy"] is not None
    assert values["threads"] >= 1
    assert values["precision"] in ("float32", "bfloat16") and values["precision"] in values["lstm"]
    assert values["training_possible"] == (not values["missing"])


def test_what_is_missing_comes_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec

    def find(name: str, package: str | None = None) -> Any:
        return None if name in ("keras", "tensorflow") else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", find)
    output = run().stdout
    assert "not possible, tensorflow, keras missing" in output
    assert 'pip install "textgen-keras[train]"' in output


@pytest.mark.parametrize(
    ("gpu", "words"),
    [
        ({"driver": False, "names": [], "cuda_packages": False}, "no NVIDIA driver"),
        ({"driver": True, "names": ["H100"], "cuda_packages": True}, "H100, and the CUDA packages"),
        ({"driver": True, "names": [], "cuda_packages": False}, "tensorflow[and-cuda]"),
    ],
)
def test_graphics_cards(gpu: dict[str, Any], words: str) -> None:
    facts = {**doctor.machine_facts(), "gpu": gpu}
    assert any(words in line for line in doctor.describe(facts))


def test_packages_that_are_not_installed_are_told() -> None:
    facts = doctor.machine_facts()
    facts["packages"]["matplotlib"] = None
    assert any("matplotlib not installed" in line for line in doctor.describe(facts))
