"""How pages begin that nobody has begun: signs and words that the corpus does not have, in first lines and behind them.

    python benchmarks/beginnings.py --model runs/sitcom --corpus corpora/sitcom.txt

A model writes a hundred pages without a prompt, each with a seed of its own. Counted are the pages among the first
twenty that hold a character which the corpus has nowhere; the share of invented words in the first lines (heading
included, speakers' names left out) and in all later ones; and the bad beginnings, as `textgen evaluate` counts them:
pages whose first line has a character or a word that the corpus does not have. A word is no invention if it is in the
corpus, what is held out included, or among the words of the starter that comes along.

Shares have Wilson's interval of 95%, and how much more is invented in first lines has Newcombe's, which is made of the
two (Newcombe 1998, method 10). Both take words as independent of each other.
"""

import argparse
from collections.abc import Iterable, Sequence
from itertools import chain
from math import sqrt
from pathlib import Path
from typing import NamedTuple

from measuring import Row, shown

import textgen
from textgen.corpus.collection import Corpus
from textgen.corpus.document import Scene
from textgen.evaluation.inventions import find_inventions, words_of
from textgen.starters import english_words

PAGES, LOOKED_AT = 100, 20
LINES = 10
Z = 1.959964  # of a normal distribution, for 95%


class Share(NamedTuple):
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share; 0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    def interval(self) -> tuple[float, float]:
        """Wilson's interval of 95%; all there is, of nothing."""
        if not self.whole:
            return 0.0, 1.0
        weight = Z * Z / self.whole
        middle = self.value + weight / 2
        half = Z * sqrt(self.value * (1 - self.value) / self.whole + weight / self.whole / 4)
        return max(0.0, (middle - half) / (1 + weight)), min(1.0, (middle + half) / (1 + weight))


def difference(one: Share, other: Share) -> tuple[float, float]:
    """Newcombe's interval of 95% for how much larger a share is than another."""
    (low, high), (other_low, other_high) = one.interval(), other.interval()
    gap = one.value - other.value
    below = sqrt((one.value - low) ** 2 + (other_high - other.value) ** 2)
    above = sqrt((high - one.value) ** 2 + (other.value - other_low) ** 2)
    return gap - below, gap + above


def texts_of(scenes: Iterable[Scene]) -> Iterable[str]:
    """All that is shown of scenes: headings, names and texts."""
    for scene in scenes:
        yield scene.heading or ""
        for line in scene.lines:
            yield line.speaker or ""
            yield line.text


def first_and_later(page: Sequence[Scene]) -> tuple[list[str], list[str]]:
    """The words of a page's first heading and line, and those of all later ones."""
    texts = [(scene.heading or "", *(line.text for line in scene.lines)) for scene in page]
    begun = texts[0][:2] if texts else ()
    later = chain(texts[0][2:] if texts else (), *texts[1:])
    return words_of("\n".join(begun)), words_of("\n".join(later))


def measure(case: str, pages: Sequence[Sequence[Scene]], corpus: Corpus) -> Row:
    """The figures of some pages.

    Args:
        case: what they are called.
        pages: the scenes of each.
        corpus: what the model learned from, which is read twice.
    """
    signs, words = set[str](), set(english_words())
    for text in texts_of(scene for _, scene in corpus.parts()):
        signs.update(text)
        words.update(words_of(text))
    found = [first_and_later(page) for page in pages]
    first, later = (
        Share(sum(word not in words for word in part), len(part))
        for part in (list(chain.from_iterable(side)) for side in zip(*found, strict=True))
    )
    begun = [page[0] if page else Scene(None) for page in pages]
    more = difference(first, later)
    scenes = (scene for _, scene in corpus.parts())
    return {
        "case": case,
        "system": f"{len(pages)} pages",
        "foreign_pages": sum(not signs.issuperset(chain.from_iterable(texts_of(page))) for page in pages[:LOOKED_AT]),
        "first_words": first.whole,
        "first_invented": first.value,
        "first_interval": f"{first.interval()[0]:.1%} to {first.interval()[1]:.1%}",
        "later_words": later.whole,
        "later_invented": later.value,
        "later_interval": f"{later.interval()[0]:.1%} to {later.interval()[1]:.1%}",
        "more_in_first": f"{100 * more[0]:+.1f} to {100 * more[1]:+.1f}",
        "bad_beginnings": find_inventions([], begun, scenes, english_words()).beginnings,
    }


def main() -> None:
    """Writes, measures and prints."""
    parser = argparse.ArgumentParser(description="Measure how pages without a prompt begin.")
    parser.add_argument("--model", type=Path, required=True, metavar="DIR", help="a model of scripts")
    parser.add_argument("--corpus", type=Path, required=True, nargs="+", metavar="FILE", help="what it learned from")
    parser.add_argument("--pages", type=int, default=PAGES, metavar="N", help=f"how many are written  [{PAGES}]")
    parser.add_argument("--lines", type=int, default=LINES, metavar="N", help=f"of each page  [{LINES}]")
    parser.add_argument("--json", action="store_true", help="print an object with `rows` instead of a table")
    asked = parser.parse_args()
    writer = textgen.load(asked.model)
    scripts = writer.write_several(lines=asked.lines, num_return_sequences=asked.pages, seed=0)
    row = measure(asked.model.name, [script.scenes for script in scripts], Corpus(asked.corpus))
    formats = {"foreign_pages": "d", "first_invented": ".1%", "first_interval": "", "later_invented": ".1%"}
    print(shown([row], asked.json, {**formats, "later_interval": "", "more_in_first": "", "bad_beginnings": ".0%"}))


if __name__ == "__main__":
    main()
