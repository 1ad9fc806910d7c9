from textgen.text.cache import SegmentCache


def test_each_pretoken_is_worked_out_once() -> None:
    asked: list[str] = []
    cache = SegmentCache(lambda word: asked.append(word) or [len(word)])  # type: ignore[func-returns-value]
    assert [cache[word] for word in ("a", "bb", "a")] == [(1,), (2,), (1,)]
    assert asked == ["a", "bb"]


def test_it_never_holds_more_than_its_bound() -> None:
    cache = SegmentCache(lambda word: [int(word)], most=3)
    for number in range(10):
        assert cache[str(number)] == (number,)
        assert len(cache) <= 3
