"""The training and the held-out part of a corpus, and a few lines drawn from either.

Of scripts the last tenth of the characters is held out. Scenes and documents stay whole where one begins between 85%
and 95% of the corpus; else the split is between two lines, and the held-out part begins inside a scene. Of dialogues
the last tenth of each file is held out, whole.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, islice, pairwise
from typing import Any, Literal, Self, TypeVar

from textgen.corpus.collection import Corpus
from textgen.corpus.document import NumberedPart, Scene, by_document
from textgen.errors import ModelError

HELD_OUT = 0.1
_NEAR = 0.05


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


def find_split(corpus: Corpus, total: int, held_out: float = HELD_OUT) -> Split | None:
    """Where to split a corpus; reads it once.

    Args:
        corpus: what to split.
        total: its characters, from `survey`.
        held_out: the share to hold out.

    Returns:
        None where the corpus is too small to be split.
    """
    return split_point(_boundaries(corpus, total), total, held_out)


def _boundaries(corpus: Corpus, total: int) -> Iterator[Split]:
    style, characters, before = corpus.style, 0, -1
    for number, (document, scene) in enumerate(corpus.parts()):
        if not scene.continued:
            yield Split(number, 0, characters, total, "scene")
        characters += len(style.scene_text(replace(scene, lines=()), first=document != before))
        for place, line in enumerate(scene.lines):
            if place or scene.continued:
                yield Split(number, place, characters, total, "line")
            characters += len(style.line_text(line)) + len(style.line_suffix)
        before = document


class DocumentView:
    """The documents of one side of a split. Iterate as often as you like; each pass reads the files.

    Args:
        corpus: what is split.
        cut: takes the numbered parts of the corpus, gives those of this side.
    """

    def __init__(self, corpus: Corpus, cut: Callable[[Iterable[NumberedPart]], Iterator[NumberedPart]]) -> None:
        self._corpus = corpus
        self._cut = cut

    def __iter__(self) -> Iterator[Iterator[Scene]]:
        return by_document(self._cut(self._corpus.parts()))


def training_documents(corpus: Corpus, split: Split | None) -> DocumentView:
    """The documents before the split; all of them where there is none."""
    return DocumentView(corpus, lambda parts: before_split(parts, split))


def held_out_documents(corpus: Corpus, split: Split | None) -> DocumentView:
    """The documents from the split on; none where there is no split."""
    return DocumentView(corpus, lambda parts: _after(parts, split))


def before_split(parts: Iterable[NumberedPart], split: Split | None) -> Iterator[NumberedPart]:
    """The parts that stand before the split, whatever they are numbered by; all of them where there is none."""
    if split is None:
        yield from parts
        return
    numbered = iter(parts)
    yield from islice(numbered, split.parts)
    for document, scene in islice(numbered, int(split.lines > 0)):
        yield document, replace(scene, lines=scene.lines[: split.lines])


def _after(parts: Iterable[NumberedPart], split: Split | None) -> Iterator[NumberedPart]:
    if split is None:
        return
    numbered = islice(parts, split.parts, None)
    for document, scene in islice(numbered, int(split.lines > 0)):
        yield document, Scene(None, scene.lines[split.lines :], continued=True)
    yield from numbered


_ONE_IN = 10


@dataclass(frozen=True)
class DialogueSplit:
    """How many dialogues at the end of each file are held out.

    Args:
        held_out: their number for each file.
        dialogues: how many dialogues each file has.
    """

    held_out: tuple[int, ...]
    dialogues: tuple[int, ...]

    def is_held_out(self, file: int, dialogue: int) -> bool:
        """Whether a dialogue is held out.

        Args:
            file: the number of its file, from 0.
            dialogue: its place among those of the file, from 0.
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
            split = cls(tuple(document["held_out"]), tuple(document["dialogues"]))
            pairs = zip(split.held_out, split.dialogues, strict=True)
            fits = all(isinstance(few, int) and isinstance(there, int) and 0 <= few <= there for few, there in pairs)
        except (KeyError, TypeError, ValueError):
            fits = False
        if not fits:
            raise ModelError(
                f"The split of this model's corpus cannot be used: found {document!r}, needed are held_out and "
                "dialogues, as many numbers in each and the first never the larger one; copy the model folder again."
            )
        return split


def split_dialogues(dialogues: Sequence[int]) -> DialogueSplit | None:
    """Hold out the last tenth of each file's dialogues.

    Fractions are carried on to the next file, so that of many small files a tenth is held out too.

    Args:
        dialogues: how many each file has; as `DialogueSurvey.dialogues` has it.

    Returns:
        a split with at least one dialogue on either side; None where there are not two.
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
    """So many items at most, each with the same chance (reservoir sampling, Vitter 1985, algorithm R).

    Args:
        items: read once.
        most: to keep.
        below: draws a whole number from 0 to its argument, without it.
    """
    kept = list[Item]()
    for number, item in enumerate(items):
        if number < most:
            kept.append(item)
        elif (place := below(number + 1)) < most:
            kept[place] = item
    return kept
