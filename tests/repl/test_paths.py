from pathlib import Path

import pytest

from textgen.repl.paths import typed_path


def test_a_tilde_is_the_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert typed_path("~/talk.json") == tmp_path / "talk.json"
    assert typed_path("talk~.json") == Path("talk~.json")
    assert typed_path("~no such person/x") == Path("~no such person/x")
