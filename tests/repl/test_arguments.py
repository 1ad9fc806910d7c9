"""Paths and models as people type them."""

from pathlib import Path

import pytest

from textgen.repl.arguments import models_here, typed_path


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
