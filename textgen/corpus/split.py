"""The train/validation split: the last tenth of the characters is held out.

Scenes and documents stay whole where one begins between 85% and 95% of the corpus; else the split is between
two lines, and the held-out part begins inside a scene.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Literal, Self

from textgen.corpus.assembly import NumberedPart, by_document
from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.scene import Scene
from textgen.errors import ModelError
from textgen.stored_json import decode

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


def find_split(corpus: ScriptCorpus, total: int, held_out: float = HELD_OUT) -> Split | None:
    """Where to split a corpus; reads it once.

    Args:
        corpus: what to split.
        total: its characters, from `survey`.
        held_out: the share to hold out.

    Returns:
        None where the corpus is too small to be split.
    """
    return split_point(_boundaries(corpus, total), total, held_out)


def _boundaries(corpus: ScriptCorpus, total: int) -> Iterator[Split]:
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

    def __init__(self, corpus: ScriptCorpus, cut: Callable[[Iterable[NumberedPart]], Iterator[NumberedPart]]) -> None:
        self._corpus = corpus
        self._cut = cut

    def __iter__(self) -> Iterator[Iterator[Scene]]:
        return by_document(self._cut(self._corpus.parts()))


def training_documents(corpus: ScriptCorpus, split: Split | None) -> DocumentView:
    """The documents before the split; all of them where there is none."""
    return DocumentView(corpus, lambda parts: before_split(parts, split))


def held_out_documents(corpus: ScriptCorpus, split: Split | None) -> DocumentView:
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
