"""What a person says about how a corpus is to be read, where its content does not tell or tells wrongly."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from textgen.errors import ConfigurationError, ModelError
from textgen.stored_json import decode

Column = str | int
"""A column of a table: the name in its header, or its number from 1."""


@dataclass(frozen=True)
class ReadingOptions:
    """How a corpus is read; None leaves a choice to what the content shows.

    Args:
        encoding: name of the encoding of its text files, as Python's codecs know it.
        document_separator: what stands alone on a line between two documents of plain text; `\\f` is a form feed,
            `\\n` a line end, and line ends alone mean that many of them (four are three empty lines).
        join_minutes: consecutive messages of one person in a chat export are one turn if at most so many minutes lie
            between them; 0 joins none.
        text_column: column of a table with the text of a line.
        speaker_column: column with the speaker.
        scene_column: column whose values name scenes.
        prompt_column: column with prompts, for dialogues.
        reply_column: column with their replies.

    Raises:
        ConfigurationError: a value makes no sense.

    Example:
        >>> ReadingOptions(text_column="Message", speaker_column=2).to_json()
        {'text_column': 'Message', 'speaker_column': 2}
    """

    encoding: str | None = None
    document_separator: str | None = None
    join_minutes: int = 10
    text_column: Column | None = None
    speaker_column: Column | None = None
    scene_column: Column | None = None
    prompt_column: Column | None = None
    reply_column: Column | None = None

    def __post_init__(self) -> None:
        self._check_encoding()
        if self.document_separator is not None and "\n" in self.document_separator.strip("\n"):
            raise ConfigurationError(
                f"The document separator is {self.document_separator!r}; it must be on one line, or be line ends "
                "alone: give what stands on that line."
            )
        if self.document_separator == "":
            raise ConfigurationError(
                "The document separator is empty; it must be what stands alone on a line between two documents, such "
                "as --- or <|endoftext|>: give that, or leave it out to have it found from the content."
            )
        if type(self.join_minutes) is not int or self.join_minutes < 0:
            raise ConfigurationError(
                f"join_minutes is {self.join_minutes!r}; it must be a whole number, 0 (no messages are joined) or "
                "more: give such a number."
            )
        self._check_columns()

    def _check_encoding(self) -> None:
        if self.encoding is None:
            return
        try:
            b"abcd".decode(self.encoding, "replace")  # an empty text would be decoded by any name
        except (LookupError, ValueError, TypeError):
            raise ConfigurationError(
                f"The encoding is {self.encoding!r}, which is none that Python knows; known are utf-8, utf-16, cp1252, "
                "cp437, shift_jis, iso2022_jp and about a hundred more: give one of them, or leave it out to have it "
                "found from the content."
            ) from None

    def _check_columns(self) -> None:
        taken: dict[Column, str] = {}
        for name, column in self.columns.items():
            if (type(column) is int and column < 1) or (isinstance(column, str) and not column.strip()):
                raise ConfigurationError(
                    f"{name} is {column!r}; it must be the name of a column in the table's header, or its number from "
                    "1: textgen inspect --corpus FILE shows the columns."
                )
            if column in taken:
                raise ConfigurationError(
                    f"{taken[column]} and {name} are both {column!r}; each column of a table is taken for one thing "
                    "only: name another column for one of them, or leave it out."
                )
            taken[column] = name

    @property
    def columns(self) -> dict[str, Column]:
        """The columns that were named, by the names of their options."""
        return {name: value for name, value in vars(self).items() if name.endswith("_column") and value is not None}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Builds them again from `to_json`.

        Raises:
            ModelError: an option is unknown, or its value makes no sense.
        """
        try:
            return decode(cls, dict(values))
        except ValueError as error:
            raise ModelError(f"The reading options of this model {error}: copy the model folder again.") from None

    def to_json(self) -> dict[str, Any]:
        """The options that differ from their defaults, as a plain dict."""
        usual = {field.name: field.default for field in fields(self)}
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    def replaced(self, given: Mapping[str, Any]) -> Self:
        """These options, except for those that a person gave.

        Args:
            given: values by the names of the options; None where nothing was given.
        """
        return replace(self, **{name: value for name, value in given.items() if value is not None})


AS_FOUND = ReadingOptions()
"""Everything is found from the content."""

READING = tuple(field.name for field in fields(ReadingOptions))
"""The names of the options."""
