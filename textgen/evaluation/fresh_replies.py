"""Fresh replies of a chat model to real messages, as a discriminator gets to see them."""

from collections.abc import Sequence
from typing import Any

from textgen.chatting.opened import OpenedChat
from textgen.chatting.options import chat_options
from textgen.corpus.encoding import ScriptEncoder
from textgen.decoding.options import LARGEST_SEED
from textgen.evaluation.fresh import TOLD, Tell, described, refuse_greedy
from textgen.judging.judge import line_ids, reply_line
from textgen.judging.matching import Text
from textgen.model_folder import Model

_TOGETHER = 64
"""Replies that are drawn side by side."""


class FreshReplies:
    """Has a chat model reply, each reply encoded as the corpus's own would be.

    Each is one draw, not the best of several: what the discriminator is to tell is how likely a reply is among real
    ones and among those that the model draws.

    Args:
        model: loaded.
        seed: of the first reply; the i-th (from 0) has the seed `seed + i`.
        decoding: options over the model's own.

    Attributes:
        decoding: how they are written, the seed included.

    Raises:
        ConfigurationError: an option makes no sense.
    """

    def __init__(self, model: Model, seed: int, decoding: dict[str, Any]) -> None:
        self._chat = OpenedChat(model)
        self._options = chat_options(self._chat.defaults, decoding)
        refuse_greedy(self._options.greedy)
        self.decoding = {
            **self._chat.defaults,
            "max_new_tokens": self._options.max_new_tokens,
            **decoding,
            "seed": seed,
        }

    def write(self, contexts: Sequence[Text], tell: Tell) -> list[Text]:
        """Replies to contexts.

        Args:
            contexts: ids, from START on.
            tell: is told how far it is.

        Returns:
            A reply to each, in their order.
        """
        count, encoder = len(contexts), ScriptEncoder(self._chat.tokenizer)
        tell(f"writing   {count:,} replies to real messages ({described(self.decoding)})")
        by_length = sorted(range(count), key=lambda k: len(contexts[k]))  # little padding
        texts = dict[int, Text]()
        for start in range(0, count, _TOGETHER):
            chosen = by_length[start : start + _TOGETHER]
            seeds = [(self.decoding["seed"] + k) & LARGEST_SEED for k in chosen]
            replies = self._chat.draw([contexts[k] for k in chosen], self._options, seeds)
            texts |= {k: line_ids(encoder, reply_line(reply)) for k, reply in zip(chosen, replies, strict=True)}
            if TOLD * len(texts) // count > TOLD * start // count:
                tell(f"          {len(texts):,} written")
        return [texts[k] for k in range(count)]
