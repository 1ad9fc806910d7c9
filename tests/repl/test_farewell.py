import pytest

from textgen.repl.farewell import is_farewell


@pytest.mark.parametrize(
    "text",
    [
        "bye",
        "Bye!",
        "  GOODBYE.  ",
        "good-bye",
        "Bye, bye!",
        "quit",
        "exit()",
        '"Exit"',
        "see  you",
        "bye \U0001f44b",
        "Bye\n",
    ],
)
def test_alone_it_ends_the_talk(text: str) -> None:
    assert is_farewell(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "...",
        "how do I exit vim?",
        "bye for now, or not",
        "don't quit",
        "byes",
        "goodbyes",
        "I said bye",
        "/quit",
        " /bye",
    ],
)
def test_inside_a_sentence_or_a_word_it_does_not(text: str) -> None:
    assert not is_farewell(text)
