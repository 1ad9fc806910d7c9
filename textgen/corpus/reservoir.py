"""Some of many items, of which memory holds no more than are kept."""

from collections.abc import Callable, Iterable
from typing import TypeVar

Item = TypeVar("Item")


def keep_some(items: Iterable[Item], most: int, below: Callable[[int], int]) -> list[Item]:
    """So many items at most, each with the same chance (reservoir sampling, Vitter 1985, algorithm R).

    Args:
        items: read once.
        most: to keep.
        below: draws a whole number from 0 to its argument, without it.
    """
    kept = list[Item]()
    for number, item in enumerate(items):
        if number < most:
            kept.append(item)
        elif (place := below(number + 1)) < most:
            kept[place] = item
    return kept
