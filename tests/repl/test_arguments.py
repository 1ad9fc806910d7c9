"""Paths and models as people type them."""

from pathlib import Path

import pytest

from textgen.errors import ConfigurationError
from textgen.repl.arguments import models_here, typed_options, typed_path


def test_models_are_folders_under_runs_with_a_card(tmp_path: Path) -> None:
    for name in ("b", "a", "unfinished"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    for name in ("b", "a"):
        (tmp_path / "runs" / name / "model.json").touch()
    assert models_here(tmp_path) == [tmp_path / "runs" / "a", tmp_path / "runs" / "b"]
    assert models_here(tmp_path / "elsewhere") == []


def test_a_tilde_is_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert typed_path("~/talk.json") == tmp_path / "talk.json"
    assert typed_path("talk~.json") == Path("talk~.json")
    assert typed_path("~no such person/x") == Path("~no such person/x")


def test_texts_may_be_given_several_times_and_other_options_once() -> None:
    assert typed_options(["stop=a", "stop=b", "top_k=3"]) == {"stop": ("a", "b"), "top_k": 3}
    assert typed_options(["stop", "None"]) == {"stop": ()}
    with pytest.raises(ConfigurationError, match="temperature more than once"):
        typed_options(["temperature=0.5", "temperature=0.9"])
