"""Texts and dialogues that a program gives instead of files."""

from typing import Any

import pytest

from textgen.corpus.document import Line
from textgen.corpus.given import GivenCorpus, GivenDialogues, GivenTexts
from textgen.corpus.reading_options import AS_FOUND
from textgen.corpus.survey import survey
from textgen.errors import ConfigurationError, CorpusError


def documents(texts: Any, format: str | None = None) -> list[list[Line]]:
    corpus = GivenCorpus(GivenTexts(texts), format, AS_FOUND)
    return [[line for scene in document for line in scene.lines] for document in corpus.documents()]


def plain(*texts: str) -> list[Line]:
    return [Line(None, text) for text in texts]


def test_each_text_is_a_document() -> None:
    assert documents(["One.\n\nTwo.\n", "Three.\r\nFour."]) == [plain("One.", "", "Two."), plain("Three.", "Four.")]
    assert documents(iter(["A cat sits.", "a dog"])) == [plain("A cat sits."), plain("a dog")]
    corpus = GivenCorpus(GivenTexts(["A cat sits.", "a dog"]), None, AS_FOUND)
    assert (corpus.style.format, corpus.files[0].path.stem, survey(corpus).documents) == ("captions", "texts", 2)


def test_scripts_are_recognised_and_formats_obeyed() -> None:
    script = "EVE: Hello.\nADAM: Hi.\nEVE: Bye.\n"
    assert documents([script] * 3) == [[Line("EVE", "Hello."), Line("ADAM", "Hi."), Line("EVE", "Bye.")]] * 3
    assert documents([script], "plain") == [plain("EVE: Hello.", "ADAM: Hi.", "EVE: Bye.")]
    with pytest.raises(ConfigurationError, match="'csv' is unknown; the formats are"):
        documents([script], "csv")
    with pytest.raises(CorpusError, match="was to be read as colon"):
        documents(["Nobody speaks"], "colon")


class NAType:
    """What pandas has for a missing text."""


def test_missing_and_empty_texts_are_left_out_and_counted() -> None:
    corpus = GivenCorpus(GivenTexts(["One\ntwo", None, " ", float("nan"), NAType()]), None, AS_FOUND)  # type: ignore[list-item]
    assert len(list(corpus.documents())) == 1
    assert corpus.files[0].report.changes == {"empty text left out": 4}


def test_dialogues_have_turns() -> None:
    corpus = GivenCorpus(GivenDialogues([["hi", "ho\nho"], ("a", None)]), None, AS_FOUND)
    found = [[turn.text for turn in dialogue.lines] for _, dialogue in corpus.dialogues()]
    assert found == [["hi", "ho ho"], ["a", ""]]


def test_the_fingerprint_is_that_of_the_texts_and_their_places() -> None:
    given = [["ab", "c"], ["a", "bc"], ["abc"], ["c", "ab"]]
    assert len({GivenTexts(texts).fingerprint for texts in given}) == 4
    assert GivenTexts(iter(given[0])).fingerprint == GivenTexts(given[0]).fingerprint
    assert GivenDialogues([["a", "b"]]).fingerprint != GivenDialogues([["a"], ["b"]]).fingerprint


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("one text", "texts is of the type str; it must be a list"),
        (5, "texts is of the type int"),
        ([], "texts holds no text"),
        (["", None], r"texts holds no text \(2 are empty\)"),
        (["one", 5], "texts holds 5 of the type int; it must be a str"),
    ],
)
def test_what_is_no_list_of_texts_is_refused(given: Any, found: str) -> None:
    with pytest.raises(ConfigurationError, match=found):
        GivenTexts(given)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (["hi", "ho"], "a dialogue is of the type str"),
        ([["hi", 3]], "a turn holds 3 of the type int"),
        ([], "dialogues holds no dialogue"),
    ],
)
def test_what_is_no_list_of_dialogues_is_refused(given: Any, found: str) -> None:
    with pytest.raises(ConfigurationError, match=found):
        GivenDialogues(given)
