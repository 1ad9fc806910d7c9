"""Statistics of the training text that writing needs, gathered while it is encoded."""

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textgen.corpus.document import Scene
from textgen.decoding.constraints.script import ScriptShape
from textgen.decoding.copy_detection import ngram_hashes, word_hashes
from textgen.files import replacing
from textgen.tokenizers.base import LINE_END, SCENE

NOVELTY_WORDS = 8
"""Length of the word n-grams in the novelty index."""

_MOST_WORDS = 20_000_000  # 160 MB of hashes in memory; a longer text gets no index


class ShapeObserver:
    """Gathers the shape of scripts from every scene of the training text and its ids."""

    def __init__(self) -> None:
        self._longest_line, self._longest_heading = 1, 0
        self._scenes = self._narration = self._spelled = self._breaks = self._empty = False
        self._brackets = True

    def add(self, scene: Scene, ids: list[int], labelled: Iterable[str]) -> None:
        """Adds one scene.

        Args:
            scene: as read.
            ids: as encoded.
            labelled: the speakers that have a label.
        """
        ends = np.flatnonzero(np.equal(ids, LINE_END))
        lengths = np.diff(ends, prepend=-1) - 1
        if SCENE in ids:
            self._scenes = True
            self._longest_heading = max(self._longest_heading, int(lengths[0]) - 1)
            heading = scene.heading or ""
            self._brackets = self._brackets and heading.startswith("[") and heading.endswith("]")
            lengths = lengths[1:]
        self._longest_line = max(self._longest_line, int(lengths.max(initial=1)))
        speakers = {line.speaker for line in scene.lines}
        self._narration = self._narration or None in speakers
        self._spelled = self._spelled or bool(speakers - {None} - set(labelled))
        for line in scene.lines:
            self._breaks = self._breaks or "\n" in line.text
            self._empty = self._empty or not line.text

    def shape(self) -> ScriptShape:
        """The shape of the scripts so far."""
        return ScriptShape(
            longest_line=self._longest_line,
            longest_heading=self._longest_heading,
            narration=self._narration,
            scenes=self._scenes,
            spelled_names=self._spelled,
            line_breaks=self._breaks,
            empty_lines=self._empty,
            bracketed_headings=self._scenes and self._brackets,
        )


class NoveltyIndexer:
    """Collects the word n-grams of every line of speech of the training text and writes their index.

    Words are separated by white space, and n-grams may cross lines; labels and headings do not count.
    """

    def __init__(self) -> None:
        self._parts: list[NDArray[np.uint64]] = []
        self._words = 0

    def add(self, lines: Iterable[str]) -> None:
        """Adds lines."""
        words = [word for line in lines for word in line.split()]
        self._words += len(words)
        if self._words <= _MOST_WORDS:
            self._parts.append(word_hashes(words))

    def save(self, path: Path, note: Callable[[str], None]) -> None:
        """Writes the sorted hashes; if the text is too long for an index, writes no file and a note says so."""
        if self._words > _MOST_WORDS:
            note("The text is too long for an index of its word sequences: no_copy will not be offered by this model.")
            return
        hashes = np.concatenate([*self._parts, np.empty(0, np.uint64)])
        with replacing(path) as file:
            file.write(np.unique(ngram_hashes(hashes, NOVELTY_WORDS)).tobytes())
