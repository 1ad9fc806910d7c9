"""A prompt takes over the habits of a corpus; tokenised text is put back into normal writing."""

import time
from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.growth import is_linear
from tests.tokenizers.examples import AWKWARD, any_text
from textgen.corpus.normalisation import Habits, Normalisation, Spacing, detokenise
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


@pytest.mark.parametrize(
    ("tokenised", "written"),
    [
        ("Hello , world", "Hello, world"),
        ("I ' m here .", "I'm here."),
        ("don ' t , Don ’ t", "don't, Don’t"),
        ("it ’ s I ’ Ve we ‘ re IT ' S", "it’s I’ve we’re IT'S"),
        ("I' m and I 'm", "I'm and I'm"),
        ("you do n't , ca n ' t and WO N'T", "you don't, can't and WON'T"),
        ("eight o ’ clock , Ms . O ' Brien", "eight o’clock, Ms. O'Brien"),
        ("' cause I said so", "'cause I said so"),
        ("far.Can you ? Mr.Li.It ' s me.I am", "far. Can you? Mr. Li. It's me. I am"),
        ("really ? ! no !!! yes . . . well", "really?! no!!! yes... well"),
        ("Mmmm ... if I come , etc , ... ?", "Mmmm ... if I come, etc, ...?"),
        ("3 , 000 yuan , $ 5 , 4 . 25 , 3 % at 8 : 30", "3,000 yuan, $5, 4.25, 3% at 8:30"),
        ("in the U . S . at 9 a . m . , i . e . now", "in the U.S. at 9 a.m., i.e. now"),
        ("( a minute later . ) Sir [ sic ] !", "(a minute later.) Sir [sic]!"),
        ('he has " cancer patient " written on " it . "', 'he has "cancer patient" written on "it."'),
        ("`` hello , '' she said", '"hello," she said'),
        ("the keys “ a ” and “ b . ”", "the keys “a” and “b.”"),
        ("the parents ' house and ten years ’ work", "the parents' house and ten years’ work"),
        ("he said ' hello ' to ‘ me ’ .", "he said 'hello' to ‘me’."),
        ("two  spaces  .", "two  spaces."),
    ],
)
def test_normal_writing(tokenised: str, written: str) -> None:
    assert detokenise(tokenised) == written
    assert detokenise(written) == written


@pytest.mark.parametrize(
    "text",
    [
        "Hello, world",
        ":-) :) :D ;-)",
        "3.5",
        "...",
        "So ... let's go ... -- now - then",
        "...and then.  Me.  This",
        "gon na",
        '16 " pan',
        'He said "yes" and "no".',
        "'tis the boys' house, isn't it?",
        "the 't' key, call me 's'",
        "write to a.b@example.com or www.example.com/x?y",
        "and/or he / she",
        "version 1.2.3, 9:15 p.m., U.S.A.",
        ". alone",
        "",
        " ",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert detokenise(text) == text


spaced = st.lists(
    st.sampled_from(
        ["I", "'", "’", "‘", "m", "s", "don", "t", "do", "n't", "n", "O", "clock", "A", "e", "g", "yes", "years", "5",
         "000", "%", "$", ".", ",", "...", "!", "?!", ":", '"', "``", "''", "(", ")", "[", "]", "“", "”", "far.Can",
         "Ve", "'m", "cause", "", "。"]
    ),
    max_size=14,
)  # fmt: skip


@given(st.one_of(spaced.map(" ".join), spaced.map("".join), any_text, st.sampled_from(AWKWARD)))
@example("' s '")
@example('" " "')
@example("( ' )")
def test_doing_it_again_changes_nothing(text: str) -> None:
    once = detokenise(text)
    assert detokenise(once) == once


@given(st.one_of(spaced.map(" ".join), any_text))
def test_nothing_but_spaces_case_and_marks_changes(text: str) -> None:
    def bare(text: str) -> str:
        return "".join(letter for letter in text if letter not in " '’‘`\"").lower()

    assert bare(detokenise(text)) == bare(text)


@pytest.mark.parametrize("unit", [" ", "(", "' ", '" ', "a ' s ", ". ", "A . ", "“", "a.B", "1 , 000"])
def test_long_lines_take_no_long_time(unit: str) -> None:
    begin = time.perf_counter()
    detokenise(unit * 5_000)
    assert time.perf_counter() - begin < 2


def looks_tokenised(sample: Iterable[str]) -> bool:
    evidence = Spacing()
    for text in sample:
        evidence.add(text)
    return evidence.tokenised


@pytest.mark.parametrize(
    ("sample", "expected"),
    [
        (["Good morning , sir .", "It ' s fine . Don't you think , Tom ?"], True),
        (["viewers ' opinions and monday night 's football", "they do n't know"], True),
        (["Good morning, sir.", "So ... what ? Yes !"], False),
        (["Bonjour ! Ça va ? Oui, ça va."], False),
        (["hello"], False),
        ([], False),
    ],
)
def test_what_looks_tokenised(sample: list[str], expected: bool) -> None:
    assert looks_tokenised(sample) is expected


def test_a_sample_no_longer_looks_tokenised_afterwards() -> None:
    sample = ["Good morning , sir .", "It ' s fine . Do n't you think , Tom ?"]
    assert not looks_tokenised(map(detokenise, sample))


@pytest.mark.parametrize(
    ("before", "unit", "after"),
    [
        ('"', " ", 'x "'),
        ('"', "\x85", '"'),
        ("' a", " ", "'"),
        ("", '" ', '"'),
        ("", "' \" ", "x"),
        ("", "( ", ") " * 9),
    ],
)
def test_a_line_of_spaces_and_marks_takes_time_by_its_length(before: str, unit: str, after: str) -> None:
    assert is_linear(detokenise, lambda size: before + unit * size + after, 500)


def test_all_spaces_within_marks_are_removed() -> None:
    assert detokenise('say "   so   " now') == 'say "so" now'
