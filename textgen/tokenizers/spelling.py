"""Spelling: what a vocabulary does not hold is written in characters, and those it lacks in bytes."""

from collections.abc import Mapping


def spell(text: str, ids: Mapping[str, int], first_byte: int) -> list[int]:
    """Spell a text character by character.

    Args:
        text: any text without lone surrogates.
        ids: the ids of the characters that have one.
        first_byte: the id of byte 0; byte b has the id `first_byte + b`.

    Raises:
        UnicodeEncodeError: the text holds a lone surrogate.

    Example:
        >>> spell("aé", {"a": 8}, first_byte=9)
        [8, 204, 178]
    """
    spelled: list[int] = []
    for character in text:
        index = ids.get(character)
        if index is None:
            spelled.extend(first_byte + value for value in character.encode("utf-8"))
        else:
            spelled.append(index)
    return spelled
