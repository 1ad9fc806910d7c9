"""Exchanges to ids: the token grammar of dialogues.

    context = START (turn TURN)*        the oldest turn first; START alone is the empty context
    reply   = START text END            the decoder reads all but the last and predicts all but the first

No context is ever without a position to look at.
"""

from collections.abc import Sequence

from textgen.errors import ConfigurationError
from textgen.tokenizers.base import Tokenizer
from textgen.tokenizers.special import END, START, TURN


class DialogueEncoder:
    """Puts contexts and replies into ids.

    Args:
        tokenizer: puts their text into ids.
        longest_context: ids of a context at most, START among them.

    Raises:
        ConfigurationError: not even START would fit.
    """

    def __init__(self, tokenizer: Tokenizer, longest_context: int) -> None:
        if longest_context < 1:
            raise ConfigurationError(
                f"Contexts of at most {longest_context} tokens were asked for, but the empty context has one token "
                "already: give 1 or more."
            )
        self.tokenizer = tokenizer
        self.longest_context = longest_context

    def encode_context(self, turns: Sequence[str]) -> list[int]:
        """The ids of the turns before a reply.

        Args:
            turns: the oldest first.

        Returns:
            START and the newest ids that fit; where they do not all fit, it is the oldest that fall away.
        """
        room = self.longest_context - 1
        newest: list[list[int]] = []
        for turn in reversed(turns):
            if room <= 0:
                break
            ids = [*self.tokenizer.encode(turn), TURN][-room:]
            newest.append(ids)
            room -= len(ids)
        return [START, *(token for ids in reversed(newest) for token in ids)]

    def encode_reply(self, text: str) -> list[int]:
        """The ids of a reply, from START to END."""
        return [START, *self.tokenizer.encode(text), END]
