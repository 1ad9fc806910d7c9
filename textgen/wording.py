"""How counts are put into words."""


def count(number: int, thing: str, things: str | None = None) -> str:
    """A number with what it counts, in the singular or the plural.

    Args:
        number: of them.
        thing: one of them.
        things: several; with an `s` where nothing is given.

    Example:
        >>> count(1, "line"), count(2000, "line"), count(0, "reply", "replies")
        ('1 line', '2,000 lines', '0 replies')
    """
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"
