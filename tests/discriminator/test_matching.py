from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from textgen.discriminator.metrics import balanced, halves, matched

texts = st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=30)


@given(texts, texts, st.integers(0, 9))
def test_of_each_length_there_are_as_many_of_either_kind_and_no_more_could_be(
    real: list[list[int]], generated: list[list[int]], seed: int
) -> None:
    examples = matched(real, generated, seed)
    lengths = [
        Counter(len(text) for text, is_real in zip(*examples, strict=True) if is_real == kind) for kind in (True, False)
    ]
    assert lengths[0] == lengths[1] == Counter(map(len, real)) & Counter(map(len, generated))
    for kind, source in ((True, real), (False, generated)):
        chosen = Counter(tuple(text) for text, is_real in zip(*examples, strict=True) if is_real == kind)
        assert chosen <= Counter(map(tuple, source))


@given(texts, texts)
def test_balanced_keeps_all_of_the_rarer_kind(real: list[list[int]], generated: list[list[int]]) -> None:
    examples = balanced(real, generated, 0)
    fewest = min(len(real), len(generated))
    assert (examples.real.sum(), len(examples.texts)) == (fewest, 2 * fewest)


def test_the_seed_draws() -> None:
    real, generated = [[k] for k in range(100)], [[0]] * 10
    first, again, other = (matched(real, generated, seed).texts for seed in (1, 1, 2))
    assert first == again != other


@given(texts, st.integers(0, 9))
def test_halves_are_all_of_it(every: list[list[int]], seed: int) -> None:
    one, other = halves(every, seed)
    assert sorted(one + other) == sorted(every)
    assert len(other) - len(one) in (0, 1)
