"""JSON cut into records."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.formats.json_text import (
    ANY,
    ITEM,
    MOST_NESTED,
    JsonError,
    JsonPath,
    looks_like_json,
    parse,
    records,
    sample,
)

_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=15,
)


def cut(text: str, *paths: JsonPath, size: int = 1 << 20) -> list[Any]:
    """The values at some places of a text that comes in pieces of a size."""
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return [json.loads(record.text) for record in records(pieces, paths)]


@given(st.lists(_values, max_size=5), st.integers(1, 20), st.sampled_from([None, 1]), st.booleans())
def test_items_are_found_whatever_the_pieces_and_the_writing(
    values: list[Any], size: int, indent: int | None, ascii_only: bool
) -> None:
    text = json.dumps({"before": [1, "]"], "data": values}, indent=indent, ensure_ascii=ascii_only)
    assert cut(text, ("data", ITEM), size=size) == values


@given(st.lists(_values.filter(lambda value: isinstance(value, dict | list)), min_size=1, max_size=5))
def test_values_may_follow_each_other(values: list[Any]) -> None:
    assert cut("\n".join(map(json.dumps, values)), ()) == values


def test_places_lines_and_groups() -> None:
    text = '{"chats":\n[{"m": [1,\n2]}, {"m": [3]}],\n"left": {"a": [4], "b": [[5]]}}'
    found = list(records([text], [("chats", ITEM, "m", ITEM), ("left", ANY, ITEM)]))
    assert [(record.text, record.line) for record in found] == [("1", 2), ("2", 3), ("3", 3), ("4", 4), ("[5]", 4)]
    groups = [record.group for record in found]
    assert groups[0] == groups[1] and len(set(groups)) == 4


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("[1", "a comma or ] must follow a value"),
        ('[{"a": 1}\n{"a": 2}]', "line 2: a comma or ] must follow a value"),
        ('{"data" [1]}', "a name in quotation marks and a colon must stand before a value"),
        ("[1, , 2]", "a value is missing"),
        ('[{"a": "b}]', "a value begins that has no end"),
        ("[" * 102 + "]" * 102, "more than 100 lists and objects are in one another"),
    ],
)
def test_what_is_no_json_is_told_with_its_line(text: str, problem: str) -> None:
    with pytest.raises(JsonError, match=problem):
        cut(text, (ITEM,), ("data", ITEM))


def test_nesting_ends_at_a_hundred() -> None:
    deepest = "[" * MOST_NESTED + "]" * MOST_NESTED
    assert parse(deepest)
    with pytest.raises(ValueError, match="more than 100 lists"):
        parse(f"[{deepest}]")


def test_a_record_without_end_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textgen.corpus.formats.json_text.MOST_CHARACTERS", 1000)
    with pytest.raises(JsonError, match=r"line 1: a value of more than 1,000 characters begins"):
        list(records(('[{"a": "', *["x" * 100] * 50), [(ITEM,)]))


@given(_values.filter(lambda value: isinstance(value, dict | list) and len(value) > 0), st.data())
def test_a_beginning_is_known_wherever_the_text_is_cut(value: Any, data: st.DataObject) -> None:
    text = json.dumps(value, indent=1)
    cut_at = data.draw(st.integers(len(text) // 2, len(text)))
    found = sample(text[:cut_at].split("\n"))
    assert found is None or isinstance(found.value, type(value))
    assert sample(text.split("\n")) == ("document", value)


@pytest.mark.parametrize(
    ("head", "is_json"),
    [
        (['{"a": 1}', '{"a": 2}'], True),
        (["[1, 2]"], True),
        (['[["hi", "hello"],'], True),
        (["{'from': 'nora', 'text': 'hi'}"], True),
        (['{"broken": yes, no}'], True),
        (["", "  {"], False),
        (["[coffee shop]", "jerry: hello"], False),
        (["[1] Smith, J.: A book.", "[2] Jones, K.: Another."], False),
        (["{Enter Nora}", "NORA: hello"], False),
        (["[[link]] and text"], False),
        ([], False),
    ],
)
def test_json_is_told_from_text_in_brackets(head: Sequence[str], is_json: bool) -> None:
    assert looks_like_json(head) == is_json
