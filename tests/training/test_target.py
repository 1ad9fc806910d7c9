"""Where a model is built, and how it takes its place."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from textgen.errors import ConfigurationError
from textgen.model_folder import ModelFolder
from textgen.training.target import RUNS, Target, building, final_name


def test_what_was_built_stands_in_its_place_whole(tmp_path: Path) -> None:
    folder = ModelFolder(tmp_path / "deep" / "model")
    with building(folder) as new:
        (new.training / "ids").write_text("1")
        assert not folder.path.exists()
    assert (folder.training / "ids").read_text() == "1"
    assert [path.name for path in folder.path.parent.iterdir()] == ["model"]


@pytest.mark.parametrize("failure", [KeyboardInterrupt, ValueError])
def test_a_failure_leaves_nothing_behind(tmp_path: Path, failure: type[BaseException]) -> None:
    with pytest.raises(failure), building(ModelFolder(tmp_path / "model")) as new:
        (new.training / "ids").write_text("1")
        raise failure
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("interrupted_after_a_folder")
def test_an_interruption_while_the_folder_is_made_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), building(ModelFolder(tmp_path / "model")):
        pass
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_try_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / ".model.building"
    (left / "training").mkdir(parents=True)
    for name in ("training/ids", "vocabulary.json", ".weights.safetensors.123.part"):
        (left / name).touch()
    with building(ModelFolder(tmp_path / "model")):
        pass
    assert [path.name for path in tmp_path.rglob("*")] == ["model", "training"]


@pytest.mark.parametrize("suffix", [".building", ".new", ".old"])
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_textgen_has_not_made_is_never_deleted(suffix: str, overwrite: bool) -> None:
    if overwrite:
        model(Path("mine"), "old")
    theirs = model(Path(f".mine{suffix}")) / "novel.txt"
    theirs.write_text("Chapter 1", encoding="utf-8")
    sentence = (
        rf"\.mine{suffix} is where a model is built .* holds novel\.txt, which textgen has not made: move it away"
    )
    with pytest.raises(ConfigurationError, match=sentence):
        target("mine", overwrite=overwrite)
    assert theirs.read_text(encoding="utf-8") == "Chapter 1"
    assert not Path(".mine.lock").exists()


@pytest.mark.parametrize("link", [False, True])
def test_a_file_or_a_link_where_a_model_is_built_is_left_alone(link: bool) -> None:
    elsewhere = model(Path("elsewhere"))
    Path(".mine.new").symlink_to(elsewhere) if link else Path(".mine.new").touch()
    with pytest.raises(ConfigurationError, match=r"\.mine\.new is where a model is built .* it is no folder"):
        target("mine", overwrite=True)
    assert Path(".mine.new").exists() and (elsewhere / "model.json").exists()


def test_what_a_person_put_into_a_model_folder_outlives_the_model() -> None:
    (model(Path("mine"), "old") / "notes.txt").write_text("my notes", encoding="utf-8")
    with target("mine", overwrite=True) as new:
        model(new.building.path, "new")
        new.finish()
    assert Path("mine/model.json").read_text(encoding="utf-8") == "new"
    assert Path("mine/notes.txt").read_text(encoding="utf-8") == "my notes"
    assert [path.name for path in Path().iterdir()] == ["mine"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def model(path: Path, content: str = "{}") -> Path:
    path.mkdir(parents=True)
    (path / "model.json").write_text(content, encoding="utf-8")
    return path


def target(out: str | Path | None, resume: bool = False, overwrite: bool = False) -> Target:
    return Target(out, "show", resume, overwrite)


def test_the_usual_folder_is_numbered_where_it_is_taken() -> None:
    assert target(None).final.path == RUNS / "show"
    assert target(None).described == "runs/show"
    model(RUNS / "show")
    assert target(None).final.path == RUNS / "show-2"
    assert target(None).described == "runs/show-2 (runs/show exists already)"
    model(RUNS / "show-2")
    assert target(None).final.path == RUNS / "show-3"
    assert target(None, overwrite=True).described == "runs/show"
    assert target("mine").described == "mine"


def test_what_goes_on_is_named_where_there_are_several() -> None:
    model(RUNS / "show")
    for other in ("show-2x", "show-1", "shows-2"):
        model(RUNS / other)
    (RUNS / "show-4").mkdir()
    assert target(None, resume=True).final.path == RUNS / "show"
    model(RUNS / "show-10"), model(RUNS / "show-3")
    sentence = "without --out, but there are runs/show, runs/show-3, runs/show-10: name one of them with --out"
    with pytest.raises(ConfigurationError, match=sentence):
        target(None, resume=True)
    assert target("runs/show-3", resume=True).started
    assert target(None, overwrite=True).final.path == RUNS / "show"


def test_a_folder_that_holds_a_model_is_refused() -> None:
    model(Path("mine"))
    with pytest.raises(ConfigurationError, match="mine holds a model already: give --resume"):
        target("mine")


@pytest.mark.parametrize("asked", [{}, {"resume": True}, {"overwrite": True}])
def test_a_folder_of_something_else_is_refused_whatever_is_asked(asked: dict[str, bool]) -> None:
    Path("photos").mkdir()
    Path("photos/cat.jpg").write_bytes(b"cat")
    Path("file").write_bytes(b"cat")
    for path in ("photos", "file"):
        with pytest.raises(ConfigurationError, match="exists and is no model folder"):
            target(path, **asked)
    assert Path("photos/cat.jpg").read_bytes() == b"cat"


def test_a_folder_may_be_told_by_dots(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (model(Path("mine")) / "training").mkdir()
    for here, dots in (("mine", "."), ("mine/training", "..")):
        monkeypatch.chdir(tmp_path / here)
        with target(dots, resume=True) as again:
            assert again.started
            assert again.final.path == tmp_path / "mine"


@pytest.mark.parametrize("overwrite", [False, True])
def test_the_final_name_is_known_while_it_is_built(overwrite: bool) -> None:
    for name in ["show"] if overwrite else ["show", ".hidden", "show.new"]:
        if overwrite:
            model(Path(name))
        assert final_name(target(name, overwrite=overwrite).building.path) == name


def test_resume_and_overwrite_exclude_each_other() -> None:
    with pytest.raises(ConfigurationError, match="Both resume and overwrite"):
        target("mine", resume=True, overwrite=True)


def test_a_new_folder_is_built_in_place() -> None:
    with target("mine") as new:
        assert new.building.path == new.final.path == Path("mine")
        assert not new.started
        model(Path("mine"))
        assert new.started
        new.finish()
    assert sorted(path.name for path in Path().iterdir()) == ["mine"]


def test_resume_where_nothing_is_has_not_started() -> None:
    assert not target("mine", resume=True).started


def test_overwriting_swaps_only_at_the_end() -> None:
    model(Path("mine"), "old")
    with target("mine", overwrite=True) as new:
        assert new.building.path == Path(".mine.new")
        model(new.building.path, "new")
        assert Path("mine/model.json").read_text(encoding="utf-8") == "old"
        new.finish()
    assert Path("mine/model.json").read_text(encoding="utf-8") == "new"
    assert sorted(path.name for path in Path().iterdir()) == ["mine"]


def test_overwriting_begins_anew_where_an_earlier_try_was_left() -> None:
    model(Path("mine"), "old")
    model(Path(".mine.new"), "half")
    assert not target("mine", overwrite=True).started
    assert Path("mine/model.json").read_text(encoding="utf-8") == "old"


def test_an_interrupted_overwrite_is_resumed_beside() -> None:
    model(Path("mine"), "old")
    model(Path(".mine.new"), "half")
    again = target("mine", resume=True)
    assert again.started
    assert again.building.path == Path(".mine.new")
    again.finish()
    assert Path("mine/model.json").read_text(encoding="utf-8") == "half"


def test_an_unfinished_replacement_is_not_left_for_a_later_run_to_go_on_with() -> None:
    half = model(Path(".mine.new"), "half")  # an overwriting run was killed, and then a person deleted the old model
    with pytest.raises(ConfigurationError, match=r"replacement lies in \.mine\.new: give --resume .*, --overwrite"):
        target("mine")
    assert half.exists() and not Path(".mine.lock").exists()
    assert target("mine", resume=True).building.path == half
    assert target("mine", overwrite=True).building.path == Path("mine")
    assert not half.exists()


def test_a_crash_between_the_two_renames_of_a_swap_loses_nothing() -> None:
    model(Path(".mine.old"), "old")
    model(Path(".mine.new"), "new")
    again = target("mine", resume=True)
    assert again.started
    again.finish()
    assert Path("mine/model.json").read_text(encoding="utf-8") == "new"
    assert not Path(".mine.new").exists()


def test_folders_that_a_person_named_new_and_old_are_left_alone() -> None:
    for name in ("mine", "mine.new", "mine.old"):
        model(Path(name), name)
    new = target("mine", overwrite=True)
    model(new.building.path, "new")
    new.finish()
    assert [Path(name, "model.json").read_text("utf-8") for name in ("mine", "mine.new", "mine.old")] == [
        "new",
        "mine.new",
        "mine.old",
    ]


def test_the_root_is_no_model_folder() -> None:
    with pytest.raises(ConfigurationError, match="/ was to be the model folder, but it has no name: give another"):
        target("/")


def test_two_runs_never_work_in_one_folder() -> None:
    half = model(Path(".mine.new"), "half")
    with target("mine", resume=True) as first:
        for asked in ({}, {"resume": True}, {"overwrite": True}):
            with pytest.raises(ConfigurationError, match="another process is training it at this moment: wait for its"):
                target(Path("mine").resolve(), **asked)
        assert half.exists()
        assert target("other").final.path != first.final.path
    assert target("mine", overwrite=True).final.path == first.final.path
    assert not half.exists()


CLAIMING = """
import sys
from textgen.errors import ConfigurationError
from textgen.training.target import Target
try:
    Target(sys.argv[1], "show", resume=False, overwrite=False)
except ConfigurationError as error:
    sys.exit(str(error))
"""


def test_the_lock_holds_whatever_the_settings_of_the_other_process_are(tmp_path: Path) -> None:
    settings = {**os.environ, "TMPDIR": str(tmp_path), "HOME": str(tmp_path / "home")}
    claim = [sys.executable, "-c", CLAIMING, str(tmp_path / "mine")]
    with target("mine"):
        found = subprocess.run(claim, env=settings, capture_output=True, text=True)
    assert "another process is training it at this moment" in found.stderr
    assert list(tmp_path.iterdir()) == []
    assert subprocess.run(claim, env=settings).returncode == 0


def test_an_empty_path_is_not_the_folder_one_is_in() -> None:
    with pytest.raises(ConfigurationError, match="out is empty; it must be a path"):
        target("")
