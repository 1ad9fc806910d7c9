from pathlib import Path

from textgen.repl.models import models_here


def test_models_are_folders_under_runs_with_a_card(tmp_path: Path) -> None:
    for name in ("b", "a", "unfinished"):
        (tmp_path / "runs" / name).mkdir(parents=True)
    for name in ("b", "a"):
        (tmp_path / "runs" / name / "model.json").touch()
    assert models_here(tmp_path) == [tmp_path / "runs" / "a", tmp_path / "runs" / "b"]
    assert models_here(tmp_path / "elsewhere") == []
