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


@pytest.mark.parametrize(("driver", "packages", "path"), [(1, 1, "cuDNN"), (1, 0, "fused loop"), (0, 1, "fused loop")])
def test_the_path_of_the_lstm_is_told(monkeypatch: pytest.MonkeyPatch, driver: bool, packages: bool, path: str) -> None:
    monkeypatch.setattr(doctor, "_driver_visible", lambda: bool(driver))
    monkeypatch.setattr(doctor, "_version", lambda package: "9.1" if packages or "cudnn" not in package else None)
    facts = doctor.machine_facts()
    assert facts["lstm"].startswith(path)
    assert f"training    possible: {path}" in "\n".join(doctor.describe(facts))
    assert facts["precision"] in facts["lstm"]


def test_packages_that_are_not_installed_are_told() -> None:
    facts = doctor.machine_facts()
    facts["packages"]["matplotlib"] = None
    assert any("matplotlib not installed" in line for line in doctor.describe(facts))
