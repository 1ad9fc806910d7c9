"""The runs that a server shows."""

from pathlib import Path

from tests.serving.conftest import MODELS, serving


def test_runs_are_followed_while_they_train(tmp_path: Path) -> None:
    run = MODELS["judged"]
    for name, lock in (("show", False), (".film.new", True)):
        (tmp_path / name / "training").mkdir(parents=True)
        (tmp_path / name / "model.json").write_bytes((run / "model.json").read_bytes())
        (tmp_path / name / "training" / "history.csv").write_text("step,loss\n5,1.5\n10,nan\n", encoding="utf-8")
        if lock:
            (tmp_path / ".film.lock").touch()
    (tmp_path / "show" / "training" / "samples.txt").write_text("== step 5 ==\nJERRY: Hello.\n", encoding="utf-8")
    with serving(runs=tmp_path) as server:
        listed = {one["id"]: one for one in server.ask("/api/runs").json["runs"]}
        assert {name: (one["kind"], one["finished"]) for name, one in listed.items()} == {
            "show": ("script", True),
            "film": ("script", False),
        }
        found = server.ask("/api/runs/show").json
        assert found["history"] == {"step": [5, 10], "loss": [1.5, None]} and "JERRY" in found["samples"]
        for name in ("../show", "%2e%2e/show", "nobody", ".film.new"):
            assert server.ask(f"/api/runs/{name}").status == 404
