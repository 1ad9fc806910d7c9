"""Fountain screenplays, read and written."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.corpus.strategies import MARKS, screenplays
from textgen.corpus.collection import Corpus
from textgen.corpus.formats.base import ReadReport
from textgen.corpus.formats.fountain import read
from textgen.corpus.formats.screenplay import as_screenplay
from textgen.corpus.script import Line, Scene, Script, ScriptStyle

SCREENPLAY = """\
Title: A Simple Script
Author: Somebody

FADE IN:

INT. OFFICE - MORNING

A MAN sits alone [[why?]] at his desk.
He sighs.

MAN (V.O.)
(passionately)
I'm writing.
<two spaces>
Still.

EVE ^
~ Not me.

====

.FLASHBACK
!BANG
BANG

= Synopsis
# Section
> Burn to White.

/* none of
this

is read */

@McDUCK
Hi.

CUT TO:
""".replace("<two spaces>", "  ")


def test_every_element() -> None:
    report = ReadReport()
    script = Script.from_fountain(SCREENPLAY)
    assert script.scenes == (
        Scene(None, (Line(None, "FADE IN:"),)),
        Scene(
            "INT. OFFICE - MORNING",
            (
                Line(None, "A MAN sits alone  at his desk.\nHe sighs."),
                Line("MAN", "(V.O.)\n(passionately)\nI'm writing.\n\nStill."),
                Line("EVE", "~ Not me."),
            ),
        ),
        Scene(
            "FLASHBACK",
            (
                Line(None, "BANG\nBANG"),
                Line(None, "= Synopsis"),
                Line(None, "# Section"),
                Line(None, "> Burn to White."),
                Line("McDUCK", "Hi."),
                Line(None, "CUT TO:"),
            ),
        ),
    )
    assert script.lines[2].directions == ("(V.O.)", "(passionately)")
    list(read(SCREENPLAY.split("\n"), ScriptStyle("fountain"), report))
    assert report.changes == {"title page left out": 1, "note left out": 1, "boneyard left out": 1}


def test_a_page_break_opens_a_scene_where_lines_follow() -> None:
    assert Script.from_fountain("===\n\none\n\n===\n\ntwo\n\n===\n").scenes == (
        Scene(None, (Line(None, "one"),)),
        Scene(None, (Line(None, "two"),)),
    )


def test_what_is_no_cue() -> None:
    lines = Script.from_fountain("23 (O.S.)\nNo letter.\n\nBANG\n\nCUT TO:\nblack\n\nest.\nx\n\n... Not forced").lines
    assert [line.speaker for line in lines] == [None] * 5


def test_indented_dialogue() -> None:
    assert Script.from_fountain("\t\tEVE\n\t  (feeling cocky)\n\tWell!").lines == (
        Line("EVE", "(feeling cocky)\nWell!"),
    )


def test_what_must_be_forced_is_forced() -> None:
    scenes = (
        Scene("[coffee shop]", (Line("jerry", "hi"), Line("EVE", ""), Line("@x", "INT. A\n\n!b"))),
        Scene(".x", (Line(None, "EVE\nsings"), Line(None, "INT. HOUSE"), Line(None, ""), Line(None, "Title: x"))),
        Scene(None, (Line(None, "===\n\n[[a]] /* b"), Line(None, "plain"))),
    )
    text = Script(scenes, ScriptStyle("fountain")).text
    assert text == (
        ".[coffee shop]\n\n@jerry\nhi\n\nEVE\n  \n\n@@x\nINT. A\n  \n!b\n\n"
        ". .x\n\n!EVE\nsings\n\n!INT. HOUSE\n\n!\n\n!Title: x\n\n"
        "===\n\n!===\n  \n[\\[a]] /\\* b\n\nplain\n\n"
    )
    assert Script.from_fountain(text).scenes == scenes


def test_known_extensions_stand_behind_the_name() -> None:
    text = "MAN (V.O.)\n(sadly)\nI'm writing.\n\n@jerry (O.S.)\n  \n\nEVE\n(softly)\nHi.\n\n"
    script = Script.from_fountain(text)
    assert [line.text for line in script.lines] == ["(V.O.)\n(sadly)\nI'm writing.", "(O.S.)", "(softly)\nHi."]
    assert script.text == text


@given(screenplays)
def test_a_script_comes_back_from_fountain(script: Script) -> None:
    assert Script.from_fountain(script.to_fountain(), script.style).scenes == as_screenplay(script.scenes)


@given(
    st.lists(
        st.one_of(
            st.sampled_from(MARKS),
            st.sampled_from(["", "  ", "    a", "EVE (V.O.)", "a", "Title: x", "*/", "]]"]),
            st.text(max_size=6),
        ),
        max_size=12,
    )
)
def test_what_was_read_is_read_again(lines: list[str]) -> None:
    script = Script.from_fountain("\n".join(lines))
    assert Script.from_fountain(script.text) == script


def test_a_note_over_two_lines_takes_no_empty_line_with_it() -> None:
    (line,) = Script.from_fountain("EVE\none [[a\nb]] two\n[[c]]\n  \nthree\n").lines
    assert line == Line("EVE", "one\ntwo\n\nthree")


def test_spaces_before_action_are_kept_and_before_anything_else_are_none() -> None:
    text = "    The letter:\n        Dear Nora,\n\n    !  EVE\n\n  INT. BARN\n\n      CUT TO:\n\n  EVE\n   Hi.\n"
    script = Script.from_fountain(text)
    assert script.scenes == (
        Scene(None, (Line(None, "    The letter:\n        Dear Nora,"), Line(None, "  EVE"))),
        Scene("INT. BARN", (Line(None, "CUT TO:"), Line("EVE", "Hi."))),
    )
    assert Script.from_fountain(script.text) == script


def test_other_scripts_are_written_as_screenplays_are() -> None:
    script = Script(
        (Scene("[coffee shop]", (Line("jerry", "(softly) hello. [waves] you (all) there"),)),), ScriptStyle()
    )
    assert script.to_fountain() == ".coffee shop\n\n@jerry\n(softly)\nhello.\n(waves)\nyou (all) there\n\n"


@pytest.mark.parametrize("unit", ["(a) ", " ", "[", "[["])
def test_time_is_linear_in_the_length_of_a_line(unit: str) -> None:
    """Each took minutes when it was quadratic."""
    (line,) = Script.from_fountain(f"EVE {unit * 100_000}B\nHi.").lines
    assert line.text.endswith("Hi.")


def test_scene_numbers_are_no_text() -> None:
    script = Script.from_fountain("INT. BARN - DAY #12-A#\n\n.THE ROOF  #1.# #2#\n\n.ROOM #9\n\n.#1#\n")
    assert [scene.heading for scene in script.scenes] == ["INT. BARN - DAY", "THE ROOF", "ROOM #9", "#1#"]


def test_two_spaces_in_a_file_keep_a_speech_together(tmp_path: Path) -> None:
    path = tmp_path / "film.fountain"
    path.write_text("INT. HOUSE - DAY\n\nEVE\nOne.\n  \nTwo.\n\nADAM\nThree.\n")
    (scene,) = (scene for document in Corpus(path).documents() for scene in document)
    assert [line.speaker for line in scene.lines] == ["EVE", "ADAM"]


PRINTED = """\
                         THE BOAT

     1    EXT. HARBOUR - DAY                                          1

     A boat lies in the water.
          It is old.

                              NORA
                    Where is everybody?
                    <spaces alone>
                              TAM (O.S.)
                    I can't see you. There is fog
                    everywhere and
                                                            (MORE)

                                                            2.
     12A  CONTINUED: (2)                                            12A

                              TAM (CONT'D)
                    it gets thicker.

                                                       (CONTINUED)

     A2.  INT. BOAT - NIGHT                                          A2

     Tam sleeps.

                              TAM
                    Zzz.

                              NORA
                    Wake up.
""".replace("<spaces alone>", "")


def test_a_printed_screenplay_has_numbered_scenes_and_page_breaks(tmp_path: Path) -> None:
    path = tmp_path / "film.txt"
    path.write_text(PRINTED)
    corpus = Corpus(path)
    title, harbour, boat = (scene for document in corpus.documents() for scene in document)
    assert corpus.files[0].format == "fountain"
    assert title.lines == (Line(None, "THE BOAT"),)
    assert harbour == Scene(
        "EXT. HARBOUR - DAY",
        (
            Line(None, "A boat lies in the water.\nIt is old."),
            Line("NORA", "Where is everybody?"),
            Line("TAM", "(O.S.)\nI can't see you. There is fog\neverywhere and"),
            Line("TAM", "(CONT'D)\nit gets thicker."),
        ),
    )
    assert (boat.heading, boat.lines[-1]) == ("INT. BOAT - NIGHT", Line("NORA", "Wake up."))
    assert corpus.files[0].report.changes["page number, (MORE) or (CONTINUED) left out"] == 4


@pytest.mark.parametrize(
    ("line", "heading"),
    [
        ("1 INT. BARN - DAY 1", "INT. BARN - DAY"),
        ("12A.  I/E CAR - DUSK", "I/E CAR - DUSK"),
        ("7 INT. ROOM 12", "INT. ROOM 12"),
        ("INNEN. BOOT - NACHT", "INNEN. BOOT - NACHT"),
        ("3. AUSSEN/INNEN HAFEN", "AUSSEN/INNEN HAFEN"),
        ("2. НАТ. ДВОР - ДЕНЬ", "НАТ. ДВОР - ДЕНЬ"),
        (".1 INT. BARN 1", "1 INT. BARN 1"),
        ("Innen brannte Licht.", None),
        ("2. Est modus in rebus.", None),
        ("1984 INT", None),
    ],
)
def test_the_number_of_a_scene_and_words_of_other_languages(line: str, heading: str | None) -> None:
    (scene,) = Script.from_fountain(line).scenes
    assert scene == (Scene(None, (Line(None, line),)) if heading is None else Scene(heading, ()))


@pytest.mark.parametrize("said", ["(MORE)", "a\n(CONTINUED)", "2.", "CONTINUED:\nb", "INT. A\n7."])
def test_what_is_left_out_of_a_file_is_kept_in_a_script(said: str) -> None:
    scenes = (Scene("1 INT. A 1", (Line("EVE", said), Line(None, said), Line("CONTINUED:", said))),)
    script = Script(scenes, ScriptStyle("fountain"))
    assert Script.from_fountain(script.text).scenes == scenes
