"""What there is in a corpus of scripts or dialogues."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.dialogue_fakes import FakeCorpus, dialogue
from textgen.corpus.collection import Corpus
from textgen.corpus.exchanges import Exchanges
from textgen.corpus.frequent import Dominating
from textgen.corpus.normalisation import Normalisation
from textgen.corpus.split import split_dialogues
from textgen.corpus.survey import survey, survey_dialogues
from textgen.errors import ConfigurationError

SCRIPT = "[bar]\n\njerry: hello\n\nGeorge (softly): HELLO\n\njerry: (waves) bye\n\nHe leaves.\n\n"


def write(path: Path, text: str) -> Path:
    path.write_bytes(text.encode())
    return path


def test_scripts_are_counted(tmp_path: Path) -> None:
    write(tmp_path / "a.txt", SCRIPT)
    write(tmp_path / "b.csv", "speaker,text\nbo,hi\nbroken\nbo,\njerry,ho\n")
    found = survey(Corpus(tmp_path))
    assert (found.documents, found.scenes, found.lines, found.narration_lines, found.headings) == (2, 2, 6, 1, 1)
    assert list(found.speakers.items()) == [("jerry", 3), ("George", 1), ("bo", 1)]
    script = SCRIPT.replace("George (softly): ", "George: (softly) ")
    assert found.characters == len(script) + len("bo: hi\n\njerry: ho\n\n")
    assert found.longest_line == len("(softly) HELLO")
    assert (found.skipped, found.skipped_examples) == (
        2, ("b.csv, line 3: 1 columns where 2 were expected: 'broken'",)
    )  # fmt: skip
    assert found.changes == {"direction moved behind the colon": 1}
    assert found.narration_lines > 0
    assert found.headings > 0
    assert not found.normalisation.lowercase
    assert found.normalisation.straight_quotes


def test_long_scenes_are_counted_once(tmp_path: Path) -> None:
    found = survey(Corpus(write(tmp_path / "a.txt", "a line of prose that goes on\nand on,\n" * 1200)))
    assert (found.documents, found.scenes, found.lines) == (1, 1, 2400)


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
    found = survey_dialogues(TALK, 3, None, detokenised=True)
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


@pytest.mark.parametrize("tokenised", [True, False])
@pytest.mark.parametrize("turns_to_tell", [1, 2_000])
def test_one_pass_tells_whether_the_corpus_is_tokenised(
    monkeypatch: pytest.MonkeyPatch, tokenised: bool, turns_to_tell: int
) -> None:
    monkeypatch.setattr("textgen.corpus.survey._TURNS_TO_TELL", turns_to_tell)
    say = ("it ' s you , eve .", "yes .") if tokenised else ("it's you, eve.", "yes.")
    corpus = FakeCorpus([dialogue(*say), dialogue(*say, say[0])])
    found = survey_dialogues(corpus, 3, None, detokenised=None)
    assert (corpus.passes, found.detokenised) == (1, tokenised)
    assert found == survey_dialogues(corpus, 3, None, detokenised=tokenised)


def test_a_corpus_that_begins_otherwise_than_it_goes_on_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("textgen.corpus.survey._TURNS_TO_TELL", 2)
    corpus = FakeCorpus([dialogue("it's", "you're"), *[dialogue("it ' s you .", "no , you .")] * 3])
    found = survey_dialogues(corpus, 3, None, detokenised=None)
    assert (corpus.passes, found.detokenised) == (2, True)
    assert found == survey_dialogues(corpus, 3, None, detokenised=True)


@given(st.lists(st.lists(st.lists(st.sampled_from(["", "a", "b"]), min_size=1, max_size=3), max_size=4), max_size=3))
def test_a_survey_knows_whether_anything_is_left_to_learn_from(files: list[list[list[str]]]) -> None:
    corpus = FakeCorpus(*[[dialogue(*turns) for turns in file] for file in files])
    found = survey_dialogues(corpus, 3, None)
    split = split_dialogues(found.dialogues)
    training = Exchanges(corpus, 3, None, str, "training", split)
    assert found.has_training_exchanges(split) == any(True for _ in training)


def test_a_reply_that_makes_more_than_a_tenth_of_all_is_told() -> None:
    replies = [dialogue(f"question {k}", "I don't know." if k % 4 == 0 else f"reply {k}") for k in range(40)]
    found = survey_dialogues(FakeCorpus(replies), 3, None)
    assert found.dominating == Dominating("I don't know.", 0.25)
    assert 'one reply is 25% of all, which the bot will prefer too: "I don\'t know."' in found.describe()
    varied = survey_dialogues(FakeCorpus(replies[1:4] * 10), 3, None)
    assert varied.dominating is None  # the same exchange again is left out
