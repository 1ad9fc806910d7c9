"""Which bytes may continue a text: an automaton over UTF-8, strict as RFC 3629.

The states say what must come next: nothing (ACCEPT), one to three continuation bytes, or a continuation byte
of a narrower range, which keeps out overlong forms, surrogates and what lies beyond U+10FFFF.
"""

import numpy as np
import numpy.typing as npt

from textgen.tokenizers.base import Tokenizer

ACCEPT = 0
REJECT = -1
_ONE, _TWO, _THREE, _AFTER_E0, _AFTER_ED, _AFTER_F0, _AFTER_F4 = range(1, 8)
STATES = 8

# state, first byte, last byte, next state
_MOVES = (
    (ACCEPT, 0x00, 0x7F, ACCEPT),
    (ACCEPT, 0xC2, 0xDF, _ONE),
    (ACCEPT, 0xE0, 0xE0, _AFTER_E0),
    (ACCEPT, 0xE1, 0xEC, _TWO),
    (ACCEPT, 0xED, 0xED, _AFTER_ED),
    (ACCEPT, 0xEE, 0xEF, _TWO),
    (ACCEPT, 0xF0, 0xF0, _AFTER_F0),
    (ACCEPT, 0xF1, 0xF3, _THREE),
    (ACCEPT, 0xF4, 0xF4, _AFTER_F4),
    (_ONE, 0x80, 0xBF, ACCEPT),
    (_TWO, 0x80, 0xBF, _ONE),
    (_THREE, 0x80, 0xBF, _TWO),
    (_AFTER_E0, 0xA0, 0xBF, _ONE),
    (_AFTER_ED, 0x80, 0x9F, _ONE),
    (_AFTER_F0, 0x90, 0xBF, _TWO),
    (_AFTER_F4, 0x80, 0x8F, _TWO),
)


def _table() -> list[list[int]]:
    table = [[REJECT] * 256 for _ in range(STATES)]
    for state, first, last, following in _MOVES:
        table[state][first : last + 1] = [following] * (last + 1 - first)
    return table


_NEXT = _table()


def advance(state: int, piece: bytes) -> int:
    """Read bytes from a state on.

    Returns:
        The state after them, or REJECT where they cannot continue a valid UTF-8 sequence.

    Example:
        >>> advance(ACCEPT, "é".encode()) == ACCEPT, advance(ACCEPT, b"\\x80") == REJECT
        (True, True)
    """
    for value in piece:
        if state == REJECT:
            return REJECT
        state = _NEXT[state][value]
    return state


def transition_table(tokenizer: Tokenizer) -> npt.NDArray[np.int8]:
    """Tabulate `advance` for every id of a vocabulary.

    Structure and labels are legal only in ACCEPT, between whole characters.

    Returns:
        The state after each id, or REJECT. *Shape:* (STATES, vocabulary)
    """
    table = np.full((STATES, tokenizer.vocabulary_size), REJECT, dtype=np.int8)
    table[ACCEPT] = ACCEPT
    for index in range(tokenizer.first_piece, tokenizer.vocabulary_size):
        piece = tokenizer.piece(index)
        if not piece.isascii():
            table[:, index] = [advance(state, piece) for state in range(STATES)]
    return table
