"""What the chatbot gives back."""

from typing import Literal, Self, TypeAlias

from textgen.decoding.results import FinishReason

ReplyReason: TypeAlias = FinishReason | Literal["interrupted"]


class Reply(str):
    """A reply: a text of one line that knows how it came about.

    Args:
        text: of the reply.
        finish_reason: `end`, `stop`, `length`, or `interrupted` where it was not listened to until the end.
        seed: given for the same message in the same conversation, it makes the same reply again.
        log_probability: of the reply given the conversation, by the model alone, in nats.
        candidates: different replies that it was chosen from, itself among them.
        relaxed: whether `no_copy` had to let a copy through because nothing else was left.
        reads_as_real: how likely it is to be real, by the model's discriminator, 0 to 1; None where that had no say.
    """

    finish_reason: ReplyReason
    seed: int
    log_probability: float
    candidates: int
    relaxed: bool
    reads_as_real: float | None

    def __new__(
        cls,
        text: str,
        *,
        finish_reason: ReplyReason = "end",
        seed: int = 0,
        log_probability: float = 0.0,
        candidates: int = 1,
        relaxed: bool = False,
        reads_as_real: float | None = None,
    ) -> Self:
        """A text with these attributes."""
        reply = super().__new__(cls, text)
        reply.finish_reason, reply.seed, reply.log_probability = finish_reason, seed, log_probability
        reply.candidates, reply.relaxed, reply.reads_as_real = candidates, relaxed, reads_as_real
        return reply

    @property
    def text(self) -> str:
        """The text alone."""
        return str(self)
