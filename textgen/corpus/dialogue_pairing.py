"""Finding the two files that belong together: prompts and replies, Cornell's lines and conversations."""

from collections.abc import Iterator, Sequence
from itertools import combinations

from textgen.corpus.dialogue_detection import Candidate, Source
from textgen.corpus.dialogue_readers.aligned import check_aligned, count_lines
from textgen.corpus.pair_names import are_parts_of_a_corpus, file_sides
from textgen.corpus.reading import TextFile
from textgen.errors import CorpusError

_BY_CHANCE = 10
"""Two files of fewer lines may well have the same number of them without being aligned."""


def cornell_sources(candidates: Sequence[Candidate], asked: bool) -> Iterator[Source]:
    """Cornell's files by twos; those about films and characters are not needed.

    Args:
        candidates: the files, each a part of the corpus.
        asked: whether a person named the format.

    Raises:
        CorpusError: if one of two is missing.
    """
    lines, conversations = (
        [candidate.file for candidate in candidates if candidate.part == part] for part in ("lines", "conversations")
    )
    if not lines or len(lines) != len(conversations):
        raise CorpusError(
            "Dialogues in Cornell's format are in two files, one with the lines and one with the conversations, but "
            f"{len(lines)} of the one and {len(conversations)} of the other were found among "
            f"{', '.join(str(candidate.file.path) for candidate in candidates)}; "
            "give both, such as movie_lines.txt and movie_conversations.txt."
        )
    found = "the fields of Cornell's lines and conversations are separated as there"
    reason = f"as asked for ({found})" if asked else found
    for pair in zip(lines, conversations, strict=True):
        yield Source(pair, "cornell", reason)


def aligned_sources(files: Sequence[TextFile], ordered: bool) -> Iterator[Source]:
    """Files that a person called aligned: those whose names fit, the others in the order given.

    Args:
        files: the files.
        ordered: whether a person named them one by one.

    Raises:
        CorpusError: if one has no partner, or another number of lines than it.
    """
    pairs = list(_with_fitting_names(files, ordered))
    taken = {file for pair in pairs for file in pair}
    left = [file for file in files if file not in taken]
    if len(left) % 2:
        raise CorpusError(
            f"Aligned files come in twos, prompts and replies, but {left[-1].path} has no partner among the "
            f"{len(files)} files given; give the second file too, or choose another --format."
        )
    for pair in [*pairs, *zip(left[::2], left[1::2], strict=True)]:
        check_aligned(*pair)
        yield Source(pair, "aligned", "as asked for (both files have the same number of lines)")


def found_by_name(files: Sequence[TextFile], ordered: bool) -> Iterator[Source]:
    """Pairs of files whose names say that they are prompts and replies, and that have as many lines."""
    for pair in _with_fitting_names(files, ordered):
        lines = count_lines(pair[0])
        if lines == count_lines(pair[1]):
            yield Source(pair, "aligned", f"the names fit, and both files have {lines:,} lines")


def found_by_length(files: Sequence[TextFile], ordered: bool) -> Iterator[Source]:
    """Files that follow each other and have as many lines.

    Raises:
        CorpusError: if there are two files, named one by one or with names that fit, whose numbers of lines differ.
    """
    waiting = list(files)
    while len(waiting) > 1:
        pair = waiting[0], waiting[1]
        lines = count_lines(pair[0])
        if not are_parts_of_a_corpus(*_names(pair)) and lines == count_lines(pair[1]):
            yield Source(pair, "aligned", f"both files have {lines:,} lines", sure=ordered and lines >= _BY_CHANCE)
            del waiting[:2]
            continue
        if len(files) == 2 and (ordered or file_sides(*_names(pair))):
            check_aligned(*pair)
        del waiting[0]


def _with_fitting_names(files: Sequence[TextFile], ordered: bool) -> Iterator[tuple[TextFile, TextFile]]:
    taken: set[TextFile] = set()
    for first, second in combinations(files, 2):
        sides = None if {first, second} & taken else file_sides(first.path.name, second.path.name)
        if sides is not None and first.path.parent == second.path.parent:
            taken |= {first, second}
            yield (first, second) if ordered or sides[0] == first.path.name else (second, first)


def _names(pair: tuple[TextFile, TextFile]) -> tuple[str, str]:
    return pair[0].path.name, pair[1].path.name
