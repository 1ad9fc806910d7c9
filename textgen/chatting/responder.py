"""Who can answer in a conversation: a chat model, or a character of a script model."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from textgen.chatting.shape import ReplyShape
from textgen.corpus.dialogue import Turn
from textgen.corpus.scene import Line
from textgen.decoding.constraints import Constraint
from textgen.decoding.options import DecodingOptions
from textgen.decoding.results import Event
from textgen.decoding.speech import CopyGuard
from textgen.model_folder import ModelCard
from textgen.text.tokenizer import Tokenizer


class Responder(Protocol):
    """A model that continues a conversation.

    Attributes:
        name: of who answers.
        path, card, tokenizer: of the model.
        shape: the rules for its replies.
        turns: how many of the last turns it looks at.
        defaults: the model's own values of options.
    """

    name: str
    path: Path
    card: ModelCard
    tokenizer: Tokenizer
    shape: ReplyShape
    turns: int
    defaults: Mapping[str, Any]

    def guard(self, options: DecodingOptions) -> CopyGuard | None:
        """What notices copies of the training corpus, where that is asked for.

        Raises:
            ConfigurationError: the model has no novelty index.
        """

    def events(self, turns: Sequence[Turn], options: DecodingOptions, constraint: Constraint) -> Iterator[Event]:
        """Writes replies, and tells of each piece of text.

        Args:
            turns: the last ones, the message at their end.
            options: how to write.
            constraint: on each reply.

        Raises:
            ConfigurationError: the model cannot do what is asked for; before anything is written.
        """

    def familiarities(self, beginnings: Sequence[Sequence[int]]) -> Sequence[float]:
        """Log-probabilities of the beginnings of replies, whatever was said before.

        Args:
            beginnings: ids.

        Returns:
            One a beginning, in nats a token; zeros where the model cannot tell.
        """

    def line(self, reply: str) -> Line:
        """A reply as the model's discriminator reads it, written as the corpus writes."""
