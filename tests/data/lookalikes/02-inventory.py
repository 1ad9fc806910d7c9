"""Count what is left on the shelves."""
from collections import Counter
import sys

LOW: int = 3


class Shelf:
    def __init__(self, name: str) -> None:
        self.name = name
        self.items: Counter = Counter()

    def add(self, what: str, how_many: int = 1) -> None:
        self.items[what] += how_many

    def running_low(self) -> list:
        return [k for k, n in self.items.items() if n < LOW]


def main() -> int:
    shelf = Shelf("tins")
    for line in sys.stdin:
        try:
            what, n = line.rsplit(None, 1)
        except ValueError:
            print("skipped:", line.strip(), file=sys.stderr)
            continue
        shelf.add(what, int(n))
    for what in shelf.running_low():
        print(f"{shelf.name}: {what}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
