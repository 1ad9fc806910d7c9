"""The figures about BLEU."""

import random

from tests.benchmarks.scripts import script

self_bleu = script("self_bleu")


def some_lines(seed: int) -> list[list[str]]:
    draw = random.Random(seed)
    return [draw.choices("abcdef", k=draw.randint(1, 8)) for _ in range(20)]


def test_both_systems_say_the_same_and_the_time_is_extrapolated() -> None:
    lines = some_lines(1)
    for case, references in (("BLEU", some_lines(2)), ("self-BLEU", lines)):
        peer, row = self_bleu.measure(case, lines, references, 5)
        assert row.difference < 1e-12
        assert (peer.scored, row.scored) == (5, 20)
        assert peer.seconds > 0 and row.seconds > 0
