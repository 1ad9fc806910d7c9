"""Giving a prompt the habits of a corpus: its Unicode form, its case and its quotation marks."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from textgen.errors import ModelError
from textgen.stored_json import decode

_TO_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_OPENING = re.compile(r"""(?:(?<=[\s(\[{“‘—–-])|(?<![\s\S]))["']""")
_CURLY = re.compile("[‘’“”]")
_STRAIGHT = re.compile("[\"']")
_CAPITAL_SHARE = 1e-4
_QUOTE_SHARE = 0.01


@dataclass
class Habits:
    """Counts of what a corpus writes; feed it every text with `add`."""

    lower: int = 0
    capitals: int = 0
    straight: int = 0
    curly: int = 0

    def add(self, text: str) -> None:
        """Count one text."""
        lowered = text.lower()
        if lowered != text:
            self.capitals += sum(map(str.isupper, text))
        self.lower += sum(map(str.islower, text))
        self.straight += len(_STRAIGHT.findall(text))
        self.curly += len(_CURLY.findall(text))


@dataclass(frozen=True)
class Normalisation:
    """What is done to a prompt, so that it is written like the corpus.

    Args:
        lowercase: write it in lower case.
        straight_quotes: turn curly quotation marks and apostrophes into straight ones.
        curly_quotes: turn straight ones into curly ones.
    """

    lowercase: bool = False
    straight_quotes: bool = False
    curly_quotes: bool = False

    @classmethod
    def observe(cls, habits: Habits) -> Self:
        """Take over the habits of a corpus; what is rarer than a slip of the pen does not count as one.

        A corpus is in lower case when it has lower-case letters and at most one capital in 10,000 of them; it
        uses one kind of quotation marks when at most one in 100 is of the other.
        """
        quotes = habits.straight + habits.curly
        straight = habits.curly <= _QUOTE_SHARE * quotes
        return cls(
            lowercase=habits.lower > 0 and habits.capitals <= _CAPITAL_SHARE * habits.lower,
            straight_quotes=straight,
            curly_quotes=not straight and habits.straight <= _QUOTE_SHARE * quotes,
        )

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Build it again from `to_json`.

        Raises:
            ModelError: a setting is unknown, or neither true nor false.
        """
        try:
            return decode(cls, document)
        except ValueError as error:
            raise ModelError(f"The normalisation of this model {error}: copy the model folder again.") from None

    def to_json(self) -> dict[str, bool]:
        """Give the settings as a plain dict."""
        return asdict(self)

    def apply(self, text: str) -> str:
        """Give the text as the corpus would write it, in Unicode's form NFC.

        Example:
            >>> Normalisation(lowercase=True, straight_quotes=True).apply("It’s ME")
            "it's me"
        """
        if self.lowercase:
            text = text.lower()
        if self.straight_quotes:
            text = text.translate(_TO_STRAIGHT)
        if self.curly_quotes:
            text = _OPENING.sub(lambda found: "“" if found[0] == '"' else "‘", text)
            text = text.replace('"', "”").replace("'", "’")
        return unicodedata.normalize("NFC", text)
