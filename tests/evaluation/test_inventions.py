"""Words and beginnings that a corpus does not have."""

import pytest

from textgen.corpus.document import Line, Scene
from textgen.evaluation.inventions import Inventions, find_inventions, words_of

CORPUS = [Scene("[Bar]", (Line("Nora", "It’s late, isn't it?"), Line(None, "He leaves."))), Scene(None, ())]


def begun(text: str, speaker: str | None = None, heading: str | None = None) -> Scene:
    return Scene(heading, (Line(speaker, text),))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("It’s IT'S", ["it's", "it's"]),
        ("'quoted' rock 'n' roll", ["quoted", "rock", "n", "roll"]),
        ("R2D2, well-known: '' 42_x", ["r", "d", "well", "known", "x"]),
        ("Straße ночь", ["strasse", "ночь"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_words_of_the_corpus_are_not_invented_nor_are_names_headings_and_known_words() -> None:
    samples = [Line("Zork", "it's LATE, Nora"), Line(None, "the bar grobbles")]
    assert find_inventions(samples, [begun("late")], CORPUS) == Inventions(2 / 6, 0.0)
    assert find_inventions(samples, [begun("late")], CORPUS, {"the"}) == Inventions(1 / 6, 0.0)


@pytest.mark.parametrize(
    ("page", "bad"),
    [
        (begun("it's late", "Nora", "[Bar]"), False),
        (begun("late it's", "eBar"), False),  # a new name of known letters
        (begun("late", "Żora"), True),
        (begun("late!"), True),
        (begun("lately"), True),
        (begun("late", heading="[pub]"), True),
        (Scene(None, (Line(None, "late"), Line(None, "lately!"))), False),  # only the first line
        (Scene("[Bar]", ()), False),
    ],
)
def test_beginnings(page: Scene, bad: bool) -> None:
    assert find_inventions([], [page, begun("late")], CORPUS) == Inventions(None, bad / 2)
