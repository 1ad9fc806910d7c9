"""What a reader did to a file besides reading it: records skipped, and small repairs."""

from collections import Counter
from dataclasses import dataclass, field

_EXCERPT = 60


@dataclass
class ReadReport:
    """Counts kept while one file is read.

    Args:
        skipped: how many bad records were left out.
        first_skipped: the first of them, with its line number and why; None where there was none.
        first_skipped_line: its line number (from 1).
        changes: what was normalised or left out on purpose, with how often.
    """

    skipped: int = 0
    first_skipped: str | None = None
    first_skipped_line: int | None = None
    changes: Counter[str] = field(default_factory=Counter)

    def skip(self, line_number: int, record: str, why: str) -> None:
        """Count a record that is left out.

        Args:
            line_number: of its first line, from 1.
            record: its text.
            why: what is wrong with it.
        """
        self.skipped += 1
        if self.first_skipped is None:
            self.first_skipped_line = line_number
            self.first_skipped = f"line {line_number}: {why}: {excerpt(record)!r}"

    def change(self, kind: str, times: int = 1) -> None:
        """Count something that was normalised or left out on purpose."""
        if times:
            self.changes[kind] += times


def excerpt(text: str) -> str:
    """The beginning of a text, for messages."""
    return text if len(text) <= _EXCERPT else text[: _EXCERPT - 1] + "…"
