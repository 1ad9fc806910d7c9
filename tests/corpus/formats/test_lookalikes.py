"""Ninety small files whose writer had not seen the rules: who speaks in each, and what is kept as it is.

`expected.tsv` has a row for each: `dialogue` with its speakers, `text` in which nobody speaks, or `kept` for code,
configuration and logs, of which every character is kept.
"""

from pathlib import Path

import pytest

from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene

FILES = Path(__file__).parents[2] / "data" / "lookalikes"
ROWS = [row.split("\t") for row in (FILES / "expected.tsv").read_text(encoding="utf-8").splitlines()]
EXPECTED = {name: (kind, {name for cell in cells for name in cell.split("|")}) for name, kind, *cells in ROWS}

NOBODY_COMES_AGAIN = "69-village-pageant.txt"
"""Eight people speak once each, which a glossary does as well: only a person can say that it is a play."""


def named(kind: str) -> list[str]:
    return [name for name, (found, _) in EXPECTED.items() if found == kind and name != NOBODY_COMES_AGAIN]


def speakers(corpus: Corpus) -> set[str]:
    return {line.speaker for _, scene in corpus.parts() for line in scene.lines if line.speaker is not None}


@pytest.mark.parametrize("name", named("dialogue"))
def test_the_speakers_are_found(name: str) -> None:
    assert speakers(Corpus(FILES / name)) == EXPECTED[name][1]


@pytest.mark.parametrize("name", named("text"))
def test_nobody_speaks_in_other_text(name: str) -> None:
    corpus = Corpus(FILES / name)
    assert speakers(corpus) == set()
    assert any(scene.lines for _, scene in corpus.parts())


@pytest.mark.parametrize("name", named("kept"))
def test_code_configuration_and_logs_come_back_as_they_are(name: str) -> None:
    corpus = Corpus(FILES / name)
    assert corpus.style.text(scene for _, scene in corpus.parts()) == (FILES / name).read_text(encoding="utf-8")


def test_where_nobody_comes_again_a_person_says_that_it_is_a_script() -> None:
    path = FILES / NOBODY_COMES_AGAIN
    assert speakers(Corpus(path)) == set()
    assert speakers(Corpus(path, format="colon")) == EXPECTED[NOBODY_COMES_AGAIN][1]


def test_every_file_has_a_row() -> None:
    assert {path.name for path in FILES.iterdir()} == {*EXPECTED, "expected.tsv"}
    assert {kind for kind, _ in EXPECTED.values()} == {"dialogue", "text", "kept"}


def read(path: Path, text: str) -> list[Scene]:
    path.write_text(text, encoding="utf-8")
    return [scene for _, scene in Corpus(path).parts()]


@pytest.mark.parametrize(
    "header",
    [
        "{name} — Yesterday at 9:12 PM",  # Discord, copied
        "{name} — heute um 21:12 Uhr",
        "{name} — 05/07/2021 9:12 PM",
        "{name}, [7/5/21 9:12 PM]",  # Telegram, copied
        "{name}, [07.05.2021 21:12:40]",
        "[Yesterday 9:12 PM] {name}",  # Teams, copied
        "[Freitag 21:12] {name}",
        "[07.05.2021 21:12] {name}",
    ],
)
def test_chats_that_were_copied_from_a_window(tmp_path: Path, header: str) -> None:
    said = [("nora", "are you up?"), ("Tam", "no"), ("nora", "liar"), ("Tam", "a little"), ("nora", "good night")]
    text = "\n".join(f"{header.format(name=name)}\n{text}\n" for name, text in said)
    (scene,) = read(tmp_path / "chat.txt", text)
    assert [(line.speaker, line.text) for line in scene.lines] == said


@pytest.mark.parametrize("verb", ["wrote", "said", "schrieb"])
@pytest.mark.parametrize("between", ["\n", " "])
def test_a_verb_behind_every_name_is_no_part_of_it(tmp_path: Path, verb: str, between: str) -> None:
    names = ["Marlow77", "old joiner", "Marlow77", "Betty B", "old joiner", "Marlow77"]
    text = "\n\n".join(f"{name} {verb}:{between}Look for the old nails." for name in names)
    scenes = read(tmp_path / "forum.txt", text)
    assert [line.speaker for scene in scenes for line in scene.lines] == names


@pytest.mark.parametrize(
    ("title", "told", "cue"),
    [
        ("THE FERRYMAN\nA play in one act", "THE FERRYMAN\nA play in one act", "{}\n"),
        ("THE FERRYMAN.\nA play in one act", "THE FERRYMAN\nA play in one act", "{}.\n"),
        ("The baker: a talk", "(The baker: a talk)", "{}: "),
    ],
)
def test_a_title_is_no_speaker(tmp_path: Path, title: str, told: str, cue: str) -> None:
    speech = "\n\n\n" if cue == "{}: " else "\n\n"
    names = ["BOY", "WIDOW"] * 3
    text = speech.join([title, "\n\n".join(f"{cue.format(name)}I have a small coin." for name in names)])
    lines = [line for scene in read(tmp_path / "play.txt", text) for line in scene.lines]
    assert lines == [Line(None, told), *(Line(name, "I have a small coin.") for name in names)]


def test_who_speaks_first_and_once_is_no_title(tmp_path: Path) -> None:
    text = "HERALD: Make room for the Duke!\n\n\n" + "BOY: Where is he?\nWIDOW: Late.\n" * 3
    assert "HERALD" in {line.speaker for scene in read(tmp_path / "play.txt", text) for line in scene.lines}


def test_directions_of_many_lines_count_as_one(tmp_path: Path) -> None:
    told = "The clock has stopped.\nA key is heard,\nthe wrong one,\nthen the right one."
    said = "GRETA: Put it down.\n\nHUGO: It is heavy."
    scenes = read(tmp_path / "play.txt", "\n\n".join([told, said] * 3))
    assert [line.speaker for scene in scenes for line in scene.lines if line.speaker] == ["GRETA", "HUGO"] * 3
    assert len(scenes) == 1


def test_a_log_is_no_chat(tmp_path: Path) -> None:
    rows = ["INFO copy: /data: {}", "WARN remote: slow: {}", "ERROR copy: /data: {}"]
    text = "".join(f"2024-02-11 03:00:0{n} {rows[n % 3].format(n)}\n" for n in range(9))
    scenes = read(tmp_path / "sync.txt", text)
    assert {line.speaker for scene in scenes for line in scene.lines} == {None}


def test_a_table_in_the_order_of_its_groups_has_no_speakers(tmp_path: Path) -> None:
    rows = [
        f"{bed},{plant},{plant} wants more shade"
        for bed in ("north", "south", "wall")
        for plant in (f"{bed}{n}" for n in range(4))
    ]
    scenes = read(tmp_path / "plants.csv", "\n".join(["bed,plant,remark", *rows]))
    assert {line.speaker for scene in scenes for line in scene.lines} == {None}


def test_answers_alone_are_a_quiz_and_with_questions_an_interview(tmp_path: Path) -> None:
    quiz = "".join(f"{n}. How many legs has a {n}?\nAnswer: ten\n\n" for n in range(1, 8)) + "Bonus: Why?\n"
    interview = "Question: How many legs has it?\nAnswer: ten, I think.\n\n" * 6
    found = [
        {line.speaker for scene in read(tmp_path / "talk.txt", text) for line in scene.lines}
        for text in (quiz, interview)
    ]
    assert found == [{None}, {"Question", "Answer"}]


def test_names_in_brackets_above_the_lines_of_a_song(tmp_path: Path) -> None:
    duet = "".join(f"[{name}]\nIs your light on,\nat half past three?\n\n" for name in ["Mara", "Tom"] * 3)
    song = duet.replace("Mara", "Verse").replace("Tom", "Chorus")
    found = [
        {line.speaker for scene in read(tmp_path / "song.txt", text) for line in scene.lines} for text in (duet, song)
    ]
    assert found == [{"Mara", "Tom"}, {None}]
