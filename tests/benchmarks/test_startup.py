"""How soon textgen is ready: the figures."""

import pytest

from tests.benchmarks.scripts import script

startup = script("startup")
Run = script("measuring").Run


def test_rows_are_medians_and_shares_of_the_peer() -> None:
    peer = [Run(4.0, 4.0, 500.0, ""), Run(2.0, 2.0, 600.0, ""), Run(3.0, 3.0, 550.0, "")]
    help_ = [Run(0.1, 0.2, 20.0, ""), Run(0.3, 0.4, 22.0, ""), Run(0.9, 0.9, 55.0, "")]
    found = startup.rows_of({startup.PEER: peer, "textgen --help": help_})
    assert [row["system"] for row in found] == ["tensorflow", "textgen --help"]
    figures = {key: found[1][key] for key in ("seconds", "seconds_to_the_end", "megabytes")}
    assert figures == {"seconds": 0.3, "seconds_to_the_end": 0.4, "megabytes": 22.0}
    assert found[1]["share_of_time"] == pytest.approx(0.1)
    assert found[1]["share_of_memory"] == pytest.approx(0.04)


def test_generate_needs_a_model() -> None:
    assert "textgen generate" not in startup.commands(None)
    assert "runs/show" in startup.commands(startup.Path("runs/show"))["textgen generate"][0]
