"""Stop strings on a stream of text: nothing of them is shown, not even their beginning."""

from functools import lru_cache


class StopStrings:
    """Passes text on, holding back any end of it that may become a stop string. Immutable.

    The stop string that is complete first ends the text, however the text is cut into pieces; of several
    complete at once, the longest.

    Args:
        stops: the stop strings; none lets everything pass.
        held: text not yet passed on.
        found: whether a stop string is complete.
        cut: characters at the end of the text that were dropped because of it.

    Example:
        With stop "cut", the pieces "a c", "ut" and " b" become "a " and "", and then the stop is found.
    """

    __slots__ = ("_stops", "cut", "found", "held")

    def __init__(self, stops: tuple[str, ...], held: str = "", found: bool = False, cut: int = 0) -> None:
        self._stops = stops
        self.held = held
        self.found = found
        self.cut = cut

    def advance(self, text: str) -> tuple[str, "StopStrings"]:
        """The text that may be shown now, and the state after it."""
        if not self._stops or not text:
            return text, self
        seen = self.held + text
        begin = self._begin(seen)
        if begin is not None:
            return seen[:begin], StopStrings(self._stops, found=True, cut=len(seen) - begin)
        keep = self._may_begin(seen)
        return seen[: len(seen) - keep], StopStrings(self._stops, seen[len(seen) - keep :])

    def _begin(self, text: str) -> int | None:
        """Where the stop string begins that ends first."""
        found = [(text.find(stop) + len(stop), text.find(stop)) for stop in self._stops if stop in text]
        return min(found)[1] if found else None

    def _may_begin(self, text: str) -> int:
        """Length of the longest end of the text that begins a stop string."""
        beginnings, longest = _beginnings(self._stops)
        return next((n for n in range(min(len(text), longest), 0, -1) if text[-n:] in beginnings), 0)


@lru_cache(maxsize=16)
def _beginnings(stops: tuple[str, ...]) -> tuple[frozenset[str], int]:
    """All that is a stop string without its end, and the length of the longest."""
    return frozenset(stop[:end] for stop in stops for end in range(1, len(stop))), max(map(len, stops)) - 1
