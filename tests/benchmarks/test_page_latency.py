"""What a token costs in a page: the figures."""

import pytest

from tests.benchmarks.scripts import script

page_latency = script("page_latency")


def test_rows_are_microseconds_a_token() -> None:
    rows = page_latency.row_of("wren", {"NumPy": 0.2, "page": 0.33}, {"NumPy": 200, "page": 220})
    assert [row["system"] for row in rows] == ["NumPy", "page"]
    assert [row["microseconds"] for row in rows] == pytest.approx([1000.0, 1500.0])
    assert rows[1]["times_numpy"] == pytest.approx(1.5)
