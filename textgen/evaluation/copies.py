"""What a text shares with the training text: the longest copy and where it stands, and the share of copied spans."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.document import DocumentOpening, Line, NumberedPart, assemble
from textgen.corpus.split import before_split
from textgen.decoding.copy_detection import ngram_hashes, word_hashes
from textgen.decoding.options import SHORTEST_COPY
from textgen.evaluation.eval_split import TrainingText
from textgen.model_folder import ModelFolder

BLOCK_WORDS = 1 << 18

_QUOTED = 8
"""Words of the line that are quoted on each side of a copy."""

_SUSPICIOUS = 0.1
"""Share of spans above which a text is suspected; two texts of one show share about one in a hundred."""

_NOT_KNOWN = (
    "The model keeps no index of its training text, so it is not known whether this text was in it. Scores of text "
    "that the model has learned say little."
)

Place = TypeVar("Place")


@dataclass(frozen=True)
class Copy(Generic[Place]):
    """Words in a row that the sample and the text share.

    Args:
        words: the run.
        place: of the line in which it begins.
        word: number of its first word in that line, from 0.
    """

    words: tuple[str, ...]
    place: Place
    word: int


class CopySearch(Generic[Place]):
    """Finds the longest run of words that a sample shares with a text, and the share of eight-word spans copied.

    Runs are found by their hashes and confirmed word by word. A run of n words holds runs of n - 1 words, so only
    runs longer than the longest so far are looked for. Memory holds one block of the text.

    Args:
        sample: its words.
        block: words of the text that are searched at a time.

    Example:
        >>> search = CopySearch("you know what i mean".split())
        >>> search.add("well you know what".split(), place="line 1")
        >>> search.finish()
        >>> search.longest
        Copy(words=('you', 'know', 'what'), place='line 1', word=1)
    """

    def __init__(self, sample: Sequence[str], block: int = BLOCK_WORDS) -> None:
        self.longest: Copy[Place] | None = None
        self._sample = list(sample)
        self._hashes = word_hashes(self._sample)
        self._spans = ngram_hashes(self._hashes, SHORTEST_COPY)
        self._copied = np.zeros(len(self._spans), bool)
        self._overlap = max(len(self._sample), SHORTEST_COPY) - 1
        self._block = block + self._overlap
        self._words: list[str] = []
        self._starts: list[int] = []
        self._places: list[Place] = []

    def add(self, words: Sequence[str], place: Place) -> None:
        """Takes the next line of the text.

        Args:
            words: of the line.
            place: where it stands.
        """
        self._starts.append(len(self._words))
        self._places.append(place)
        self._words.extend(words)
        if len(self._words) >= self._block:
            self._search()
            self._forget()

    def finish(self) -> None:
        """Searches what came last; to be called when the text is complete."""
        self._search()

    @property
    def copied_share(self) -> float | None:
        """The share of the sample's eight-word spans that stand in the text; None where the sample is shorter."""
        return float(self._copied.mean()) if len(self._copied) else None

    def _search(self) -> None:
        hashes = word_hashes(self._words)
        self._copied |= np.isin(self._spans, ngram_hashes(hashes, SHORTEST_COPY))
        while found := self._find(hashes, 1 + (len(self.longest.words) if self.longest else 0)):
            mine, theirs, length = found
            line = bisect_right(self._starts, theirs) - 1
            words = tuple(self._sample[mine : mine + length])
            self.longest = Copy(words, self._places[line], theirs - self._starts[line])

    def _find(self, hashes: NDArray[np.uint64], n: int) -> tuple[int, int, int] | None:
        """The first shared run of n words in the block, lengthened: its place in sample and block, and its length."""
        mine, theirs = ngram_hashes(self._hashes, n), ngram_hashes(hashes, n)
        if not len(mine) or not len(theirs):
            return None
        order = np.argsort(mine, kind="stable")
        ranks = np.minimum(mine[order].searchsorted(theirs), len(mine) - 1)
        for theirs_at in np.flatnonzero(mine[order][ranks] == theirs).tolist():
            mine_at = int(order[ranks[theirs_at]])
            length = self._shared(mine_at, theirs_at)
            if length >= n:  # else two runs had one hash
                return mine_at, theirs_at, length
        return None

    def _shared(self, mine_at: int, theirs_at: int) -> int:
        """How many words are the same from these places on."""
        most, length = min(len(self._sample) - mine_at, len(self._words) - theirs_at), 0
        while length < most and self._sample[mine_at + length] == self._words[theirs_at + length]:
            length += 1
        return length

    def _forget(self) -> None:
        """Drops the words that were searched, except those at which a run into the next block could begin."""
        cut = len(self._words) - self._overlap
        first = bisect_right(self._starts, cut) - 1
        self._words = self._words[cut:]
        self._starts = [start - cut for start in self._starts[first:]]
        self._places = self._places[first:]


@dataclass(frozen=True)
class CorpusPlace:
    """A line of the training text, and where it stands.

    Args:
        file: as it was named.
        scene: number of the scene in the file, from 1.
        heading: of the scene; None where it has none.
        line: number of the line in the file, from 1; a line is one speech, or a physical line of plain text.
        speaker: whose line it is; None for narration and plain text.
        text: of the line.
    """

    file: str
    scene: int
    heading: str | None
    line: int
    speaker: str | None
    text: str


@dataclass(frozen=True)
class Novelty:
    """What lines share with the training text.

    Args:
        lines: how many there are.
        words: white-space words of speech in them.
        seed: with which they were written or drawn.
        longest: the longest run of words that also stands in the training text; None where no word does.
        copied_share: the share of their eight-word spans that do; None where they have fewer than eight words.
    """

    lines: int
    words: int
    seed: int
    longest: Copy[CorpusPlace] | None
    copied_share: float | None

    def to_json_object(self) -> dict[str, Any]:
        """The figures under the names that `textgen evaluate --json` gives them."""
        return {
            "longest_copied_words": len(self.longest.words) if self.longest else 0,
            "copied_share": self.copied_share,
            "copied_text": " ".join(self.longest.words) if self.longest else None,
            "copied_at": copied_at(self.longest) if self.longest else None,
            "samples_lines": self.lines,
            "samples_words": self.words,
            "samples_seed": self.seed,
        }


NO_NOVELTY: dict[str, Any] = dict.fromkeys(
    (
        "longest_copied_words",
        "copied_share",
        "copied_text",
        "copied_at",
        "samples_lines",
        "samples_words",
        "samples_seed",
    )
)
"""The keys of `Novelty.to_json_object`, all None, where nothing was looked for."""


def copied_at(copy: Copy[CorpusPlace]) -> dict[str, Any]:
    """Where a copy stands, with a quote of the words around its beginning."""
    place, words = copy.place, copy.place.text.split()
    begin, end = max(0, copy.word - _QUOTED), copy.word + len(copy.words) + _QUOTED
    quote = f"{'… ' if begin else ''}{' '.join(words[begin:end])}{' …' if end < len(words) else ''}"
    return {
        "file": place.file,
        "line": place.line,
        "scene": place.scene,
        "heading": place.heading,
        "speaker": place.speaker,
        "quote": quote,
    }


def measure_novelty(lines: Sequence[Line], training: TrainingText, seed: int) -> Novelty:
    """Looks for the words of lines in the training text.

    The words are the white-space words of the lines, one line after the other; labels and headings do not count.

    Args:
        lines: a sample, or real lines that the model has not seen.
        training: what the model was trained on.
        seed: of the lines.
    """
    sample = [word for line in lines for word in line.text.split()]
    search: CopySearch[CorpusPlace] = CopySearch(sample)
    for place in training_lines(training):
        search.add(place.text.split(), place)
    search.finish()
    return Novelty(len(lines), len(sample), seed, search.longest, search.copied_share)


def training_lines(training: TrainingText) -> Iterator[CorpusPlace]:
    """The lines a model was trained on; memory holds one scene."""
    files, reading = training.corpus.files, -1
    scene_number = line_number = 0
    heading: str | None = None
    for number, scene in before_split(_parts_by_file(training), training.split):
        if number != reading:
            reading, scene_number, line_number = number, 0, 0
        if not scene.continued:
            scene_number, heading = scene_number + 1, scene.heading
        for line in scene.lines:
            line_number += 1
            file = str(files[number].path)
            yield CorpusPlace(file, scene_number, heading, line_number, line.speaker, line.text)


def _parts_by_file(training: TrainingText) -> Iterator[NumberedPart]:
    """The parts of the corpus in its own order, each with the number of its file."""
    for number, file in enumerate(training.corpus.files):
        for _, scene in assemble(chain([DocumentOpening()], file.elements())):
            yield number, scene


class TrainingOverlap:
    """Counts how many eight-word spans of a scored text the training text holds.

    Args:
        index: sorted hashes of the training text's spans; None where the model keeps none. *Shape:* (spans,).
    """

    def __init__(self, index: NDArray[np.uint64] | None) -> None:
        self._index = index
        self._spans = self._known = 0

    @classmethod
    def of(cls, folder: ModelFolder) -> "TrainingOverlap":
        """The overlap with the training text of a model, before any of the scored text is read."""
        return cls(folder.novelty_index())

    def add(self, lines: Iterable[str]) -> None:
        """Counts the spans of lines that follow each other; a span may reach into the next line."""
        if self._index is None or len(self._index) == 0:
            return
        words = [word for line in lines for word in line.split()]
        spans = ngram_hashes(word_hashes(words), SHORTEST_COPY)
        places = np.minimum(self._index.searchsorted(spans), len(self._index) - 1)
        self._spans += len(spans)
        self._known += int(np.count_nonzero(self._index[places] == spans))

    @property
    def share(self) -> float:
        """The share of all spans that the training text holds."""
        return self._known / max(self._spans, 1)

    def notes(self, held_out: bool) -> tuple[str, ...]:
        """What a person should know of the scores, in sentences.

        Args:
            held_out: whether the text is known to have been held out.
        """
        if self._index is None:
            return () if held_out else (_NOT_KNOWN,)
        if self.share < _SUSPICIOUS:
            return ()
        return (
            f"{self.share:.0%} of the eight-word spans of the scored text stand in the training text too: to that "
            "extent the scores are not those of unseen text.",
        )
