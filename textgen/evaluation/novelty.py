"""How much of what a model writes is copied from its training text, and from where."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from textgen.corpus.document import DocumentOpening, Line, NumberedPart, assemble
from textgen.corpus.split import before_split
from textgen.evaluation.copies import Copy, CopySearch
from textgen.evaluation.part import TrainingText

_QUOTED = 8
"""Words of the line that are quoted on each side of a copy."""


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
        seed: they were written or drawn with.
        longest: the longest run of words that also stands in the training text; None where no word does.
        copied_share: of their eight-word spans, how many do; None where they have fewer than eight words.
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
"""What `Novelty.to_json_object` would give, where nothing was looked for."""


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
