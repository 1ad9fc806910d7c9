"""Paragraphs of a screenplay on pages."""

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from textgen.corpus.formats.screenplay import SETTINGS, Paragraph
from textgen.corpus.pages import ROWS, Page, lay_out


def _width(text: str) -> float:
    """Ten characters to the inch, as in Courier 12 points."""
    return len(text) / 10


def _pages(*paragraphs: tuple[str, str]) -> list[Page]:
    return list(lay_out([Paragraph(*paragraph) for paragraph in paragraphs], _width))


def _shown(page: Page) -> list[tuple[int, float, str]]:
    return [(number, round(row.left, 2), row.text) for number, row in page if row.text]


def _texts(page: Page) -> list[str]:
    return [row.text for _, row in page]


def _rows(number: int) -> tuple[str, str]:
    """An action of so many rows."""
    return "Action", "\n".join(f"row {place}" for place in range(number))


def test_every_kind_has_its_margins() -> None:
    (page,) = _pages(
        ("Scene Heading", "Int. Barn"),
        ("Action", "word " * 13),
        ("Character", "Nora"),
        ("Parenthetical", "(softly)"),
        ("Dialogue", "word " * 8),
        ("Transition", "Cut to:"),
    )
    assert _shown(page) == [
        (0, 1.5, "INT. BARN"),
        (2, 1.5, " ".join(["word"] * 12)),
        (3, 1.5, "word"),
        (5, 3.7, "NORA"),
        (6, 3.1, "(softly)"),
        (7, 2.5, " ".join(["word"] * 7)),
        (8, 2.5, "word"),
        (10, 6.8, "CUT TO:"),
    ]


def test_a_heading_has_two_empty_lines_above_it_and_stays_with_what_follows() -> None:
    (page,) = _pages(_rows(2), ("Scene Heading", "A"), ("Action", "b"))
    assert [number for number, row in page if row.text] == [0, 1, 4, 6]
    first, second = _pages(_rows(ROWS - 5), ("Scene Heading", "A"), ("Character", "B"), ("Dialogue", "c"))
    assert (len(first), _texts(second)) == (ROWS - 5, ["A", "", "B", "c"])


def test_a_speech_that_goes_on_says_so() -> None:
    speech = ("Dialogue", "\n".join("abcdefgh"))
    first, second = _pages(_rows(ROWS - 6), ("Character", "NORA"), ("Parenthetical", "(softly)"), speech)
    assert _texts(first)[-5:] == ["NORA", "(softly)", "a", "b", "(MORE)"]
    assert _texts(second) == ["NORA (CONT'D)", *"cdefgh"]


def test_no_page_ends_with_a_direction_or_one_row_of_a_paragraph() -> None:
    speech = (("Character", "NORA"), ("Dialogue", "a"), ("Parenthetical", "(softly)"), ("Dialogue", "b\nc"))
    _, second = _pages(_rows(ROWS - 5), *speech)
    assert _texts(second) == ["NORA", "a", "(softly)", "b", "c"]
    first, second = _pages(_rows(ROWS - 4), _rows(4))
    assert (len(first), _texts(second)) == (ROWS - 2, ["row 2", "row 3"])
    first, second = _pages(_rows(ROWS - 3), _rows(3))
    assert (len(first), len(second)) == (ROWS - 3, 3)


def test_a_new_page_is_begun_where_it_is_asked_for() -> None:
    pages = lay_out([Paragraph("Action", "a"), Paragraph("Scene Heading", "B", new_page=True)], _width)
    assert [_texts(page) for page in pages] == [["a"], ["B"]]


def test_centred_lines_and_long_words() -> None:
    (page,) = lay_out([Paragraph("Action", "the end", centred=True), Paragraph("Dialogue", "x" * 40)], _width)
    assert _shown(page) == [(0, 4.15, "the end"), (1, 2.5, "x" * 35), (2, 2.5, "x" * 5)]


@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(SETTINGS)), st.text("ab \n", max_size=20).map(lambda text: text * 9)),
        max_size=12,
    )
)
@example([("Character", "aaa\n" * 9), ("Dialogue", "\n" * 45)])  # a name of several lines that comes again
@example([("Character", "a" * 36), ("Dialogue", "\n" * 45)])  # one that leaves no room for "(CONT'D)"
def test_nothing_is_lost_and_nothing_leaves_the_page(paragraphs: Sequence[tuple[str, str]]) -> None:
    rows = [(number, row) for page in _pages(*paragraphs) for number, row in page]
    assert all(number < ROWS and row.left + _width(row.text) <= 7.5 + 1e-6 for number, row in rows)
    shown = "".join(row.text for _, row in rows if row.left != SETTINGS["Character"].left)  # names come again
    given = "".join(text for kind, text in paragraphs if kind != "Character")
    assert "".join(shown.lower().split()) == "".join(given.split())
