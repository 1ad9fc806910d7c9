from types import SimpleNamespace
from typing import Any, cast

import pytest

from textgen.corpus.document import Line
from textgen.evaluation.sampling import telling_quarters, write_lines
from textgen.writer import ScriptWriter


def fake(format: str, asked: list[tuple[int, int, int]], shortfall: int = 0) -> ScriptWriter:
    """A writer whose lines say which seed they are from; it notes lines, sequences and seed of each request."""

    def write_several(lines: int, num_return_sequences: int, seed: int, watch: Any, **options: Any) -> list[Any]:
        asked.append((lines, num_return_sequences, seed))
        watch(lines * num_return_sequences // 2)
        texts = [Line(None, f"{seed + k} {options}") for k in range(num_return_sequences)]
        return [SimpleNamespace(lines=[text] * (lines - shortfall)) for text in texts]

    return cast(ScriptWriter, SimpleNamespace(style=SimpleNamespace(format=format), write_several=write_several))


def test_captions_are_the_lines_of_one_text_each_with_its_seed() -> None:
    asked: list[tuple[int, int, int]] = []
    assert len(write_lines(fake("captions", asked), 300, seed=7)) == 300
    assert asked == [(128, 1, 7), (128, 1, 135), (44, 1, 263)]


def test_seeds_begin_again_after_the_largest() -> None:
    asked: list[tuple[int, int, int]] = []
    write_lines(fake("captions", asked), 200, seed=2**64 - 1)
    assert [seed for *_, seed in asked] == [2**64 - 1, 127]


def test_scripts_are_written_in_pages_side_by_side() -> None:
    asked: list[tuple[int, int, int]] = []
    assert len(write_lines(fake("colon", asked), 120, seed=7)) == 120
    assert asked == [(50, 3, 7)]


def test_a_short_sample_is_one_short_page() -> None:
    asked: list[tuple[int, int, int]] = []
    assert len(write_lines(fake("colon", asked), 2, seed=0)) == 2
    assert asked == [(2, 1, 0)]


def test_pages_that_end_early_end_the_sample_early() -> None:
    assert len(write_lines(fake("colon", [], shortfall=20), 100, seed=0)) == 60


def test_options_reach_the_writer() -> None:
    (line,) = write_lines(fake("colon", []), 1, seed=0, temperature=0.5)
    assert "0.5" in line.text


def test_how_many_are_written_is_told_of_all_together() -> None:
    told: list[int] = []
    write_lines(fake("captions", []), 300, 0, told.append)
    assert told == [64, 128 + 64, 256 + 22]


def test_a_model_tells_of_every_line(uniform: ScriptWriter) -> None:
    told: list[int] = []
    lines = write_lines(uniform, 60, 4, told.append)  # two pages side by side
    assert told == sorted(told) and set(range(1, len(lines) + 1)) <= set(told)


def test_quarters_are_told_but_for_the_last() -> None:
    told: list[str] = []
    watch = telling_quarters(1000, told.append)
    for lines in (1, 250, 251, 760, 1000, 1050):
        watch(lines)
    assert told == ["250 of 1,000 lines are written.", "760 of 1,000 lines are written."]


@pytest.mark.parametrize("count", [1, 3])
def test_of_a_real_model(uniform: ScriptWriter, count: int) -> None:
    first, second = (write_lines(uniform, count, seed=4) for _ in range(2))
    assert first == second and len(first) == count
