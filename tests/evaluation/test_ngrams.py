from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from textgen.evaluation.ngrams import count_ngrams

LINES = st.lists(st.lists(st.sampled_from("abc"), max_size=6), max_size=5)


@given(lines=LINES, n=st.integers(1, 4))
def test_every_ngram_of_every_line_is_counted(lines: list[list[str]], n: int) -> None:
    (found,) = count_ngrams(lines, [n])
    expected = [Counter(tuple(line[k : k + n]) for k in range(len(line) - n + 1)) for line in lines]
    counted = [sorted(found.counts[found.lines == number].tolist()) for number in range(len(lines))]
    assert counted == [sorted(counts.values()) for counts in expected]
    assert len(set(found.ids.tolist())) == len(set().union(*expected))
