"""The benchmark of the server, small."""

from pathlib import Path

import pytest

from tests.benchmarks.scripts import script

serving = script("serving")


@pytest.mark.slow
def test_a_small_run_has_all_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "TOKENS", 4)
    folder = tmp_path / "words"
    serving.make_model(folder, words=50, units=16)
    with serving.server(folder) as (port, process):
        rows = serving.measure_throughput(folder, port, 1)
        assert [row["system"] for row in rows] == [
            "batch loop",
            "batch loop of a writer",
            "32 streams",
            "one after another",
        ]
        alone, amid = serving.measure_first_token(folder, port, 1, step=0.01)
        assert amid["steps_later"] == pytest.approx((amid["milliseconds"] - alone["milliseconds"]) / 10)
        memory = serving.measure_memory(folder, port, process, 40)
        assert memory[-1]["megabytes"] > 10
