"""Chat as typed, and in normal writing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smalltalk.tidying import as_typed, readings, tidy

COUNTS = {"so": 9, "soo": 1, "good": 9, "god": 1, "what": 99, "this": 99, "hmm": 5, "too": 9, "to": 99}


@pytest.mark.parametrize(
    ("typed", "tidied"),
    [
        ("im fine", "I'm fine."),
        ("i dont know, thats all", "I don't know, that's all."),
        ("Im here", "I'm here."),
        ("how are u", "How are you?"),
        ("good, how r u", "Good, how are you?"),
        ("hi", "Hi!"),
        ("its raining", "It's raining."),
        ("its colour", "Its colour."),
        ("ill be there", "I'll be there."),
        ("i was ill", "I was ill."),
        ("lets go", "Let's go."),
        ("he lets me", "He lets me."),
        ("ur welcome", "You're welcome."),
        ("sooo goood", "So good."),
        ("me tooo", "Me too."),
        ("hahahahaha yes", "Haha yes."),
        ("loool", "Lol."),
        ("what?!?!", "What?"),
        ("wow!!!!", "Wow!"),
        ("well.....no", "Well...no."),
        ("yes ,and no", "Yes, and no."),
        ("fun :)", "Fun."),
        ("fun:)", "Fun."),
        ("it is 83 xD", "It is 83."),
        ("I love it 🎉🎉", "I love it."),
        ("WHAT nonsense", "What nonsense."),
        ("THis is NO joke", "This is NO joke."),
        ("ya ok", "Yeah OK."),
        ("see ya", "See ya."),
        ("it is “odd”", 'It is "odd".'),
        ("monday. then tuesday", "Monday. Then Tuesday."),
        ("I said so.", "I said so."),
        (":)", ""),
        ("  ", ""),
    ],
)
def test_a_message(typed: str, tidied: str) -> None:
    assert tidy([typed], COUNTS) == tidied


def test_each_message_is_a_sentence() -> None:
    assert tidy(["hey", "whats up", ":)", "im tired"], COUNTS) == "Hey! What's up? I'm tired."


def test_a_long_message_was_cut_and_goes_on() -> None:
    assert tidy(["a " * 80 + "b", "Carrots"], COUNTS).endswith("a b Carrots.")


@given(st.lists(st.text(st.characters(codec="utf-8")), max_size=3))
def test_anything_gives_one_line_that_ends_well(messages: list[str]) -> None:
    text = tidy(messages, COUNTS)
    assert text == text.strip()
    assert "\n" not in text
    assert not text or text.rstrip("\"')")[-1:] in (".", "!", "?")


@given(
    st.lists(st.sampled_from(["im", "so", "tired", "u", "r", "ok", "lol", "haha", "its", "a", "day", "i"]), min_size=1)
)
def test_tidying_again_changes_nothing(said: list[str]) -> None:
    once = tidy([" ".join(said)], COUNTS)
    assert tidy([once], COUNTS) == once


def test_as_typed_only_joins() -> None:
    assert as_typed(["hey!!", " how  are u "]) == "hey!! how are u"


def test_stretched_words_have_three_readings() -> None:
    assert readings("helllo") == ["helllo", "helo", "hello"]
    assert readings("hello") == ["hello"]
