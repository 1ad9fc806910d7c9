"""The way back from a copy: where the last words began, and which tokens were tried there.

The word that makes a copy whole is taken back, and its first token forbidden where it stood; the draws being
a matter of seed and step alone, what is written instead is so too. When nothing is left to try there, the
word before is taken back too; when nothing is left there either, one copied word is let through, and that is
recorded.
"""

from collections.abc import Set
from dataclasses import dataclass, field

from textgen.decoding.cursor import Cursor, CursorStep
from textgen.decoding.protocols import State

WORDS_BACK = 2
"""How many words can be taken back."""

TRIES = 5
"""How many tokens may lead to a copy at the beginning of a word before the word before is taken back."""


@dataclass
class WordStart:
    """The beginning of a word.

    Args:
        cursor: before its first token.
        state: of the model, before it has read the cursor's last id. *Shape of each:* (1, ...).
        token: the first token written there.
        tried: first tokens that led to a copy.
    """

    cursor: Cursor
    state: State
    token: int = -1
    tried: set[int] = field(default_factory=set)


class WordStarts:
    """The beginnings of the last words of one sequence.

    Args:
        first: the beginning of the sequence.
    """

    def __init__(self, first: WordStart) -> None:
        self._starts = [first]
        self._pardon = False
        self._pardoned: int | None = None
        self.relaxed = False

    @property
    def settled(self) -> int | None:
        """How many tokens will not be taken back any more; None for all of them."""
        return self._starts[0].cursor.length if self._starts else None

    def tried(self, length: int) -> Set[int]:
        """What is forbidden as the next token of a sequence so long."""
        return self._starts[-1].tried if self._is_here(length) else frozenset()

    def written(self, before: WordStart, step: CursorStep) -> WordStart | None:
        """Takes note of a token.

        Args:
            before: the sequence before the token, and the token.
            step: what the token brought.

        Returns:
            Where to go back to, when the token made a copy whole.
        """
        here = before.cursor.length
        if self._is_here(here):
            self._starts[-1].token = before.token
        elif step.copied_at == here:
            self._starts.append(before)
        if step.copied_at in (None, self._pardoned):
            if step.begins_word and not self._is_here(here):
                self._starts = [*self._starts, before][-WORDS_BACK:]
            return None
        if self._pardon or not self._starts:
            # The token that made it whole may begin the next word, which others may then begin as well.
            self._starts = [before] if step.begins_word and step.copied_at != here else []
            self._pardon, self._pardoned, self.relaxed = False, step.copied_at, True
            return None
        while len(self._starts) > 1 and self._starts[-1].cursor.length > step.copied_at:
            self._starts.pop()
        return self.retry()

    def retry(self) -> WordStart:
        """Forbids the token at the last beginning, or where too many were tried, at the one before."""
        last = self._starts[-1]
        last.tried.add(last.token)
        return self.back_up() if len(last.tried) > TRIES else last

    def back_up(self) -> WordStart:
        """Takes one more word back; when there is none, allows one copied word."""
        if len(self._starts) > 1:
            self._starts.pop()
            return self.retry()
        self._starts[0].tried.clear()
        self._pardon = True
        return self._starts[0]

    def _is_here(self, length: int) -> bool:
        return bool(self._starts) and self._starts[-1].cursor.length == length
