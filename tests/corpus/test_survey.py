"""What there is in a corpus of dialogues."""

import pytest

from tests.corpus.dialogue_fakes import FakeCorpus, dialogue
from textgen.corpus.detokenisation import detokenise
from textgen.corpus.exchanges import Exchanges
from textgen.corpus.normalisation import Normalisation
from textgen.corpus.split import split_dialogues
from textgen.corpus.survey import survey_dialogues
from textgen.errors import ConfigurationError

TALK = FakeCorpus(
    [dialogue(("EVE", "hello there"), ("bo", "oh , it ' s you"), ("EVE", "me .")), dialogue("what ?", "")],
    [dialogue(("bo", ""), ("EVE", "a"), ("bo", "b"), ("EVE", "c"))] * 2,
)


def test_everything_is_counted_in_one_pass() -> None:
    before = TALK.passes
    found = survey_dialogues(TALK, turns=3, replies_by=None)
    assert TALK.passes == before + 1
    assert found.dialogues == (2, 2)
    assert found.exchanges == 4
    assert found.characters == len("oh , it ' s you\nme .\nb\nc\n")
    assert found.words == 6 + 2 + 1 + 1
    assert found.speakers == {"EVE": 6, "bo": 3}
    assert found.left_out == {"one-sided": 1, "empty context": 2, "duplicate": 2}
    assert found.tokenised
    assert found.normalisation == Normalisation.observe(found.habits)
    assert (found.habits.lower, found.habits.capitals, found.habits.straight) == (30, 0, 1)


def test_the_turns_are_counted_as_they_are_normalised() -> None:
    found = survey_dialogues(TALK, 3, None, detokenise)
    assert found.characters == len("oh, it's you\nme.\nb\nc\n")
    assert found.words == 3 + 1 + 1 + 1
    assert found.tokenised


def test_the_replies_of_one_speaker() -> None:
    found = survey_dialogues(TALK, 3, "eve")
    assert found.exchanges == 4
    assert found.left_out["not by eve"] == 3


def test_from_survey_to_both_sides() -> None:
    found = survey_dialogues(TALK, 1, None)
    split = split_dialogues(found.dialogues)
    training = Exchanges(TALK, 1, None, str, "training", split)
    held_out = Exchanges(TALK, 1, None, str, "held out", split)
    assert [exchange.reply for exchange in training] == ["oh , it ' s you", "me .", "b", "c"]
    assert [exchange.reply for exchange in held_out] == ["b", "c"]


@pytest.mark.parametrize(
    ("asked", "told"), [("ev", "the nearest of its 2 speakers are EVE"), ("zzz", "some of its 2 speakers are EVE, bo")]
)
def test_an_unknown_name_is_refused_with_the_nearest(asked: str, told: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"'{asked}' .* speaks in this corpus; {told}: choose"):
        survey_dialogues(TALK, 3, asked)


def test_a_name_where_nobody_has_one_is_refused() -> None:
    with pytest.raises(ConfigurationError, match=r"does not say who speaks; .* leave the name out"):
        survey_dialogues(FakeCorpus([dialogue("a", "b")]), 3, "eve")


def test_what_a_person_is_told() -> None:
    corpus = FakeCorpus([dialogue(*((name, name) for name in "aabcdefg")), dialogue(("a", ""), ("b", "x"), ("a", "y"))])
    corpus.files[0].report.skip(3, "bad", "no dialogue")
    corpus.files[0].report.change("direction left out", 2)
    assert survey_dialogues(corpus, 3, "a").describe() == [
        "2 dialogues, 3 exchanges, 6 characters and 3 words of replies",
        "turns of a (3), b (2), c (1), d (1), e (1) and 2 more",
        "only context: 6 turns not by a",
        "left out 1 x empty turn that opens a dialogue",
        "changed 2 x direction left out",
        "skipped 1 bad record, such as 0.txt, line 3: no dialogue: 'bad'",
    ]
    assert (
        "punctuation stands apart from the words, as a tokeniser leaves it"
        in survey_dialogues(TALK, 3, None).describe()
    )


def test_an_empty_corpus() -> None:
    found = survey_dialogues(FakeCorpus([]), 3, None)
    assert (found.dialogues, found.exchanges, found.tokenised) == ((0,), 0, False)
    assert len(found.describe()) == 1
