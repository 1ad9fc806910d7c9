"""Prompts and their replies, in tables and in aligned files."""

import csv
import io
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.corpus.formats.files import read, said
from tests.growth import calls_of
from textgen.corpus.document import turn_of
from textgen.corpus.formats.base import FilePair
from textgen.corpus.formats.pairs import aligned_by_length, aligned_by_name, are_parts_of_a_corpus, file_sides
from textgen.corpus.reading import TextFile
from textgen.errors import CorpusError

NAMES = (
    "human_1.txt", "robot_1.txt", "bot_1.txt", "user_1.txt", "human_2.txt", "answers_2.txt", "from_to.txt",
    "from_from.txt", "to_to.txt", "human_robot.txt", "robot_human.txt", "notes.txt",
)  # fmt: skip
Pairs = Callable[[Sequence[TextFile], bool], Iterator[FilePair]]


def test_named_columns(tmp_path: Path) -> None:
    text = 'id,Answer,Question\n1,"Fine, ""thanks""\nand you?",How are you?\n2,,Well?\nbroken\n3,Bye,"See\r\nyou"\n'
    found, report = read("csv-pairs", tmp_path, text)
    assert found == [said("How are you?", 'Fine, "thanks" and you?'), said("Well?", ""), said("See you", "Bye")]
    assert (report.skipped, report.first_skipped) == (1, "line 5: 1 columns where 3 were expected: 'broken'")


def test_without_a_header_the_first_two_columns_are_taken(tmp_path: Path) -> None:
    found, _ = read("tsv-pairs", tmp_path, "Go.\tVa !\tCC-BY\nHi.\tSalut !\tCC-BY\n")
    assert found == [said("Go.", "Va !"), said("Hi.", "Salut !")]


def test_spreadsheets_may_write_semicolons(tmp_path: Path) -> None:
    found, report = read("csv-pairs", tmp_path, 'Question;Answer\n"Tea; or coffee, sir?";Tea, please\nWell?;"Fine"\n')
    assert found == [said("Tea; or coffee, sir?", "Tea, please"), said("Well?", "Fine")]
    assert report.skipped == 0
    assert read("csv-pairs", tmp_path, "Oh; well,Yes\nAnd; you,No\n")[0] == [
        said("Oh; well", "Yes"),
        said("And; you", "No"),
    ]


def test_one_column_holds_no_pairs(tmp_path: Path) -> None:
    assert read("tsv-pairs", tmp_path, "one\ntwo\n")[0] == []


_text = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufeff"), max_size=8) | st.just(
    "a\nb"
)


@given(st.lists(st.tuples(_text, _text), min_size=1, max_size=6), st.sampled_from(["csv", "tsv"]))
def test_what_the_csv_module_writes_is_read(pairs: list[tuple[str, str]], kind: str) -> None:
    table = io.StringIO()
    writer = csv.writer(table, delimiter="," if kind == "csv" else "\t", quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writerows([("prompt", "reply"), *pairs])
    with tempfile.TemporaryDirectory() as folder:
        found, report = read(f"{kind}-pairs", Path(folder), table.getvalue())
    assert [[text for _, text in turns] for turns in found] == [[_stored(text) for text in pair] for pair in pairs]
    assert report.skipped == 0


def _stored(text: str) -> str:
    return unicodedata.normalize("NFC", turn_of(text).text)


@pytest.mark.parametrize(
    ("kind", "separator", "text", "change"),
    [
        ("csv", ",", "he said", "quotation mark never closed"),
        ("tsv", "\t", '"he said', "quotation marks taken as text"),
    ],
)
def test_an_open_quotation_mark_takes_no_other_pair_with_it(
    tmp_path: Path, kind: str, separator: str, text: str, change: str
) -> None:
    table = f'prompt{separator}reply\nhi{separator}"he said\nbye{separator}see you\n'
    found, report = read(f"{kind}-pairs", tmp_path, table)
    assert found == [said("hi", text), said("bye", "see you")]
    assert report.changes == {change: 1}


def test_aligned_files_are_read_line_by_line(tmp_path: Path) -> None:
    found, report = read("aligned", tmp_path, "hello\n😁  you?\n\n", "hi\r\n I  am\r\nbye")
    assert found == [said("hello", "hi"), said("😁  you?", "I  am"), said("", "bye")]
    assert (report.skipped, report.changes) == (0, {})


@pytest.mark.parametrize("separator", ["\u0085", "\u2028", "\x0b", "\x0c", "\x1c"])
def test_only_line_feeds_and_returns_end_a_line(tmp_path: Path, separator: str) -> None:
    found, _ = read("aligned", tmp_path, f"one{separator}half\ntwo\n", "1\n2\n")
    assert [turns[1][1] for turns in found] == ["1", "2"]
    assert found[1] == said("two", "2")


def test_both_numbers_are_told_where_they_differ(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="the first has 3 lines and the second 2; both need the same number"):
        read("aligned", tmp_path, "a\nb\nc\n", "a\nb\n")


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
def test_file_names_of_a_pair(prompts: str, replies: str) -> None:
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


def test_file_names_of_a_split() -> None:
    assert are_parts_of_a_corpus("coco_train.txt", "coco-test.txt")
    assert not are_parts_of_a_corpus("train.en", "train.de")
    assert not are_parts_of_a_corpus("train.txt", "one.txt")


@pytest.mark.parametrize(
    ("prompts", "replies"),
    [("to_from.txt", "to_to.txt"), ("human_human.txt", "robot_robot.txt"), ("q1_human_human.txt", "q1_human_bot.txt")],
)
def test_a_side_may_be_named_twice(prompts: str, replies: str) -> None:
    assert file_sides(prompts, replies) == (prompts, replies)
    assert file_sides(replies, prompts) == (prompts, replies)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES)), st.booleans())
def test_names_are_paired_as_if_every_two_were_compared(tmp_path: Path, names: list[str], ordered: bool) -> None:
    files = [TextFile(tmp_path / name) for name in names]
    for name in NAMES:
        (tmp_path / name).write_text("a\n")
    taken: set[str] = set()
    expected = []
    for first, second in combinations(names, 2):
        sides = None if {first, second} & taken else file_sides(first, second)
        if sides is not None:
            taken |= {first, second}
            expected.append((first, second) if ordered else sides)
    assert [tuple(file.path.name for file in pair.files) for pair in aligned_by_name(files, ordered)] == expected


@pytest.mark.parametrize("name", ["notes_{}.txt", "human_{}.txt", "human{}.txt", "{}_train_to.txt"])
@pytest.mark.parametrize("pairs", [aligned_by_name, aligned_by_length])
def test_twice_as_many_files_take_twice_the_calls(tmp_path: Path, name: str, pairs: Pairs) -> None:
    def calls(number: int) -> int:
        files = []
        for k in range(number):
            path = tmp_path / name.format("_" * k if name == "human{}.txt" else k)
            path.write_text("a\n" * (k % 2 + 1))
            files.append(TextFile(path))
        return calls_of(lambda: list(pairs(files, False)))

    assert calls(120) < 2.2 * calls(60)


def test_many_files_of_one_length_in_a_folder_are_no_pairs(tmp_path: Path) -> None:
    files = []
    for name in "abcd":
        path = tmp_path / f"{name}.txt"
        path.write_text("Beans\n\nSoak them.\n")
        files.append(TextFile(path))
    assert list(aligned_by_length(files, ordered=False)) == []
    assert [pair.files for pair in aligned_by_length(files[:2], ordered=False)] == [tuple(files[:2])]
    assert len(list(aligned_by_length(files, ordered=True))) == 2
