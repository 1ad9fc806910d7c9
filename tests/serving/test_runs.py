"""The runs that a server shows."""

from pathlib import Path

from tests.serving.conftest import MODELS, serving

RUN = MODELS["judged"] / "training" / "run.json"


def test_runs_are_followed_while_they_train(tmp_path: Path) -> None:
    for name, lock in (("show", False), (".film.new", True)):
        (tmp_path / name / "training").mkdir(parents=True)
        (tmp_path / name / "training" / "run.json").write_bytes(RUN.read_bytes())
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


def test_a_run_is_there_before_its_first_validation(tmp_path: Path) -> None:
    training = tmp_path / "show" / "training"
    training.mkdir(parents=True)
    (training / "run.json").write_bytes(RUN.read_bytes())
    (tmp_path / ".show.lock").touch()
    with serving(runs=tmp_path) as server:
        (begun,) = server.ask("/api/runs").json["runs"]
        assert (begun["id"], begun["kind"], begun["finished"]) == ("show", "script", False) and begun["updated"] > 0
        assert server.ask("/api/runs/show").json["history"] == {}
        (training / "samples.txt").write_text("== step 5 ==\nJERRY: Hello.\n", encoding="utf-8")
        assert server.ask("/api/runs").json["runs"][0]["updated"] > begun["updated"]


def test_a_run_whose_description_is_damaged_has_no_kind(tmp_path: Path) -> None:
    for name, text in (("one", "{"), ("two", "[]"), ("three", '{"kind": 3}'), ("four", "[" * 100_000)):
        (tmp_path / name / "training").mkdir(parents=True)
        (tmp_path / name / "training" / "run.json").write_text(text, encoding="utf-8")
    with serving(runs=tmp_path) as server:
        assert [run["kind"] for run in server.ask("/api/runs").json["runs"]] == [None] * 4
