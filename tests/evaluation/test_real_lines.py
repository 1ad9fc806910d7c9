from collections import Counter

from textgen.corpus.document import Line, Scene
from textgen.evaluation.real_lines import draw_lines


def documents(count: int) -> list[list[Scene]]:
    """Documents of two lines."""
    return [[Scene(None, (Line(None, f"a{number}"), Line("x", f"b{number}")))] for number in range(count)]


def test_all_lines_of_a_short_text_in_another_order() -> None:
    lines = [line.text for line in draw_lines(documents(20), seed=0)]
    expected = [line.text for document in documents(20) for scene in document for line in scene.lines]
    assert sorted(lines) == sorted(expected) and lines != expected


def test_the_seed_decides() -> None:
    assert draw_lines(documents(9), seed=1) == draw_lines(documents(9), seed=1) != draw_lines(documents(9), seed=2)


def test_of_a_long_text_every_line_is_as_likely() -> None:
    drawn = Counter(line.text for seed in range(600) for line in draw_lines(documents(5), seed, most=3))
    assert sum(drawn.values()) == 1800 and len(drawn) == 10
    assert min(drawn.values()) > 130 and max(drawn.values()) < 230  # 180 each, give or take 11
