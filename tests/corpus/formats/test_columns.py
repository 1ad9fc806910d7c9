"""What the columns of a table hold."""

from pathlib import Path

import pytest

from textgen.corpus.formats.columns import (
    Columns,
    PairColumns,
    columns_asked_for,
    columns_by_content,
    described,
    find_columns,
    find_pair_columns,
    has_header,
)
from textgen.corpus.reading_options import AS_FOUND, ReadingOptions
from textgen.errors import CorpusError


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Season,Episode,Character,Line", Columns(2, 3, (0, 1), None, True)),
        (
            "id,episode_id,raw_text,raw_character_text,raw_location_text,spoken_words",
            Columns(3, 5, (1,), 4, True),
        ),
        ("line,Speaker Name,text,scene", Columns(1, 2, (), 3, True)),
        ("id,headline,text", Columns(None, 2, (), None, True)),
        ("jerry,hello", Columns(0, 1, (), None, False)),
        ("AuthorID,Author,Date,Content,Attachments,Reactions", Columns(1, 3, (), None, True)),
        ("name,message", Columns(0, 1, (), None, True)),
        ("From,To,Subject,Body", Columns(0, 3, (), None, True)),
        ("user_name,comment_text,likes", Columns(0, 1, (), None, True)),
        ("id,subreddit,title,body,created_utc", Columns(None, 3, (), None, True)),
        ("question,text,answer", Columns(None, 1, (), None, True)),
        ("title,question,answer", None),  # prompts and replies
        ("a,b,c", None),
        ("text", None),
    ],
)
def test_columns(header: str, columns: Columns | None) -> None:
    assert find_columns(header.split(",")) == columns


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("prompt,reply", PairColumns(0, 1, True)),
        ("id,Answers,Questions", PairColumns(2, 1, True)),
        ("instruction,input,output", PairColumns(0, 2, True)),
        ("context,question,answer", PairColumns(1, 2, True)),
        ("Human Text,bot_text", PairColumns(0, 1, True)),
        ("q,a", PairColumns(0, 1, True)),
        ("Replies,User", PairColumns(1, 0, True)),
        ("user,message", PairColumns(0, 1, False)),
        ("hello,hi", PairColumns(0, 1, False)),
        ("a,b,c", PairColumns(0, 1, False)),
        ("text", None),
    ],
)
def test_the_columns_of_a_table(header: str, columns: PairColumns | None) -> None:
    assert find_pair_columns(header.split(",")) == columns


SPOKEN = [["EVE", "Do you see the river from here?"], ["ADAM", "I do not, it is far."]] * 6
NUMBERED = [[str(number), speaker, text] for number, (speaker, text) in enumerate(SPOKEN)]


@pytest.mark.parametrize(
    ("rows", "header"),
    [
        ([["Wer", "Was"], *SPOKEN], True),
        (SPOKEN, False),
        ([["EVE", "Hi."], *SPOKEN], False),
        ([["Nr", "Wer", "Was"], *NUMBERED], True),
        (NUMBERED, False),
        ([["Wer", "Was"], *SPOKEN[:3]], False),  # too few records to tell
    ],
)
def test_a_header_of_unknown_names_differs_from_what_stands_below(rows: list[list[str]], header: bool) -> None:
    assert has_header(rows) == header


def test_without_names_the_longest_texts_and_recurring_names_are_taken() -> None:
    assert columns_by_content([["Nr", "Wer", "Was"], *NUMBERED]) == Columns(1, 2, (), None, True)
    assert columns_by_content([["1", "2"], ["3", "4"]]) is None
    assert columns_by_content([["station", "hour"], ["Mill", "06"], ["Mill", "07"]]) is None


ROWS = [["id", "Who", "Said it", "Mood"], *([str(number), "EVE", "Well, hello there.", "glad"] for number in range(9))]


def test_a_column_is_named_or_counted() -> None:
    path = Path("talk.csv")
    by_name = columns_asked_for(ROWS, ReadingOptions(text_column="said it", speaker_column="Mood"), path)
    by_number = columns_asked_for(ROWS, ReadingOptions(text_column=3, speaker_column="4"), path)
    assert by_name == by_number == Columns(3, 2, (), None, True)
    pairs = columns_asked_for(ROWS, ReadingOptions(prompt_column=3, reply_column="Mood"), path)
    assert pairs == PairColumns(2, 3, True)
    assert columns_asked_for(ROWS, AS_FOUND, path) is None


def test_a_name_that_is_a_number_comes_before_the_number() -> None:
    rows = [["2", "1"], *[["well, hello", "EVE"]] * 9]
    assert columns_asked_for(rows, ReadingOptions(text_column=2), Path()) == Columns(None, 0, (), None, True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (ReadingOptions(text_column="body"), r"are 1 \"id\", 2 \"Who\", 3 \"Said it\", 4 \"Mood\": give one"),
        (ReadingOptions(text_column=5), "--text-column is '5', but the columns of talk.csv are"),
        (ReadingOptions(prompt_column="Mood"), "known for replies: name that column with --reply-column"),
    ],
)
def test_a_column_that_is_not_there_is_refused(asked: ReadingOptions, found: str) -> None:
    with pytest.raises(CorpusError, match=found):
        columns_asked_for(ROWS, asked, Path("talk.csv"))


def test_columns_are_described_in_their_order() -> None:
    assert described(ROWS[0], Columns(1, 2, (), None, True)) == (
        ("id", ""),
        ("Who", "speaker"),
        ("Said it", "text"),
        ("Mood", ""),
    )
    assert described(ROWS[1], PairColumns(2, 3, False)) == (("", ""), ("", ""), ("", "prompt"), ("", "reply"))
