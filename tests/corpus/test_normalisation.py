import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.normalisation import Habits, Normalisation
from textgen.errors import ModelError


def observed(*texts: str) -> Normalisation:
    habits = Habits()
    for text in texts:
        habits.add(text)
    return Normalisation.observe(habits)


def test_habits_are_counted() -> None:
    habits = Habits()
    habits.add("It’s \"Ok\" 'no' 日本")
    assert habits == Habits(lower=5, capitals=2, straight=4, curly=1)


def test_a_corpus_without_capitals_lowers_prompts() -> None:
    assert observed("jerry: hello").apply("JERRY: Olé") == "jerry: olé"
    assert observed("Jerry: hello").apply("JERRY") == "JERRY"


def test_a_slip_of_the_pen_is_no_habit() -> None:
    assert observed("a" * 10_000 + "B").lowercase
    assert not observed("a" * 9_999 + "B").lowercase


def test_a_corpus_without_letters_keeps_case() -> None:
    assert not observed("日本語").lowercase
    assert not observed("").lowercase


def test_quotes_of_the_corpus() -> None:
    assert observed("it's").apply("“it’s”") == '"it\'s"'
    assert observed("no quotes").apply("it’s") == "it's"
    assert observed("it’s").apply("\"it's\" ('so')") == "“it’s” (‘so’)"
    assert observed("it’s it's").apply("“it's”") == "“it's”"


def test_prompts_are_composed() -> None:
    assert Normalisation().apply("e\u0301") == "é"


@given(st.text(), st.sampled_from([(True, True, False), (False, False, True), (True, False, False)]))
def test_applying_twice_changes_nothing_more(text: str, settings_: tuple[bool, bool, bool]) -> None:
    normalisation = Normalisation(*settings_)
    once = normalisation.apply(text)
    assert normalisation.apply(once) == once


def test_saved_and_built_again() -> None:
    normalisation = Normalisation(lowercase=True, curly_quotes=True)
    assert Normalisation.from_json(normalisation.to_json()) == normalisation


def test_a_setting_that_is_not_stored_is_off() -> None:
    assert Normalisation.from_json({"lowercase": True}) == Normalisation(lowercase=True)


@pytest.mark.parametrize("document", [{"shout": True}, {**Normalisation().to_json(), "lowercase": 1}, []])
def test_damaged_settings_are_refused(document: object) -> None:
    with pytest.raises(ModelError, match=r"The normalisation of this model .* copy the model folder again"):
        Normalisation.from_json(document)  # type: ignore[arg-type]
