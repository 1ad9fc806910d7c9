"""Names of columns and files."""

import pytest

from textgen.corpus.pair_names import PairColumns, are_parts_of_a_corpus, file_sides, find_pair_columns


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
def test_columns(header: str, columns: PairColumns | None) -> None:
    assert find_pair_columns(header.split(",")) == columns


@pytest.mark.parametrize(
    ("prompts", "replies"),
    [
        ("human_text.txt", "robot_text.txt"),
        ("cornell30k.prompts.txt", "cornell30k.replies.txt"),
        ("train.from", "train.to"),
        ("Questions.txt", "Answers.txt"),
        ("train.enc", "train.dec"),
        ("my input 3.txt", "my output 3.txt"),
    ],
)
def test_files(prompts: str, replies: str) -> None:
    assert file_sides(prompts, replies) == (prompts, replies)
    assert file_sides(replies, prompts) == (prompts, replies)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("a.txt", "b.txt"),
        ("human_1.txt", "robot_2.txt"),
        ("human.txt", "human.txt"),
        ("human.txt", "user.txt"),
        ("human.txt", "robot_text.txt"),
    ],
)
def test_files_that_are_no_pair(first: str, second: str) -> None:
    assert file_sides(first, second) is None


def test_parts_of_a_corpus() -> None:
    assert are_parts_of_a_corpus("coco_train.txt", "coco-test.txt")
    assert not are_parts_of_a_corpus("train.en", "train.de")
    assert not are_parts_of_a_corpus("train.txt", "one.txt")
