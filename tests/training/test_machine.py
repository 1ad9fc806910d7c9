import os

import pytest

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
