import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.conftest import TINY
from textgen.errors import ConfigurationError
from textgen.training import machine


@pytest.mark.parametrize(
    ("flags", "precision"),
    [(set(), "float32"), ({"avx512f"}, "float32"), ({"amx_bf16"}, "bfloat16"), ({"avx512_bf16", "sse"}, "bfloat16")],
)
def test_precision_follows_from_the_flags_alone(
    monkeypatch: pytest.MonkeyPatch, flags: set[str], precision: str
) -> None:
    monkeypatch.setattr(machine, "processor_flags", lambda: flags)
    assert machine.best_precision() == precision
    assert machine.best_precision(on_card=True) == "float32"


def test_a_batch_is_cut_for_cores_but_not_for_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "thread_count", lambda: 6)
    assert machine.most_shards() == 6
    monkeypatch.setattr("textgen.models.kernels.has_graphics_card", lambda: True)
    assert machine.most_shards() == 1


def test_a_system_without_a_list_of_flags_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*arguments: object, **options: object) -> str:
        raise FileNotFoundError

    monkeypatch.setattr(machine.Path, "read_text", fail)
    assert machine.processor_flags() == set()


def test_threads_are_those_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 3, 5}, raising=False)
    assert machine.thread_count() == 3


@pytest.mark.parametrize(("cores", "own"), [(2, "1"), (4, "1"), (16, "4")])
def test_cores_get_operations_of_their_own(monkeypatch: pytest.MonkeyPatch, cores: int, own: str) -> None:
    monkeypatch.setattr(machine, "thread_count", lambda: cores)
    for name in ("INTRAOP", "INTEROP"):
        monkeypatch.setenv(f"TF_NUM_{name}_THREADS", "")  # so that it is put back afterwards
        monkeypatch.delenv(f"TF_NUM_{name}_THREADS")
    assert not machine.cores_are_shared()
    machine.share_cores()
    assert (os.environ["TF_NUM_INTRAOP_THREADS"], os.environ["TF_NUM_INTEROP_THREADS"]) == (own, str(cores))
    assert machine.cores_are_shared()


def test_what_a_person_has_set_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("INTRAOP", "INTEROP"):
        monkeypatch.setenv(f"TF_NUM_{name}_THREADS", "7")
    machine.share_cores()
    assert (os.environ["TF_NUM_INTRAOP_THREADS"], os.environ["TF_NUM_INTEROP_THREADS"]) == ("7", "7")
    assert not machine.cores_are_shared()


def test_the_speed_is_measured_in_operations_a_second() -> None:
    assert 1e7 < machine.measure_flops("float32", batch=8, hidden=32) < 1e14


def test_keras_with_another_backend_in_this_process_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keras", SimpleNamespace(config=SimpleNamespace(backend=lambda: "jax")))
    with pytest.raises(ConfigurationError, match=r"with its jax backend, .*: set KERAS_BACKEND=tensorflow before"):
        machine.compute_with_tensorflow()


_TRAINING = """
import json, os, sys, textgen
writer = textgen.train_script(sys.argv[1], sys.argv[2], steps=2, quiet=True, **json.loads(sys.argv[3]))
import keras
print(keras.config.backend(), os.environ.get("KERAS_BACKEND"), writer.write(lines=1).text != "")
"""


@pytest.mark.slow
@pytest.mark.parametrize("given", ["jax", None])
def test_training_computes_with_tensorflow_whatever_backend_is_set(
    tmp_path: Path, corpus: Path, given: str | None
) -> None:
    """In the environment, or in keras.json; neither package has to be installed."""
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "torch"}), encoding="utf-8")
    done = run(_TRAINING, given, tmp_path, str(corpus), str(tmp_path / "model"), json.dumps(TINY))
    assert done.stdout.split() == ["tensorflow", str(given), "True"], done.stderr


_EXPORTING = """
import sys, textgen
sys.modules["torch"] = None  # not installed, wherever this runs
try:
    textgen.load(sys.argv[1]).to_keras()
except textgen.TextgenError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_backend_that_is_not_installed_is_one_sentence(tmp_path: Path) -> None:
    done = run(_EXPORTING, "torch", tmp_path, str(Path(__file__).parents[1] / "data" / "script-v2"))
    assert done.stdout.strip().endswith("torch is not installed: set KERAS_BACKEND=tensorflow, or install it.")
    assert done.stderr == ""


def run(program: str, backend: str | None, keras_home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name not in ("KERAS_BACKEND", "KERAS_HOME")}
    environment |= {"KERAS_HOME": str(keras_home)} | ({"KERAS_BACKEND": backend} if backend else {})
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True)
