"""A bounded memory of how pretokens are segmented: words repeat, and are worked out once."""

from collections.abc import Callable

_MOST = 1 << 16


class SegmentCache(dict[str, tuple[int, ...]]):
    """Maps pretokens to their ids, working out those it has not met.

    It forgets everything when full: rare, cheap, and its memory stays flat on any corpus.

    Args:
        segment: gives the ids of one pretoken.
        most: pretokens kept.
    """

    def __init__(self, segment: Callable[[str], list[int]], most: int = _MOST) -> None:
        super().__init__()
        self._segment = segment
        self._most = most

    def __missing__(self, pretoken: str) -> tuple[int, ...]:
        ids = tuple(self._segment(pretoken))
        if len(self) >= self._most:
            self.clear()
        self[pretoken] = ids
        return ids
