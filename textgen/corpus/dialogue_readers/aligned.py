"""Two files of as many lines: each line of the second is the reply to the same line of the first."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from textgen.corpus.dialogue import Dialogue, Turn
from textgen.corpus.reading import TextFile
from textgen.corpus.report import ReadReport
from textgen.errors import CorpusError


def read(files: Sequence[TextFile], report: ReadReport) -> Iterator[Dialogue]:
    """Yield each pair of lines as a dialogue of two turns.

    Raises:
        CorpusError: at the end, if one file has more lines than the other.
    """
    prompts, replies = files
    for prompt, reply in zip_longest(prompts.lines(), replies.lines()):
        if prompt is None or reply is None:
            check_aligned(prompts, replies)
            return
        yield Dialogue((Turn(prompt), Turn(reply)))


def check_aligned(prompts: TextFile, replies: TextFile) -> None:
    """Refuse two files that do not have the same number of lines; reads both.

    Raises:
        CorpusError: with both numbers.
    """
    counts = count_lines(prompts), count_lines(replies)
    if counts[0] != counts[1]:
        raise CorpusError(
            f"{prompts.path} and {replies.path} were to be read as prompts and their replies, line by line, but the "
            f"first has {counts[0]:,} lines and the second {counts[1]:,}; both need the same number: find where they "
            "part, or choose another --format."
        )


def count_lines(file: TextFile) -> int:
    """How many lines a file has; reads all of it."""
    return sum(1 for _ in file.lines())
