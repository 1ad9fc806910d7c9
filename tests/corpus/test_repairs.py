from collections import Counter

import pytest

from textgen.corpus.reading import REPAIRS, repair, repair_escaped


@pytest.mark.parametrize(
    ("damaged", "repaired", "counts"),
    [
        ("plain", "plain", {}),
        ("a\x00b\x00", "ab", {"nul": 2}),
        ("it\x92s\x85", "it’s…", {"c1": 2}),
        ("x\x81y", "xy", {"c1": 1}),
        ("caf\udce9 \udc93", "café “", {"undecodable": 2}),
        ("\udc81", "\ufffd", {"undecodable": 1}),
        ("naïve", "naïve", {}),
    ],
)
def test_repairs(damaged: str, repaired: str, counts: dict[str, int]) -> None:
    found: Counter[str] = Counter()
    assert repair(damaged, found) == repaired
    assert +found == counts
    assert set(found) <= set(REPAIRS)


@pytest.mark.parametrize(
    ("escaped", "repaired"),
    [("a\x00b", "ab"), ("\ud83d\ude00", "\U0001f600"), ("x\ude00", "x\ufffd"), ("e\u0301", "\u00e9")],
)
def test_what_escapes_bring(escaped: str, repaired: str) -> None:
    assert repair_escaped(escaped) == repaired
