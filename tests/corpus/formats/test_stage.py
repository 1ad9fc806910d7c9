"""Plays as they are printed."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import Element, Line, SceneOpening
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.play import PlayLayout
from textgen.corpus.formats.stage import read, weigh
from textgen.corpus.reading_options import AS_FOUND

SAID = [("NORA", "You are late."), ("MR. HALE", "The boat was."), ("NORA", "Sit down."), ("MR. HALE", "I AM down.")]
BEFORE = [
    "{name}. {text}", "{name} -- {text}", "{name} — {text}", "{name}.- {text}", "{name}. – {text}", "{name} - {text}",
    "_{name}._ {text}", "**{name}.** {text}",
]  # fmt: skip
ABOVE = ["{name}.\n{text}", "{name}\n{text}", "_{name}_\n{text}"]


def played(text: str, report: ReadReport | None = None) -> list[Element]:
    """What a play is read as, once it was recognised."""
    lines = text.split("\n")
    evidence = weigh(lines, Path("a.txt"), AS_FOUND)
    assert evidence.convincing, evidence.reason
    return list(read(lines, evidence.layout, report or ReadReport()))


@pytest.mark.parametrize("between", ["\n\n", "\n"])
@pytest.mark.parametrize("layout", BEFORE)
def test_names_before_the_speech(layout: str, between: str) -> None:
    text = between.join(layout.format(name=name, text=said) for name, said in SAID)
    assert played(text) == [Line(*said) for said in SAID]


@pytest.mark.parametrize("layout", ABOVE)
def test_names_above_the_speech(layout: str) -> None:
    text = "\n\n".join(layout.format(name=name, text=said) for name, said in SAID)
    assert weigh(text.split("\n"), Path("a.txt"), AS_FOUND).layout == PlayLayout(1)
    assert played(text) == [Line(*said) for said in SAID]


@pytest.mark.parametrize("layout", ["{name}. {text}", "{name} -- {text}", "{name}\n{text}"])
def test_names_in_small_letters_recur(layout: str) -> None:
    said = [("Nora", "Late."), ("Old Tam", "Yes."), ("Nora", "Sit."), ("Old Tam", "Yes. I do.")]
    assert played("\n\n".join(layout.format(name=name, text=text) for name, text in said)) == [
        Line(*each) for each in said
    ]


def test_indented_names_in_small_letters() -> None:
    text = "  Ham. To stand or not,\nthat is the floor.\n  Hor. The rug.\n  Ham. Yes. The rug?\n  Hor. A mouse."
    assert played(text)[:2] == [Line("Ham", "To stand or not,\nthat is the floor."), Line("Hor", "The rug.")]


def test_verse_keeps_its_line_breaks_and_loses_what_all_are_indented_by() -> None:
    text = "NORA. One,\n  two,\n    three.\n\nTAM. Four.\n\nNORA. Five."
    assert played(text)[0] == Line("NORA", "One,\ntwo,\n  three.")


def test_a_speaker_may_say_nothing() -> None:
    assert played("NORA.\nTAM. Go.\nNORA. No.\nTAM. Go,\nnow.")[:2] == [Line("NORA", ""), Line("TAM", "Go.")]


def test_acts_and_scenes_are_headings() -> None:
    text = "ACT I.\n\nSCENE II. A deck.\n\nNORA. Go.\n\nTAM. Where?\n\nErster Aufzug\n\nNORA. [_Rising._] There."
    assert played(text) == [
        SceneOpening("[ACT I.]"), SceneOpening("[SCENE II. A deck.]"), Line("NORA", "Go."), Line("TAM", "Where?"),
        SceneOpening("[Erster Aufzug]"), Line("NORA", "[_Rising._] There."),
    ]  # fmt: skip


def test_directions_beside_the_name_are_moved_behind_it() -> None:
    report = ReadReport()
    text = "NORA (aside). Go.\n\nTAM, laughing. — Where?\n\nNORA [_loud_]. There.\n\nTAM. Here."
    text = text.replace(". — ", ". ")
    directed = [line.text for line in played(text, report) if isinstance(line, Line)]
    assert directed == ["(aside) Go.", "(laughing) Where?", "[_loud_] There.", "Here."]
    assert report.changes == {"direction moved behind the name": 3}


def test_a_direction_marks_a_name_too() -> None:
    text = "Nora. Go.\n\nTam (aside) Where?\n\nMaid (in the doorway). A lady.\n\nNora. You.\n\nTam. I.\n\nNora. Yes."
    names = [line.speaker for line in played(text) if isinstance(line, Line)]
    assert names == ["Nora", "Tam", "Maid", "Nora", "Tam", "Nora"]


def test_narration_that_would_be_read_as_a_speech_is_put_in_parentheses() -> None:
    text = "Time: night.\n\nNORA. Go.\n\nTAM. Where?\n\nNORA. There."
    assert played(text)[0] == Line(None, "(Time: night.)")


@pytest.mark.parametrize(
    "text",
    [
        "I. The harbour\n\nIt is old.\n\nII. The mill\n\nIt is older.\n\nIII. The sea\n\nIt is the oldest.",
        "Art. 1. One owner.\n\nArt. 2. One boat.\n\nArt. 3. One sea.",
        "1. Which floats?\nA. a spade\nB. a plank\nC. a cat\n\n2. Which sinks?\nA. a boat\nB. a cat\nC. I",
        "ON LENDING\n\nNobody lends.\n\nON BORROWING\n\nNobody borrows.",
        "Yes. I know.\n\nNo. You do not.\n\nPerhaps. We shall see.\n\nIt rains, as it did.",
        "VERSE 1\nThe lamp is low\n\nCHORUS\nFollow me down\n\nVERSE 2\nThe bowl is full\n\nCHORUS\nFollow me down",
        "boat - das Boot\nsoup - die Suppe\nlamp - die Lampe",
        "EGGS\n2 whole\n3 whites\n\nFLOUR\n200 g\n\nEGGS\n1 yolk\na pinch of salt\n\nFLOUR\n50 g\nwater",
        "",
    ],
)
def test_other_texts_are_no_plays(text: str) -> None:
    assert not weigh(text.split("\n"), Path("a.txt"), AS_FOUND).convincing


_lines = st.lists(
    st.one_of(
        st.sampled_from(
            ["NORA. Go.", "TAM", "TAM.", "Go there", "", "ACT I", "  NORA -- x", "[x]", "MRS. TAM (aside). y"]
        ),
        st.text(alphabet="AB.-—_*()[] \t", max_size=10),
    ),
    max_size=12,
)


@given(_lines, st.sampled_from([ScriptLayout(), PlayLayout(1)]))
def test_any_lines_are_read(lines: list[str], layout: ScriptLayout) -> None:
    weigh(lines, Path("a.txt"), AS_FOUND)
    for element in read(lines, layout, ReadReport()):
        assert not isinstance(element, SceneOpening) or (element.heading or "").startswith("[")


def test_a_play_that_does_not_convince_can_be_asked_for() -> None:
    lines = ["NORA. Go.", "", "The door is open."]
    evidence = weigh(lines, Path("a.txt"), AS_FOUND)
    assert not evidence.convincing and evidence.misfit is None
    assert list(read(lines, evidence.layout, ReadReport())) == [Line("NORA", "Go."), Line(None, "The door is open.")]
    assert weigh(["The door is open."], Path("a.txt"), AS_FOUND).misfit == 1
