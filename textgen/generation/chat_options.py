"""What a person can choose about replies: `ChatOptions`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from textgen.decoding.options import DecodingOptions, as_texts, refuse_unknown
from textgen.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True)
class ChatOptions(DecodingOptions):
    """How replies are chosen; `DecodingOptions` without those that are about scripts.

    Args:
        max_new_tokens: a reply is cut off after so many tokens. None turns it off.
        candidates: replies to choose the best from. With `num_beams` they are the beams, as many as there are; greedy
            writing has one. 1 turns it off, and the reply is shown while it is written.
        rerank: whether the model's discriminator has a say in which candidate is the best. False turns it off.
        blocked: words that are never written, upper and lower case being the same. () turns it off. One word may be
            given bare.

    Raises:
        ConfigurationError: names the option, the value received and the values allowed.
    """

    max_new_tokens: int | None = 60
    candidates: int = 8
    rerank: bool = False
    blocked: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Checks what is new here, and all that decoding checks."""
        object.__setattr__(self, "blocked", as_texts("blocked", self.blocked))
        if not all(word.strip() for word in self.blocked):
            raise ConfigurationError(
                f"blocked={self.blocked!r} was asked for, but white space is no word: give words such as "
                '"damn", or leave it out.'
            )
        if not isinstance(self.candidates, int) or isinstance(self.candidates, bool) or self.candidates < 1:
            raise ConfigurationError(
                f"candidates={self.candidates!r} was asked for, but candidates must be a whole number, 1 (off) or "
                f"more: give such a value, or leave it out for {ChatOptions.candidates}."
            )
        if not isinstance(self.rerank, bool):
            raise ConfigurationError(
                f"rerank={self.rerank!r} was asked for, but rerank must be on or off (off: the discriminator is not "
                "asked): switch it on or off, and give the number of replies to choose from as candidates."
            )
        for name, instead in _NOT_FOR_CHAT.items():
            if getattr(self, name) != getattr(ChatOptions, name):
                raise ConfigurationError(
                    f"{name}={getattr(self, name)!r} was asked for, but {name} makes no sense in a chat: {instead}."
                )
        super().__post_init__()
        if self.rerank and self.sequences == 1:
            why = "candidates=1" if self.candidates == 1 else f"temperature={self.temperature:g}"
            raise ConfigurationError(
                f"rerank was asked for with {why}, which leaves one reply, but the discriminator has a say only where "
                "there are two or more: give candidates of 2 or more and a temperature above 0, or leave rerank out."
            )

    @property
    def sequences(self) -> int:
        """How many replies are written, from which the best is chosen."""
        if self.num_beams > 1:
            return min(self.candidates, self.num_beams)
        return 1 if self.greedy else self.candidates

    def decoding(self, seed: int) -> DecodingOptions:
        """The options for decoding all candidates, the i-th of which (from 0) has the seed `seed + i`."""
        values = {field.name: getattr(self, field.name) for field in fields(DecodingOptions)}
        return DecodingOptions(**{**values, "num_return_sequences": self.sequences, "seed": seed})


def chat_options(*layers: Mapping[str, Any]) -> ChatOptions:
    """Options from several sources, the later winning; who asks for beams need not ask for temperature 0.

    Raises:
        ConfigurationError: an option is unknown or out of range.
    """
    merged: dict[str, Any] = {}
    for layer in layers:
        refuse_unknown((name for name in layer if name not in _NOT_FOR_CHAT), _KNOWN, "chatting")
        if asks_for_beams(layer):
            merged["temperature"] = 0
        merged |= layer
    return ChatOptions(**merged)


def asks_for_beams(options: Mapping[str, Any]) -> bool:
    """Whether beam search is asked for and temperature, which must be 0 then, is left open."""
    beams = options.get("num_beams")
    return isinstance(beams, int) and beams > 1 and "temperature" not in options


_NOT_FOR_CHAT = {
    "lines": "a reply is one line; leave it out, or limit its length with max_new_tokens",
    "characters": "a chat model has one voice, and a script model speaks as the character that was named when it was "
    "opened; leave it out",
    "num_return_sequences": "each message gets one reply; leave it out, or ask the bot for its candidates",
}
_KNOWN = [field.name for field in fields(ChatOptions) if field.name not in _NOT_FOR_CHAT]
