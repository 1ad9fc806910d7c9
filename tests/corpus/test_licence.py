"""The frame of Project Gutenberg's texts."""

import pytest

from textgen.corpus.licence import has_licence, texts

TEXT = ["A HOUSE", "", "It stood by the river.", "", "Nobody lived in it."]


def framed(begins: list[str], ends: list[str]) -> list[str]:
    """The text in a frame."""
    return ["The Project Gutenberg eBook", "", "Title: A House", "", *begins, "", "", *TEXT, "", *ends, "", "Licence"]


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (
            ["*** START OF THE PROJECT GUTENBERG EBOOK A HOUSE ***"],
            ["*** END OF THE PROJECT GUTENBERG EBOOK A HOUSE ***"],
        ),
        (
            ["***START OF THIS PROJECT GUTENBERG EBOOK A HOUSE***", "", "Produced by Ann", "and others", ""],
            [
                "End of the Project Gutenberg EBook of A House, by Nobody",
                "",
                "***END OF THIS PROJECT GUTENBERG EBOOK***",
            ],
        ),
        (
            ["*** START OF THE PROJECT GUTENBERG EBOOK A HOUSE,", "BY A RIVER ***", "", "E-text prepared by Bo"],
            ["End of Project Gutenberg's A House"],
        ),
        (["*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*"], ["End of Project Gutenberg Etext of A"]),
    ],
    ids=lambda lines: lines[0],
)
def test_the_frame_is_left_out_and_counted(begins: list[str], ends: list[str]) -> None:
    lines, counts = framed(begins, ends), list[int]()
    assert has_licence(lines)
    (text,) = (list(text) for text in texts(lines, counts.append))
    assert [line for line in text if line] == [line for line in TEXT if line]
    assert sum(counts) == len(lines) - len(text)


def test_each_of_several_books_is_a_text() -> None:
    book = framed(["*** START OF THE PROJECT GUTENBERG EBOOK A ***"], ["*** END OF THE PROJECT GUTENBERG EBOOK A ***"])
    assert len([list(text) for text in texts(book * 3, lambda lines: None)]) == 3


def test_a_text_about_the_project_has_no_frame() -> None:
    assert not has_licence(["Project Gutenberg was begun in 1971.", "*** THE START ***"])
