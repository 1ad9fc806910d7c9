"""What a model writes that its corpus does not have: invented words, and beginnings that no text of it could have."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from textgen.corpus.document import Line, Scene

BEGINNINGS = 100
"""Pages that are begun without a prompt, to look at their first lines."""

_WORD = re.compile(r"(?:[^\W\d_]|['’])+")


@dataclass(frozen=True)
class Inventions:
    """What is in samples and not in the corpus.

    Args:
        words: share of the samples' words that are neither in the corpus nor in a list of known words; None where
            the samples have no word.
        beginnings: share of pages whose first line has a character or a word that is in neither.
    """

    words: float | None
    beginnings: float


def words_of(text: str) -> list[str]:
    """The words of a text: runs of letters and apostrophes, without case and without quotation marks around them.

    Example:
        >>> words_of("'It’s 5 O'CLOCK,' she said")
        ["it's", "o'clock", 'she', 'said']
    """
    runs = (run.casefold().replace("’", "'").strip("'") for run in _WORD.findall(text))
    return [word for word in runs if word]


def find_inventions(
    samples: Sequence[Line], beginnings: Sequence[Scene], corpus: Iterable[Scene], known: Collection[str] = ()
) -> Inventions:
    """Looks for the words of samples in a corpus; memory grows with the samples alone.

    Args:
        samples: lines that were written; names of their speakers are no words of theirs.
        beginnings: the first scene of each page, of which heading and first line are looked at; at least one.
        corpus: all of it, what is held out included; headings and speakers' names count. Read once.
        known: further words that are no inventions, without case.
    """
    words = [word for line in samples for word in words_of(line.text)]
    begun = [_first_line(scene) for scene in beginnings]
    unseen = {*words, *(word for _, text in begun for word in words_of(text))}.difference(known)
    strange = {sign for shown, _ in begun for sign in shown if not sign.isspace()}
    for text in _texts(corpus):
        if not unseen and not strange:
            break
        if unseen:
            unseen.difference_update(words_of(text))
        if strange:
            strange.difference_update(text)
    bad = sum(not strange.isdisjoint(shown) or not unseen.isdisjoint(words_of(text)) for shown, text in begun)
    return Inventions(sum(word in unseen for word in words) / len(words) if words else None, bad / len(begun))


def _first_line(scene: Scene) -> tuple[str, str]:
    """What is shown of a page's beginning, and the part of it that holds words: all but the speaker's name."""
    heading, line = scene.heading or "", scene.lines[0] if scene.lines else Line(None, "")
    return "\n".join((heading, line.speaker or "", line.text)), f"{heading}\n{line.text}"


def _texts(corpus: Iterable[Scene]) -> Iterable[str]:
    speakers = set[str]()
    for scene in corpus:
        if scene.heading:
            yield scene.heading
        for line in scene.lines:
            yield line.text
            if line.speaker and line.speaker not in speakers:
                speakers.add(line.speaker)
                yield line.speaker
