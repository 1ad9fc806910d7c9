"""What is built and installed: metadata, the wheel's content, and a clone without its dependencies."""

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
import yaml

from textgen.starters import PRETRAINED

ROOT = Path(__file__).parents[1]


def test_without_its_dependencies_chat_py_names_the_command_that_installs_them() -> None:
    done = subprocess.run([sys.executable, "-S", "-E", str(ROOT / "chat.py")], capture_output=True, text=True)
    assert done.returncode == 1
    assert "pip install -e ." in done.stderr and "numpy" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_classifiers_name_the_pythons_that_are_tested() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"]))
    assert named == workflow["jobs"]["tests"]["strategy"]["matrix"]["python"]


def test_the_oldest_packages_are_those_of_the_metadata() -> None:
    printed = subprocess.run([sys.executable, ROOT / ".ci" / "floors.py"], capture_output=True, text=True, check=True)
    floors = dict(line.split("==") for line in printed.stdout.splitlines())
    assert {"numpy", "click", "tensorflow", "keras", "onnx", "starlette"} <= set(floors)
    assert all(re.fullmatch(r"[\d.]+", version) for version in floors.values())
    allowed = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert all(f'"{name}>={version}' in allowed for name, version in floors.items())


def test_commits_are_checked_by_the_ruff_that_is_known_to_work() -> None:
    (known,) = re.findall(r"^ruff==(.+)$", (ROOT / "constraints.txt").read_text(encoding="utf-8"), re.MULTILINE)
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    assert [hook["rev"] for hook in hooks if "ruff" in hook["repo"]] == [f"v{known}"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The wheel and the sdist of what git would commit here."""
    clone, out = tmp_path_factory.mktemp("clone"), tmp_path_factory.mktemp("dist")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            (clone / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, clone / name)
    subprocess.run(
        [sys.executable, "-m", "build", "--quiet", "--outdir", str(out), str(clone)], check=True, capture_output=True
    )
    return next(out.glob("*.whl")), next(out.glob("*.tar.gz"))


@pytest.mark.slow
def test_the_wheel_has_models_samples_and_types_and_nothing_else(built: tuple[Path, Path]) -> None:
    names = zipfile.ZipFile(built[0]).namelist()
    assert "textgen/py.typed" in names and "textgen/samples/sitcom.txt" in names
    for name in PRETRAINED:
        assert f"textgen/pretrained/{name}/weights.safetensors" in names
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"textgen"}


@pytest.mark.slow
def test_the_sdist_can_run_its_tests(built: tuple[Path, Path]) -> None:
    with tarfile.open(built[1]) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    folders = ("tests/conftest.py", "corpora/sitcom.txt", "docs/index.md", "benchmarks/README.md", ".ci/floors.py")
    for needed in (*folders, "examples/3_look_inside.ipynb", ".github/workflows/ci.yml", "chat.py"):
        assert needed in names


@pytest.mark.slow
def test_the_index_would_take_them(built: tuple[Path, Path]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "twine", "check", "--strict", *map(str, built)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_installed_wheel_chats_and_writes_a_sample_out(built: tuple[Path, Path], tmp_path: Path) -> None:
    place = tmp_path / "installed"
    venv.create(place, with_pip=True)
    program = place / "bin"
    subprocess.run([program / "pip", "install", "--quiet", str(built[0])], check=True, capture_output=True)
    said = subprocess.run(
        [program / "textgen", "chat", "--seed", "3"],
        input="hello there\n",
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert said.returncode == 0 and said.stdout.strip(), said.stderr
    subprocess.run([program / "textgen", "sample-corpus", "sitcom"], check=True, capture_output=True, cwd=tmp_path)
    assert (tmp_path / "sitcom.txt").stat().st_size > 100_000
