"""The split of a corpus into training and held-out text, and random samples of either.

For scripts, the last tenth of the characters is held out. The split is where a scene or document begins, if one does
between 85% and 95% of the corpus; otherwise it is between two lines, and the held-out part begins inside a scene. For
dialogues, the last tenth of the dialogues in each file is held out.
"""

import reprlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, groupby, pairwise
from operator import itemgetter
from typing import Any, Literal, Self, TypeVar

from textgen.corpus.collection import Corpus
from textgen.corpus.document import NumberedPart, Scene, by_document
from textgen.corpus.script import ScriptStyle
from textgen.errors import ModelError
from textgen.stored_json import decode

HELD_OUT = 0.1
_NEAR = 0.05
_ONE_IN = 10


@dataclass(frozen=True)
class Split:
    """Where the held-out part begins.

    Args:
        parts: how many scenes (and continued parts of scenes) stand before it.
        lines: how many lines of the next one belong to training too.
        characters: how many characters stand before it, in the corpus's own style.
        total: characters of the whole corpus.
        boundary: what begins there.
    """

    parts: int
    lines: int
    characters: int
    total: int
    boundary: Literal["scene", "line"]

    @classmethod
    def from_json(cls, document: object) -> Self:
        """Build it again from the fields that `model.json` holds.

        Raises:
            ModelError: a field is missing, unknown, or of another type.
        """
        try:
            return decode(cls, document)
        except ValueError as error:
            raise ModelError(
                f"The held-out part that model.json describes {error}: copy or train the model again, or score another "
                "corpus."
            ) from None


def split_point(boundaries: Iterable[Split], total: int, held_out: float = HELD_OUT) -> Split | None:
    """The best of all places where the corpus could be split.

    Args:
        boundaries: the places, streaming.
        total: characters of the corpus.
        held_out: the share to hold out.

    Returns:
        the scene boundary nearest to the wanted place if one is near it, else the nearest line boundary; None
        where no boundary leaves something on both sides.
    """
    wanted = (1 - held_out) * total
    scene: Split | None = None
    line: Split | None = None
    for place in boundaries:
        if not 0 < place.characters < total:
            continue
        distance = abs(place.characters - wanted)
        if line is None or distance < abs(line.characters - wanted):
            line = place
        near = place.boundary == "scene" and distance <= _NEAR * total
        if near and (scene is None or distance < abs(scene.characters - wanted)):
            scene = place
    return scene or line


_SCENE, _CONTINUED, _FIRST_SPEAKER = 0, 1, 2
_KEPT_AT_FIRST = 1 << 16


@dataclass
class _Position:
    """Where a pass over a corpus stands."""

    part: int = -1
    lines: int = 0
    characters: int = 0
    continued: bool = False

    def pass_by(self, kind: int, size: int) -> None:
        """Move past the opening of a part, or past a line."""
        if kind < _FIRST_SPEAKER:
            self.part, self.lines, self.continued = self.part + 1, 0, kind == _CONTINUED
        else:
            self.lines += 1
        self.characters += size

    def boundary_before(self, kind: int) -> Literal["scene", "line"] | None:
        """What begins before a part or a line of this kind; None where the corpus cannot be split there."""
        if kind < _FIRST_SPEAKER:
            return "scene" if kind == _SCENE else None
        return "line" if self.lines or self.continued else None


class SplitFinder:
    """Finds where to split a corpus in one pass, and counts the lines of each speaker before the split.

    The length of the corpus is not known in advance, so all places that may still become the split are kept: 12 bytes
    for each line in about the last fifth of what was read.

    Args:
        style: how the corpus is put into text.
        held_out: the share to hold out.

    Attributes:
        characters: number of characters read, in the corpus's own style.
    """

    def __init__(self, style: ScriptStyle, held_out: float = HELD_OUT) -> None:
        self.characters = 0
        self._style, self._held_out = style, held_out
        self._document = -1
        self._speakers: dict[str | None, int] = {}
        self._spoken: list[int] = []
        self._kinds, self._sizes = array("I"), array("Q")
        self._begin, self._most_kept = _Position(), _KEPT_AT_FIRST

    def add(self, document: int, scene: Scene) -> None:
        """Read a scene, or a part of one.

        Args:
            document: the number of its document.
            scene: the next scene or part.
        """
        style, suffix = self._style, len(self._style.line_suffix)
        opening = style.scene_text(replace(scene, lines=()), first=document != self._document)
        self._keep(_CONTINUED if scene.continued else _SCENE, len(opening))
        for line in scene.lines:
            number = self._speakers.setdefault(line.speaker, len(self._spoken))
            if number == len(self._spoken):
                self._spoken.append(0)
            self._spoken[number] += 1
            self._keep(_FIRST_SPEAKER + number, len(style.line_text(line)) + suffix)
        self._document = document
        if len(self._kinds) > self._most_kept:
            self._forget()

    def split(self) -> Split | None:
        """Where to split what was read; None where it is too small for that."""
        return split_point(self._boundaries(), self.characters, self._held_out)

    def lines_of_speakers(self, split: Split | None = None) -> Counter[str | None]:
        """The number of lines of each speaker before a split (all lines where there is none); no zeros.

        Args:
            split: as `split` gives it.
        """
        spoken = list(self._spoken)
        if split is not None:
            position = replace(self._begin)
            for kind, size in zip(self._kinds, self._sizes, strict=True):
                if kind >= _FIRST_SPEAKER and (position.part, position.lines) >= (split.parts, split.lines):
                    spoken[kind - _FIRST_SPEAKER] -= 1
                position.pass_by(kind, size)
        return Counter({name: spoken[number] for name, number in self._speakers.items() if spoken[number]})

    def _keep(self, kind: int, size: int) -> None:
        self._kinds.append(kind)
        self._sizes.append(size)
        self.characters += size

    def _boundaries(self) -> Iterator[Split]:
        position = replace(self._begin)
        for kind, size in zip(self._kinds, self._sizes, strict=True):
            boundary = position.boundary_before(kind)
            lines = 0 if boundary == "scene" else position.lines
            part = position.part + (boundary == "scene")
            if boundary is not None:
                yield Split(part, lines, position.characters, self.characters, boundary)
            position.pass_by(kind, size)

    def _forget(self) -> None:
        """Drop what can no longer be the split: everything before the last boundary that is too early."""
        too_early = (1 - self._held_out - 2 * _NEAR) * self.characters
        position, passed = replace(self._begin), 0
        for place, (kind, size) in enumerate(zip(self._kinds, self._sizes, strict=True)):
            if position.characters > too_early:
                break
            if position.boundary_before(kind) is not None:
                passed = place
            position.pass_by(kind, size)
        for kind, size in zip(self._kinds[:passed], self._sizes[:passed], strict=True):
            self._begin.pass_by(kind, size)
        del self._kinds[:passed], self._sizes[:passed]
        self._most_kept = max(_KEPT_AT_FIRST, len(self._kinds) * 5 // 4)


Side = Literal["training", "held out"]


def by_side(parts: Iterable[NumberedPart], split: Split | None) -> Iterator[tuple[Side, int, Scene]]:
    """Every part with its side, in order; all are for training where there is no split.

    Args:
        parts: scenes or parts of scenes, with any numbers.
        split: where the held-out part begins; inside a scene, the scene comes in two parts.
    """
    for place, (number, scene) in enumerate(parts):
        if split is None or place < split.parts:
            yield "training", number, scene
        elif place == split.parts and split.lines:
            yield "training", number, replace(scene, lines=scene.lines[: split.lines])
            yield "held out", number, Scene(None, scene.lines[split.lines :], continued=True)
        else:
            yield "held out", number, scene


def before_split(parts: Iterable[NumberedPart], split: Split | None) -> Iterator[NumberedPart]:
    """The parts before the split, with any numbers; all of them where there is no split."""
    for side, number, scene in by_side(parts, split):
        if side == "held out":
            return
        yield number, scene


def split_documents(corpus: Corpus, split: Split | None) -> Iterator[tuple[Side, Iterator[Scene]]]:
    """The documents of both sides in one pass, those for training first; a document with the split in it comes twice.

    A document must be read before the next one is asked for.
    """
    for (side, _), parts in groupby(by_side(corpus.parts(), split), key=itemgetter(0, 1)):
        yield side, (scene for _, _, scene in parts)


class DocumentView:
    """The documents of one side of a split. Iterate as often as you like; each pass reads the files.

    Args:
        corpus: the corpus.
        split: where it is split.
        side: whose documents to give.
    """

    def __init__(self, corpus: Corpus, split: Split | None, side: Side) -> None:
        self._corpus, self._split, self._side = corpus, split, side

    def __iter__(self) -> Iterator[Iterator[Scene]]:
        if self._side == "training":
            yield from by_document(before_split(self._corpus.parts(), self._split))
        elif self._split is not None:
            yield from (document for side, document in split_documents(self._corpus, self._split) if side == self._side)


def training_documents(corpus: Corpus, split: Split | None) -> DocumentView:
    """The documents before the split; all of them where there is none."""
    return DocumentView(corpus, split, "training")


def held_out_documents(corpus: Corpus, split: Split | None) -> DocumentView:
    """The documents from the split on; none where there is no split."""
    return DocumentView(corpus, split, "held out")


@dataclass(frozen=True)
class DialogueSplit:
    """How many dialogues at the end of each file are held out.

    Args:
        held_out: number of held-out dialogues of each file.
        dialogues: number of all dialogues of each file.
    """

    held_out: tuple[int, ...]
    dialogues: tuple[int, ...]

    def is_held_out(self, file: int, dialogue: int) -> bool:
        """Whether a dialogue is held out.

        Args:
            file: the number of its file, from 0.
            dialogue: its place in the file, from 0.
        """
        return dialogue >= self.dialogues[file] - self.held_out[file]

    def to_json(self) -> dict[str, list[int]]:
        """Give the numbers as plain lists, for `from_json`."""
        return {"held_out": list(self.held_out), "dialogues": list(self.dialogues)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Build it again from what `to_json` gave.

        Raises:
            ModelError: a list is missing, of another length, or holds more than there is.
        """
        try:
            split = decode(cls, document)
            if not all(0 <= few <= there for few, there in zip(split.held_out, split.dialogues, strict=True)):
                raise ValueError("holds more than there is")
        except ValueError as error:
            raise ModelError(
                f"The split of this model's corpus cannot be used: {reprlib.repr(document)} {error}, needed are "
                "held_out and dialogues, lists of the same length with no number in held_out above its neighbour in "
                "dialogues; copy the model folder again."
            ) from None
        return split


def split_dialogues(dialogues: Sequence[int]) -> DialogueSplit | None:
    """Hold out the last tenth of each file's dialogues.

    Fractions are carried over to the next file, so that a tenth of many small files is held out too.

    Args:
        dialogues: number of dialogues of each file, as in `DialogueSurvey.dialogues`.

    Returns:
        a split with at least one dialogue on either side; None where there are fewer than two.
    """
    if sum(dialogues) < 2:
        return None
    tenths = [total // _ONE_IN for total in accumulate(dialogues, initial=0)]
    held_out = [after - before for before, after in pairwise(tenths)]
    if not any(held_out):
        held_out[max(range(len(dialogues)), key=lambda file: (dialogues[file], file))] = 1
    return DialogueSplit(tuple(held_out), tuple(dialogues))


Item = TypeVar("Item")


def keep_some(items: Iterable[Item], most: int, below: Callable[[int], int]) -> list[Item]:
    """A uniform random sample of items (reservoir sampling, Vitter 1985, algorithm R).

    Args:
        items: read once.
        most: most items to keep.
        below: draws a whole number from 0 up to, but not including, its argument.
    """
    kept = list[Item]()
    for number, item in enumerate(items):
        if number < most:
            kept.append(item)
        elif (place := below(number + 1)) < most:
            kept[place] = item
    return kept
