"""A seed for each turn of a conversation, from the one seed of the whole."""

import secrets
from hashlib import blake2b

_BYTES = 4  # short enough to be typed again; a turn's candidates have the seeds that follow


def fresh_seed() -> int:
    """A seed that nobody has asked for."""
    return secrets.randbits(8 * _BYTES)


def turn_seed(base: int, turn: int, attempt: int) -> int:
    """The seed of a reply.

    Args:
        base: of the conversation.
        turn: replies before this one.
        attempt: how many times this one was tried before.
    """
    return int.from_bytes(blake2b(f"{base} {turn} {attempt}".encode(), digest_size=_BYTES).digest(), "little")
