"""The table of decoding options: everything a person can choose about writing and chatting, one row per option.

A row is a field of `DecodingOptions`, or of `ChatOptions` where only chats know the option: its name, type and default,
and an `Option` with the rest. The API, the command line, the terminal and the evaluation read it.

To add an option, give it a row here. One that edits logits needs a function of its name in `decoding.logits`, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from textgen.decoding.option_row import (
    Values,
    WhileWriting,
    as_texts,
    documented,
    is_whole,
    number,
    refuse_unknown,
    row,
    rows,
    texts,
    whole,
)
from textgen.errors import ConfigurationError

SHORTEST_COPY = 8
"""The shortest copy that can be detected, in words: the length of the word runs kept from the training corpus."""

LARGEST_SEED = 2**64 - 1

DEFAULT_LINES = 20
"""Lines of a script when no length is given."""

_ABOVE_ZERO = whole(1, "None (off) or a whole number above 0", optional=True)
_COPY_LENGTH = Values(
    "whole",
    f"0 (off) or a whole number of words, {SHORTEST_COPY} or more",
    lambda value: is_whole(value) and (value == 0 or value >= SHORTEST_COPY),
)
_STOP = texts("texts, in quotes where they have spaces; none is off")

_MAX_NEW_TOKENS = row(_ABOVE_ZERO, "Stop after N tokens, even inside a line.", ("20", "60", "100", "none"))


@documented
@dataclass(frozen=True, kw_only=True)
class DecodingOptions:
    """How ids are chosen from logits and when writing ends; the names are those of Hugging Face's `GenerationConfig`.

    Raises:
        ConfigurationError: names the option, the value received and the values allowed.
    """

    lines: int | None = field(
        default=None,
        metadata=row(
            _ABOVE_ZERO,
            f"Write N whole lines.  [{DEFAULT_LINES}; with --max-new-tokens, no limit]",
            writing_only="a reply is one line; leave it out, or limit its length with max_new_tokens",
        ),
    )
    characters: tuple[str, ...] = field(
        default=(),
        metadata=row(
            texts("names of speakers; none is off"),
            "Only these speakers get new lines; a part of a name that only one has will do.",
            writing_only="a chat model has one voice, and a script model speaks as the character that was named when "
            "it was opened; leave it out",
            metavar="A,B",
            commas=True,
        ),
    )
    temperature: float = field(
        default=0.8,
        metadata=row(
            number(lambda x: x >= 0, "0 (greedy) or a finite number above it"),
            "Below 1 writes safer text, above 1 wilder; 1 is off; 0 (greedy) always takes the likeliest token.",
            ("0", "0.5", "0.8", "1", "1.2"),
            edits="distribution",
            off=1.0,
            set_by_models=True,
        ),
    )
    top_k: int = field(
        default=0,
        metadata=row(
            whole(0, "a whole number, 0 (off) or more"),
            "Choose among the N likeliest tokens; 0 is off.",
            ("0", "20", "50"),
            edits="distribution",
            off=0,
        ),
    )
    top_p: float = field(
        default=1.0,
        metadata=row(
            number(lambda x: 0 < x <= 1, "a number above 0 and at most 1 (off)"),
            "Choose among the likeliest tokens that together reach this probability; 1 is off.",
            ("0.8", "0.9", "1"),
            edits="distribution",
            off=1.0,
        ),
    )
    min_p: float = field(
        default=0.0,
        metadata=row(
            number(lambda x: 0 <= x <= 1, "a number from 0 (off) to 1"),
            "Drop tokens less than X times as likely as the likeliest; 0 is off.",
            ("0", "0.05", "0.1"),
            edits="distribution",
            off=0.0,
            set_by_models=True,
        ),
    )
    typical_p: float = field(
        default=1.0,
        metadata=row(
            number(lambda x: 0 < x <= 1, "a number above 0 and at most 1 (off)"),
            "Choose among tokens about as surprising as expected, up to this total probability; 1 is off.",
            ("0.9", "1"),
            edits="distribution",
            off=1.0,
        ),
    )
    repetition_penalty: float = field(
        default=1.0,
        metadata=row(
            number(lambda x: x > 0, "a finite number above 0, 1 is off"),
            "Above 1 makes tokens that already occurred less likely; 1 is off.",
            ("1", "1.1", "1.2"),
            edits="history",
            off=1.0,
        ),
    )
    no_repeat_ngram_size: int = field(
        default=0,
        metadata=row(
            whole(0, "a whole number, 0 (off) or more"),
            "Never repeat a run of N tokens; 0 is off.",
            ("0", "3", "4"),
            edits="history",
            off=0,
        ),
    )
    num_beams: int = field(
        default=1,
        metadata=row(
            whole(1, "a whole number, 1 (off) or more"), "Beam search with N beams; 1 is off.", ("1", "4", "8")
        ),
    )
    length_penalty: float = field(
        default=1.0,
        metadata=row(
            number(lambda x: -10 <= x <= 10, "a number from -10 to 10, 0 is off"),
            "Above 0, beam search favours longer texts; 0 is off.",
            ("0", "0.5", "1"),
        ),
    )
    max_new_tokens: int | None = field(default=None, metadata=_MAX_NEW_TOKENS)
    stop: tuple[str, ...] = field(
        default=(), metadata=row(_STOP, "Stop before this text; may be given several times.", ("none",))
    )
    seed: int | None = field(
        default=None,
        metadata=row(
            whole(0, "None (a random seed) or a whole number from 0 to 2**64 - 1", LARGEST_SEED, optional=True),
            "The same seed gives the same text.  [random]",
            ("0", "none"),
        ),
    )
    num_return_sequences: int = field(
        default=1,
        metadata=row(
            whole(1, "a whole number, 1 or more"),
            "Write N texts; the i-th (from 0) has the seed SEED + i; for captions, every line takes a seed.",
            writing_only="each message gets one reply; leave it out, or ask the bot for its candidates",
        ),
    )
    no_copy: int = field(
        default=0,
        metadata=row(
            _COPY_LENGTH,
            "Never copy N words in a row from the training corpus (N is 8 or more); 0 is off.",
            ("0", f"{SHORTEST_COPY}"),
        ),
    )

    def __post_init__(self) -> None:
        """Puts the texts into tuples, then checks every option alone and all of them together."""
        options = rows(self)
        for name, option in options.items():
            if option.values.kind == "texts":
                object.__setattr__(self, name, as_texts(name, getattr(self, name)))
        for name, option in options.items():
            if not option.values.fits(getattr(self, name)):
                raise ConfigurationError(
                    f"{name}={getattr(self, name)!r} was asked for, but {name} must be {option.allowed}: "
                    f"{option.advice}."
                )
        self._check_together()

    @property
    def greedy(self) -> bool:
        """Whether the likeliest token is always taken."""
        return self.temperature == 0

    def _check_together(self) -> None:
        if self.num_beams > 1 and not self.greedy:
            raise ConfigurationError(
                f"num_beams={self.num_beams} was asked for with temperature={self.temperature!r}, but beam "
                "search draws nothing: give temperature=0 with it, or num_beams=1 to draw."
            )
        asked = f"num_return_sequences={self.num_return_sequences} was asked for with "
        if 1 < self.num_beams < self.num_return_sequences:
            raise ConfigurationError(
                f"{asked}num_beams={self.num_beams}, but beam search returns at most one text a beam: "
                "raise num_beams or ask for fewer texts."
            )
        if self.greedy and self.num_beams == 1 and self.num_return_sequences > 1:
            raise ConfigurationError(
                f"{asked}temperature=0, but greedy writing gives the same text each time: "
                "give a temperature above 0, or num_beams above 1."
            )


@documented
@dataclass(frozen=True, kw_only=True)
class ChatOptions(DecodingOptions):
    """How replies are chosen: the `DecodingOptions` that make sense in a chat, and options that only chats have.

    Raises:
        ConfigurationError: names the option, the value received and the values allowed.
    """

    max_new_tokens: int | None = field(default=60, metadata=_MAX_NEW_TOKENS)
    candidates: int = field(
        default=8,
        metadata=row(
            whole(1, "a whole number, 1 (off: the reply is shown while it is written) or more"),
            "Write N replies and choose the best; 1 shows the only reply while it is written.",
            ("1", "4", "8"),
            talking_only=True,
            advice="give such a value, or leave it out for 8",
        ),
    )
    dullness_penalty: float = field(
        default=1.0,
        metadata=row(
            number(lambda x: 0 <= x <= 3, "a number from 0 (off) to 3"),
            "Hold candidates back that would suit any message, very short ones too; 0 is off: the likeliest wins.",
            ("0", "0.5", "1"),
            talking_only=True,
            off=0.0,
            set_by_models=True,
        ),
    )
    rerank: bool = field(
        default=True,
        metadata=row(
            Values("switch", "on or off (off: the discriminator is not asked)", lambda value: isinstance(value, bool)),
            "Prefer text that reads as if a person had written it, where the model has a discriminator "
            "(train-discriminator).",
            ("on", "off"),
            advice="switch it on or off, and give the number of replies to choose from as candidates",
            while_writing=WhileWriting(
                whole(1, "a whole number of candidates, 1 (off) or more"),
                1,
                "Writes N candidates for each line and keeps the best; 1 is off.",
            ),
        ),
    )
    blocked: tuple[str, ...] = field(
        default=(),
        metadata=row(
            texts("words, never written in upper or lower case; none is off"),
            "Never write this word; may be given several times.",
            ("none",),
            talking_only=True,
            flag="block",
            metavar="WORD",
        ),
    )

    def __post_init__(self) -> None:
        """Checks that the options make sense in a chat, then everything `DecodingOptions` checks."""
        for name, option in TABLE.items():
            if option.writing_only and getattr(self, name) != getattr(ChatOptions, name):
                raise ConfigurationError(
                    f"{name}={getattr(self, name)!r} was asked for, but {name} makes no sense in a chat: "
                    f"{option.writing_only}."
                )
        super().__post_init__()
        if not all(word.strip() for word in self.blocked):
            raise ConfigurationError(
                f"blocked={self.blocked!r} was asked for, but white space is no word: give words such as "
                '"damn", or leave it out.'
            )

    @property
    def sequences(self) -> int:
        """How many replies are written, from which the best is chosen."""
        if self.num_beams > 1:
            return min(self.candidates, self.num_beams)
        return 1 if self.greedy else self.candidates

    def decoding(self, seed: int) -> DecodingOptions:
        """The options for decoding all candidates, the i-th of which (from 0) has the seed `seed + i`."""
        values = {one.name: getattr(self, one.name) for one in fields(DecodingOptions)}
        return DecodingOptions(**{**values, "num_return_sequences": self.sequences, "seed": seed})


TABLE = rows(ChatOptions)
"""Every option by its name."""


def chat_options(*layers: Mapping[str, Any]) -> ChatOptions:
    """Merges options from several sources, later ones winning.

    Where the last word on `num_beams` asks for beams, and neither it nor a later one gives a temperature, that is 0.

    Raises:
        ConfigurationError: an option is unknown or out of range.
    """
    known = [name for name, option in TABLE.items() if option.known_to("talking")]
    merged: dict[str, Any] = {}
    beams = False
    for layer in layers:
        refuse_unknown([name for name in layer if name not in TABLE], known, "chatting")
        if "num_beams" in layer or "temperature" in layer:
            beams = asks_for_beams(layer)
        merged |= layer
    return ChatOptions(**{**merged, "temperature": 0} if beams else merged)


def asks_for_beams(options: Mapping[str, Any]) -> bool:
    """Whether the options ask for beam search but give no temperature, which must then be 0."""
    beams = options.get("num_beams")
    return isinstance(beams, int) and beams > 1 and "temperature" not in options
