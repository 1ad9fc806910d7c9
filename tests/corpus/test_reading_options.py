"""What a person says about how a corpus is read: it is checked, stored, and passed to what reads."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.reading_options import AS_FOUND, ReadingOptions
from textgen.errors import ConfigurationError, ModelError

COLUMNS = st.one_of(st.none(), st.integers(1, 99), st.text(min_size=1).filter(str.strip))


@given(
    separator=st.one_of(st.none(), st.text(st.characters(exclude_characters="\n"), min_size=1)),
    minutes=st.integers(0, 10_000),
    text=COLUMNS,
    speaker=COLUMNS,
)
def test_what_is_stored_is_read_again(separator: str | None, minutes: int, text: Any, speaker: Any) -> None:
    if text == speaker:
        speaker = None
    options = ReadingOptions("cp437", separator, minutes, text, speaker)
    assert ReadingOptions.from_json(options.to_json()) == options


def test_only_what_differs_from_the_defaults_is_stored() -> None:
    assert AS_FOUND.to_json() == {}
    assert ReadingOptions(join_minutes=0, text_column=3).to_json() == {"join_minutes": 0, "text_column": 3}


def test_what_was_not_given_stays_as_it_was() -> None:
    known = ReadingOptions(encoding="cp437", text_column="said")
    assert known.replaced({"encoding": None, "text_column": 2}) == ReadingOptions("cp437", text_column=2)


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"encoding": "klingon"}, "'klingon', which is none"),
        ({"encoding": "base64"}, "'base64', which is none"),  # a codec of Python, but of no text
        ({"document_separator": ""}, "separator is empty"),
        ({"join_minutes": -1}, "join_minutes is -1"),
        ({"join_minutes": 2.5}, "join_minutes is 2.5"),
        ({"text_column": 0}, "text_column is 0"),
        ({"speaker_column": " "}, "speaker_column is ' '"),
        ({"prompt_column": "a", "reply_column": "a"}, "prompt_column and reply_column are both 'a'"),
    ],
)
def test_what_makes_no_sense_is_refused(wrong: dict[str, Any], found: str) -> None:
    with pytest.raises(ConfigurationError, match=found):
        ReadingOptions(**wrong)


@pytest.mark.parametrize("stored", [{"encodings": "utf-8"}, {"join_minutes": "ten"}, {"encoding": "klingon"}])
def test_a_damaged_record_is_one_sentence(stored: dict[str, Any]) -> None:
    with pytest.raises(ModelError, match="copy the model folder again"):
        ReadingOptions.from_json(stored)
