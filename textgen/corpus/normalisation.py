"""Writing habits of a corpus, counted and applied to other texts: spacing, case, quotation marks, Unicode form.

Detokenising changes only what has a space in the wrong place: text in normal writing stays as it is, and so do an
ellipsis between spaces, dashes, slashes and smileys.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from textgen.errors import ModelError
from textgen.stored_json import decode
from textgen.tokenizers.composition import composed

_SUFFIXES = "s|m|d|t|re|ve|ll"
_AUXILIARIES = (
    "ai|are|ca|could|did|do|does|had|has|have|is|might|must|need|sha|should|was|were|wo|would"  # before "n't"
)
_APART = re.compile(rf"(?<=\S) [.,](?!\S)|(?<=\w) ['’‘] ?(?:{_SUFFIXES})(?!\S)| n['’]t(?!\S)", re.IGNORECASE)
_TOGETHER = re.compile(rf"(?<=\w)(?:[.,](?!\S)|['’](?:{_SUFFIXES})(?!\w))", re.IGNORECASE)


class Spacing:
    """Counts how often punctuation stands apart from the word before it; feed it texts with `add`."""

    def __init__(self) -> None:
        self._apart = self._together = 0

    def add(self, text: str) -> None:
        """Count one text."""
        self._apart += len(_APART.findall(text))
        self._together += len(_TOGETHER.findall(text))

    @property
    def tokenised(self) -> bool:
        """Whether punctuation mostly stands apart."""
        return self._apart > self._together


def detokenise(text: str) -> str:
    """Put one line of tokenised text into normal writing. A second pass changes nothing.

    Args:
        text: one line.

    Example:
        >>> detokenise("I ' m here , don ' t worry . It costs $ 5 ( or 3 % ) .")
        "I'm here, don't worry. It costs $5 (or 3%)."
        >>> detokenise("Hello, world :-) So ... 3.5?")
        'Hello, world :-) So ... 3.5?'
    """
    before = None
    while text != before:  # ends: except in glued sentences, every change removes a space or a letter
        before = text
        for pattern, replacement in _REWRITING:
            text = pattern.sub(replacement, text)
        text = _STOP.sub(r"\1", text)
        text = _CONTRACTION.sub(_contraction, text)
        text = _BRACKETED.sub(_tight, text)
        text = _double_quotes(text)
        text = _single_quotes(text)
    return text


_REWRITING = (
    # glued sentences: "too far.Can you"
    (re.compile(r"(?<=[A-Za-z][a-z])([.?!])(?=[A-Z](?:[a-z ' ’]|$))"), r"\1 "),
    # "U . S . A .", "i . e .", "9 a . m ."
    (re.compile(r"(?<!\S)([A-Z]) \. (?=[A-Z] \.(?!\S))"), r"\1."),
    (re.compile(r"(?<!\S)(i(?= \. e)|e(?= \. g)|[ap](?= \. m)) \. (?=[egm] \.(?!\S))"), r"\1."),
    # "3 . 5", "8 : 30", "5 , 000"
    (re.compile(r"(?<=\d) ([.:]) (?=\d)"), r"\1"),
    (re.compile(r"(?<=\d) , (?=\d{3}(?!\d))"), ","),
    # "$ 5", "3 %"
    (re.compile(r"(?<!\S)([$£€]) +(?=\d)"), r"\1"),
    (re.compile(r"(?<=\d) +%(?!\S)"), "%"),
    # "do n't", "do n ' t"; "o ' clock", "O ' Brien"; "' cause"
    (re.compile(rf"(?<!\w)({_AUXILIARIES}) +(n) *(['’]) *(t)(?!\w)", re.IGNORECASE), r"\1\2\3\4"),
    (re.compile(r"(?<!\w)([oO]|[mM]a|[yY]) +(['’]) *(?=(?:clock|am|all|[A-Z][a-z]+)(?!\w))"), r"\1\2"),
    (re.compile(r"(?<!\S)(['’]) +(?=(?:em|cause|til|tis|twas)(?!\w))", re.IGNORECASE), r"\1"),
    # `` quotes '' as Penn Treebank has them
    (re.compile(r"(?<!\S)(?:``(?= )|''(?!\S))"), '"'),
)
_CONTRACTION = re.compile(rf"(?<=(\w))(?: +(['’‘]) *|(['’‘]) +)({_SUFFIXES})(?![\w'’])", re.IGNORECASE)
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|“[^“”]*”|‘ [^‘’]* ’(?!\S)")
_SPACED_DOUBLE = re.compile(r'(?<!\S)"(?!\S)')
_SPACED_SINGLE = re.compile(r"(?<!\S)['’](?!\S)")
_STOP = re.compile(r"""(?<=\S)(?<! ["'’”)\]]) +([.,;:。，]|[!?！？]+)(?!\S)""")


def _contraction(found: re.Match[str]) -> str:
    last, mark, suffix = found[1], found[2] or found[3], found[4]
    if suffix.lower() == "t" and last.lower() != "n":
        return found[0]
    slip = last.islower() or (len(suffix) > 1 and suffix.istitle())  # "I ’ Ve"
    return mark.replace("‘", "’") + (suffix.lower() if slip else suffix)


def _tight(found: re.Match[str]) -> str:
    """The text in brackets or in opening and closing quotation marks, without spaces at its ends."""
    return found[0][0] + found[0][1:-1].strip(" ") + found[0][-1]


def _double_quotes(text: str) -> str:
    """Joins the marks as opening and closing in turn, if all in the text stand alone and come in pairs."""
    marks = [found.start() for found in _SPACED_DOUBLE.finditer(text)]
    return text if len(marks) % 2 or len(marks) != text.count('"') else _attach(text, marks)


def _single_quotes(text: str) -> str:
    """Joins the marks that are no contractions: after plurals ("the parents ' house"), or quotation marks in pairs."""
    marks = [found.start() for found in _SPACED_SINGLE.finditer(text)]
    if marks and all(text[max(mark - 2, 0) : mark].lower() == "s " for mark in marks):
        without = {mark - 1 for mark in marks}
        return "".join(character for place, character in enumerate(text) if place not in without)
    return text if len(marks) % 2 else _attach(text, marks)


def _attach(text: str, marks: list[int]) -> str:
    """The text without white space behind every other mark and before the rest: all of it, not some in each pass."""
    parts, end = list[str](), 0
    for opening, closing in zip(marks[::2], marks[1::2], strict=True):
        parts += [text[end : opening + 1], text[opening + 1 : closing].strip()]
        end = closing
    return "".join([*parts, text[end:]])


_TO_STRAIGHT = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
_OPENING = re.compile(r"""(?:(?<=[\s(\[{“‘—–-])|(?<![\s\S]))["']""")
_CURLY = re.compile("[‘’“”]")
_STRAIGHT = re.compile("[\"']")
_CAPITAL_SHARE = 1e-4
_QUOTE_SHARE = 0.01


@dataclass
class Habits:
    """Counts of letters and quotation marks in a corpus; feed it every text with `add`."""

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
    """The changes that make a prompt look like the corpus.

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
        """Take over the habits of a corpus; rare exceptions are ignored.

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
        return composed(text)
