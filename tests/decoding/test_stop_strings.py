from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from textgen.decoding.sequence import StopStrings


def run(stops: tuple[str, ...], *texts: str) -> tuple[list[str], StopStrings]:
    watch, shown = StopStrings(stops), []
    for text in texts:
        passed, watch = watch.advance(text)
        shown.append(passed)
        if watch.found:
            break
    return shown, watch


def test_without_stop_strings_everything_passes() -> None:
    assert run((), "a", "b")[0] == ["a", "b"]


def test_a_stop_string_over_several_pieces_is_never_shown() -> None:
    shown, watch = run(("cut",), "a c", "u", "t b")
    assert shown == ["a ", "", ""]
    assert watch.found and watch.cut == len("cut b")


def test_what_a_person_gave_is_not_searched() -> None:
    watch = StopStrings(("?", "you"), given=len("you? "))
    shown = []
    for text in ("yo", "u", "? so", " it is yo", "u or"):
        passed, watch = watch.advance(text)
        shown.append(passed)
    assert shown == ["yo", "u", "? so", " it is ", ""] and watch.found


def test_what_only_began_like_a_stop_string_is_shown_later() -> None:
    shown, watch = run(("cut",), "a cu", "p")
    assert shown == ["a ", "cup"]
    assert not watch.found and watch.held == ""


def test_what_is_held_at_the_end_can_be_had() -> None:
    assert run(("cut",), "a cu")[1].held == "cu"


def test_the_first_to_be_complete_ends_the_text() -> None:
    assert run(("abcd", "bc"), "xabcd")[0] == ["xa"]
    assert run(("bc", "abc"), "xabc")[0] == ["x"]


def test_repeated_beginnings() -> None:
    shown, watch = run(("aab",), "a", "a", "a", "b")
    assert "".join(shown) == "a"
    assert watch.found


@given(
    st.text("abc", max_size=12),
    st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=3),
    st.lists(st.integers(0, 12), max_size=4),
)
def test_how_the_text_is_cut_into_pieces_makes_no_difference(text: str, stops: list[str], cuts: list[int]) -> None:
    bounds = [0, *sorted(cuts), len(text)]
    pieces = [text[a:b] for a, b in pairwise(bounds)]
    shown, watch = run(tuple(stops), *pieces)
    single, other = run(tuple(stops), *text)
    assert "".join(shown) + watch.held == "".join(single) + other.held
    assert watch.found == other.found == any(stop in text for stop in stops)
    assert not any(stop in "".join(shown) + watch.held for stop in stops)
