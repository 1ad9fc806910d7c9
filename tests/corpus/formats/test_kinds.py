"""Small files of all kinds, and who speaks in each: scripts, plays and transcripts, and all that only looks like them.

The files and the answers were written before the rules that tell them apart.
"""

import re
from pathlib import Path

import pytest

from textgen.corpus.collection import Corpus, Kind
from textgen.corpus.document import Line
from textgen.corpus.format_table import DIALOGUE_FORMATS, SCRIPT_FORMATS
from textgen.errors import CorpusError

FILES = Path(__file__).parents[2] / "data" / "kinds"

SPOKEN = {
    "play_dot_before.txt": ["NORA", "MR. HALE", "ALL"],
    "play_dot_above.txt": ["EDITH", "THE CAPTAIN", "FIRST SAILOR"],
    "play_double_dash.txt": ["TOM", "ELLA"],
    "play_em_dash_german.txt": ["ANNA", "DER MÜLLER"],
    "play_french.txt": ["LISETTE", "LE NOTAIRE"],
    "play_gutenberg.txt": ["MRS. BELL", "OTTO", "MAID"],
    "verse_play_colon_above.txt": ["First Gardener", "Second Gardener", "Duke"],
    "play_caps_above.txt": ["ROSALIND", "PEDLAR", "WIDOW"],
    "sitcom.txt": ["Dana", "Priya", "Leo"],
    "screenplay_spec.txt": ["MARTA", "THE BAKER"],
    "screenplay.fountain": ["IVY", "OLD MAN"],
    "radio_numbered.txt": ["JUNE", "WALT"],
    "play_chinese.txt": ["小梅", "老李"],
    "play_russian.txt": ["МАША", "ДЯДЯ ПЁТР"],
    "interview_q_a.txt": ["Q", "A"],
    "deposition.txt": ["Q", "A"],
    "court.txt": ["THE COURT", "MS. REYES", "MR. DUNN", "THE WITNESS"],
    "focus_group.txt": ["I", "R1", "R2", "R3"],
    "interview_bold.md": ["Nora", "Interviewer"],
    "podcast_headings.md": ["Mel", "Arun"],
    "podcast_bold_times.md": ["Mel", "Arun"],
    "otter.txt": ["Nora Lindqvist", "Sam Okafor"],
    "otter_unknown.txt": ["Unknown Speaker", "Speaker 1", "Speaker 2"],
    "teams.txt": ["Okafor, Sam", "Lindqvist, Nora"],
    "whisper_speakers.txt": ["speaker 0", "speaker 1"],
    "whisperx.txt": ["SPEAKER_00", "SPEAKER_01"],
    "diarized_columns.txt": ["SPEAKER_00", "SPEAKER_01"],
    "rev.txt": ["Nora Lindqvist", "Speaker 2"],
    "descript.txt": ["Nora", "Sam"],
    "sonix_time_above.txt": ["Speaker1", "Speaker2"],
    "time_then_name_above.txt": ["Ines", "Bo"],
    "time_line_above.txt": ["Ines", "Bo"],
    "time_before_name.txt": ["HOST", "CALLER"],
    "tab_transcript.txt": ["Mod", "Lena", "Joris"],
    "adventure_game.txt": ["Guard", "Traveller"],
    "chat_you_bot.txt": ["You", "Bot"],
    "weechat.txt": ["nora", "tuk"],
    "zoom_chat.txt": ["Nora Lind", "Sam"],
    "names.tsv": ["Ava", "Ben"],
}
"""Scripts, plays and transcripts, with their speakers."""

KEPT = (
    "code_python.py",
    "code_javascript.js",
    "code_c.c",
    "code_css.css",
    "Makefile",
    "code_shell.sh",
    "code_haskell.hs",
    "code_rust.rs",
    "code_sql.sql",
    "settings.yaml",
    "config.ini",
    "settings.toml",
    "server.log",
    "build.log",
    "library.bib",
    "paper.tex",
    "change.diff",
    "calendar.ics",
    "syslog.txt",
    "traceback.txt",
    "git_log.txt",
    "poem.txt",
    "lyrics.txt",
    "lyrics_colon.txt",
    "haiku.txt",
)
"""Code, configuration, logs and verse: every character is kept, indentation and empty lines too."""

NOBODY = (
    "whisper_plain.txt",
    "youtube.txt",
    "tickets.csv",
    "measurements.csv",
    "recipe_single.txt",
    "recipe_collection.txt",
    "recipe_fields.txt",
    "mail.txt",
    "letter.txt",
    "bibliography.txt",
    "glossary.txt",
    "words.txt",
    "word_pairs.txt",
    "README.md",
    "CHANGELOG.md",
    "notes_bold.md",
    "novel.txt",
    "novel_ends_in_colon.txt",
    "minutes.txt",
    "contacts.txt",
    "shopping.txt",
    "scripture.txt",
    "timetable.txt",
    "manual.txt",
    "cv.txt",
    "quiz.txt",
    "captions.txt",
    "jokes.txt",
    "flat.yaml",
    "game.pgn",
    "essay_headings.txt",
    "enumeration.txt",
    "diary.txt",
    "law.txt",
)
"""Other text in which nobody speaks."""

MARKUP = ("page.html",)
"""Refused, or read without speakers."""

NAMED: dict[str, tuple[str, list[str] | None]] = {
    "pairs.csv": ("csv-pairs", []),
    "messages.jsonl": ("turns-jsonl", None),
    "alpaca.json": ("json-dialogues", ["instruction", "output"]),
    "telegram.json": ("json-dialogues", ["Tam", "Ola"]),
    "whatsapp_android.txt": ("whatsapp", ["Tam", "Ola"]),
    "whatsapp_ios.txt": ("whatsapp", ["Tam", "Ola"]),
    "discord.txt": ("discord", ["mossy", "Tuk"]),
    "irc_log.txt": ("irc", ["nora", "tuk", "w_ren"]),
    "subtitles.srt": ("srt", []),
    "voices.vtt": ("vtt", ["Nora", "Sam"]),
    "styled.ass": ("ass", ["Nora", "Sam"]),
    "draft.fdx": ("fdx", ["MARTA", "BAKER"]),
}
"""Files of certain programs: the format that is found, and the speakers (None where they are not looked at)."""

# A format that is not there yet is added to the tables with its module.
_READABLE = {name: found for name, found in NAMED.items() if found[0] in {**SCRIPT_FORMATS, **DIALOGUE_FORMATS}}


def lines(name: str, kind: Kind = "scripts") -> tuple[Corpus, list[Line]]:
    """A file of the folder as a corpus, and all of its lines."""
    corpus = Corpus(FILES / name, kind=kind)
    parts = corpus.parts() if kind == "scripts" else corpus.dialogues()
    return corpus, [line for _, scene in parts for line in scene.lines]


def speakers(found: list[Line]) -> set[str]:
    return {line.speaker for line in found if line.speaker is not None}


@pytest.mark.parametrize("name", SPOKEN)
def test_the_speakers_are_found_and_no_time_is_learnt(name: str) -> None:
    _, found = lines(name)
    assert speakers(found) == set(SPOKEN[name])
    assert not any(re.search(r"\d:\d\d", line.text) for line in found)


@pytest.mark.parametrize("name", KEPT)
def test_code_and_verse_come_back_as_they_are(name: str, tmp_path: Path) -> None:
    text = (FILES / name).read_text(encoding="utf-8")
    elsewhere = tmp_path / "text.txt"
    elsewhere.write_text(text, encoding="utf-8")
    for path in (FILES / name, elsewhere):
        corpus = Corpus(path)
        assert corpus.style.text(scene for _, scene in corpus.parts()) == text


@pytest.mark.parametrize("name", NOBODY)
def test_nobody_speaks_in_what_only_looks_like_a_script(name: str) -> None:
    _, found = lines(name)
    assert found
    assert not speakers(found)


@pytest.mark.parametrize("name", ["whisper_plain.txt", "youtube.txt"])
def test_times_of_a_transcript_without_names_are_left_out(name: str) -> None:
    _, found = lines(name)
    assert not any(re.search(r"\d:\d", line.text) for line in found)


def test_times_of_a_timetable_are_its_text() -> None:
    _, found = lines("timetable.txt")
    assert Line(None, "07:15 Harbour") in found


@pytest.mark.parametrize("name", MARKUP)
def test_markup_is_no_script(name: str) -> None:
    try:
        _, found = lines(name)
    except CorpusError:
        return
    assert not speakers(found)


@pytest.mark.parametrize("name", _READABLE)
def test_files_of_programs_are_read_by_their_formats(name: str) -> None:
    format, names = NAMED[name]
    corpus, found = lines(name, "scripts" if format in SCRIPT_FORMATS else "dialogues")
    assert corpus.files[0].format == format
    assert names is None or speakers(found) == set(names)


def test_every_file_is_looked_at() -> None:
    assert {path.name for path in FILES.iterdir()} == {*SPOKEN, *KEPT, *NOBODY, *MARKUP, *NAMED}
