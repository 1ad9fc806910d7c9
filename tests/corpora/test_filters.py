"""What is not learned from strangers."""

from collections import Counter

import pytest
from building.filters import LONGEST_TURN, hit, pieces


@pytest.mark.parametrize(
    ("turn", "name"),
    [
        ("write to me at jo@example.org", "e-mail address"),
        ("I read it on www.example.org", "link"),
        ("call 555 123 45 67", "phone number"),
        ("I live at 12 Elm Street", "street address"),
        ("what the FUCK", "swearing or slur"),
        ("he wants to have sex", "sexual"),
        ("I want to kill myself", "self-harm"),
        ("take 200 mg twice a day", "medical or legal advice"),
        ("Did you vote for Trump?", "politics"),
        ("no " * (LONGEST_TURN + 1), f"more than {LONGEST_TURN} words"),
    ],
)
def test_a_turn_that_is_not_to_be_learned_is_hit(turn: str, name: str) -> None:
    assert hit(turn) == name


@pytest.mark.parametrize(
    "turn",
    [
        "The sextet played at 8, I was there at 7.",
        "Did you see The Dark Knight? The villain dies.",
        "My sister Anna lives in London.",
        "Dickens wrote that, and shiitake soup is good.",
    ],
)
def test_films_places_and_first_names_may_occur(turn: str) -> None:
    assert hit(turn) is None


def test_what_stands_around_a_hit_is_kept_where_it_is_long_enough() -> None:
    counts = Counter[str]()
    turns = ["hi", "hello", "see www.example.org", "alone", "go to my-page.com", "a", "b", "c"]
    assert pieces(turns, counts) == [["hi", "hello"], ["a", "b", "c"]]
    assert counts == {"link": 2}
