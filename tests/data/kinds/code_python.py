"""A shelf that counts what stands on it."""

import sys


class Shelf:
    def __init__(self, size):
        self.size = size
        self.items = []

    def put(self, item):
        if len(self.items) < self.size:
            self.items.append(item)
        else:
            raise ValueError("the shelf is full")

    def take(self, count: int) -> int:
        taken = 0
        while self.items and taken < count:
            self.items.pop()
            taken += 1
        return taken


def main():
    shelf = Shelf(3)
    try:
        for name in sys.argv[1:]:
            shelf.put(name)
    except ValueError as error:
        print(error)
    finally:
        print(shelf.take(2))


if __name__ == "__main__":
    main()
