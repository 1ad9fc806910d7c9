"""Files and folders to a corpus of dialogues."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.dialogue_evidence import DIALOGUE_EVIDENCE
from textgen.corpus.dialogue_readers import DIALOGUE_READERS
from textgen.corpus.dialogues import DIALOGUE_FORMATS, DialogueCorpus, recognise_dialogues
from textgen.corpus.paths import DIALOGUE_SUFFIXES, SUFFIXES, find_files
from textgen.errors import ConfigurationError, CorpusError, TextgenError

PROMPTS = "".join(f"and question number {number}\n" for number in range(12))
REPLIES = PROMPTS.replace("question", "answer")
EOU = "Hi . __eou__ Ho . __eou__\n" * 3
LINES = "L2 +++$+++ u1 +++$+++ m0 +++$+++ EVE +++$+++ Ho.\nL1 +++$+++ u0 +++$+++ m0 +++$+++ ADAM +++$+++ Hi.\n"
CONVERSATIONS = "u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L2']\n"
FILMS = "m0 +++$+++ a film +++$+++ 1999 +++$+++ 6.90 +++$+++ 62847 +++$+++ ['comedy']\n"
SCRIPT = "jerry: hello\ngeorge: hi\n[bar]\njerry: bye\n"
PROSE = "It was a bright cold day in the month of April and all of\nthe clocks were striking as they\n" * 5


def write(folder: Path, **texts: str) -> Path:
    """Writes files whose names have `_` for the dot."""
    for name, text in texts.items():
        path = folder / ".".join(name.rsplit("_", 1))
        path.write_bytes(text.encode())
    return folder


def turns(corpus: DialogueCorpus) -> list[tuple[int, list[str]]]:
    return [(number, [turn.text for turn in dialogue.turns]) for number, dialogue in corpus.dialogues()]


def formats(corpus: DialogueCorpus) -> list[tuple[str, list[str]]]:
    return [(file.format, [path.name for path in file.paths]) for file in corpus.files]


def test_a_folder_of_all_kinds(tmp_path: Path) -> None:
    write(
        tmp_path,
        a_csv="question,answer\nhow?,so\n",
        b_yml="conversations:\n- - a\n  - b\n",
        c_conv="E\nM hi\nM ho\n",
        d_json=json.dumps({"turns": ["x", "y", "z"]}),
        e_human_txt=PROMPTS,
        e_bot_txt=REPLIES,
        f_txt=EOU,
        g_movie_lines_txt=LINES,
        g_movie_conversations_txt=CONVERSATIONS,
        g_movie_titles_txt=FILMS,
        h_txt=SCRIPT,
        i_png="no text",
    )
    corpus = DialogueCorpus(tmp_path)
    assert formats(corpus) == [
        ("csv-pairs", ["a.csv"]),
        ("chatterbot", ["b.yml"]),
        ("conv", ["c.conv"]),
        ("turns-jsonl", ["d.json"]),
        ("aligned", ["e_human.txt", "e_bot.txt"]),
        ("eou", ["f.txt"]),
        ("cornell", ["g_movie_lines.txt", "g_movie_conversations.txt"]),
        ("script", ["h.txt"]),
    ]
    assert {file.format for file in corpus.files} == set(DIALOGUE_FORMATS) - {"tsv-pairs"}
    found = turns(corpus)
    assert found == turns(corpus)
    assert [number for number, _ in found] == [0, 1, 2, 3, *[4] * 12, *[5] * 3, 6, 7, 7]
    assert found[4] == (4, ["and question number 0", "and answer number 0"])
    assert found[-3] == (6, ["Hi.", "Ho."])
    assert recognise_dialogues(tmp_path) is None  # a script is among them
    (tmp_path / "h.txt").unlink()
    assert recognise_dialogues(tmp_path) is not None


def test_the_formats_are_known_everywhere() -> None:
    assert set(DIALOGUE_FORMATS) == set(DIALOGUE_READERS)
    assert set(DIALOGUE_FORMATS) == {*DIALOGUE_EVIDENCE, "aligned", "cornell"}


def test_the_order_in_which_two_files_are_named_counts(tmp_path: Path) -> None:
    write(tmp_path, human_txt=PROMPTS, robot_txt=REPLIES)
    human, robot = tmp_path / "human.txt", tmp_path / "robot.txt"
    assert turns(DialogueCorpus([human, robot])) == turns(DialogueCorpus(tmp_path))
    backwards = DialogueCorpus([robot, human])
    assert turns(backwards)[0] == (0, ["and answer number 0", "and question number 0"])
    assert backwards.fingerprint != DialogueCorpus([human, robot]).fingerprint


def test_files_of_the_same_length_are_aligned(tmp_path: Path) -> None:
    write(tmp_path, one_en=PROMPTS, one_de=REPLIES, two_en=PROMPTS, two_de=REPLIES)
    named = [tmp_path / name for name in ("one.en", "one.de", "two.en", "two.de")]
    corpus = DialogueCorpus(named)
    assert formats(corpus) == [("aligned", ["one.en", "one.de"]), ("aligned", ["two.en", "two.de"])]
    assert corpus.files[0].reason == "both files have 12 lines"
    assert recognise_dialogues(named) is not None
    assert formats(DialogueCorpus(named, "aligned")) == formats(corpus)


@pytest.mark.parametrize("format", [None, "aligned"])
def test_files_that_are_not_aligned(tmp_path: Path, format: str | None) -> None:
    write(tmp_path, human_txt=PROMPTS, robot_txt=REPLIES + "one more\n")
    files = [tmp_path / "human.txt", tmp_path / "robot.txt"]
    for paths in (files, tmp_path):
        with pytest.raises(CorpusError, match="the first has 12 lines and the second 13; both need the same number"):
            DialogueCorpus(paths, format)
    with pytest.raises(CorpusError, match=r"human\.txt has no partner among the 1 files given"):
        DialogueCorpus(files[0], "aligned")
    assert recognise_dialogues(files) is None


def test_a_corpus_for_training_and_one_for_judging_are_no_pair(tmp_path: Path) -> None:
    write(tmp_path, train_txt=PROMPTS, test_txt=PROMPTS)
    with pytest.raises(CorpusError, match=r"train\.txt.* fits no format of them"):
        DialogueCorpus([tmp_path / "train.txt", tmp_path / "test.txt"])


def test_one_of_cornells_files_is_missing(tmp_path: Path) -> None:
    write(tmp_path, movie_lines_txt=LINES)
    for format in (None, "cornell"):
        with pytest.raises(CorpusError, match=r"1 of the one and 0 of the other were found among .*give both"):
            DialogueCorpus(tmp_path, format)


def test_prose_fits_nothing(tmp_path: Path) -> None:
    write(tmp_path, a_txt=EOU, b_txt="\n" + PROSE)
    with pytest.raises(CorpusError) as error:
        DialogueCorpus(tmp_path)
    assert "b.txt, but it fits no format of them: line 2 does not fit: 'It was a bright" in str(error.value)
    assert all(format in str(error.value) for format in DIALOGUE_FORMATS)


@pytest.mark.parametrize("format", list(DIALOGUE_EVIDENCE))
def test_a_format_that_does_not_fit_is_refused(tmp_path: Path, format: str) -> None:
    write(tmp_path, b_txt=PROSE)
    with pytest.raises(CorpusError, match=f"was to be read as {format}, but line 1 does not fit: 'It was"):
        DialogueCorpus(tmp_path / "b.txt", format)


@pytest.mark.parametrize(
    ("format", "text"),
    [
        ("csv-pairs", "hi,ho,3\n"),
        ("tsv-pairs", "hi\tho\t3\n"),
        ("eou", "hi __eou__ ho __eou__\n" + PROSE),
        ("chatterbot", "conversations:\n- - hi\n  - ho\n"),
        ("turns-jsonl", '{"turns": ["hi", "ho"]}\n' + PROSE),
        ("conv", "M hi\nM ho\n"),
        ("script", "a: hi\nb: ho\n"),
    ],
)
def test_a_named_format_is_taken(tmp_path: Path, format: str, text: str) -> None:
    write(tmp_path, b_txt=text)
    (file,) = DialogueCorpus(tmp_path / "b.txt", format).files
    assert file.format == format
    assert file.reason.startswith("as asked for (")
    assert [turn.text for turn in next(file.dialogues()).turns] == ["hi", "ho"]


def test_an_unknown_format_and_missing_files(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="'opera' is unknown; the formats are aligned, csv-pairs"):
        DialogueCorpus(tmp_path, "opera")
    with pytest.raises(CorpusError, match=r"nowhere does not exist"):
        DialogueCorpus(tmp_path / "nowhere")
    with pytest.raises(CorpusError, match=r"holds no text files; taken are .*\.yml"):
        DialogueCorpus(tmp_path)


def test_what_is_known_of_a_file(tmp_path: Path) -> None:
    prompts = "Ça va ?\r\nOui…\r\n".encode("cp1252")
    (tmp_path / "human.txt").write_bytes(prompts)
    (tmp_path / "bot.txt").write_bytes("😁\nhé\r\n".encode())
    (file,) = DialogueCorpus([tmp_path / "human.txt", tmp_path / "bot.txt"]).files
    assert file.size == len(prompts) + 10
    assert [len(dialogue.turns) for dialogue in file.dialogues()] == [2, 2]
    assert file.encoding == "cp1252, utf-8"
    assert file.repairs == {"crlf": 3}
    assert file.report.skipped == 0


def test_bad_records_are_reported_after_each_pass(tmp_path: Path) -> None:
    write(tmp_path, a_txt=EOU * 3 + "no mark\n")
    corpus = DialogueCorpus(tmp_path)
    assert corpus.files[0].report.skipped == 0
    for _ in range(2):
        assert len(turns(corpus)) == 9
        assert corpus.files[0].report.skipped == 1


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    write(tmp_path, a_txt=SCRIPT, b_txt=SCRIPT * 2)
    assert DialogueCorpus(tmp_path).fingerprint == ScriptCorpus(tmp_path).fingerprint


def test_folders_of_scripts_take_what_they_took(tmp_path: Path) -> None:
    write(tmp_path, a_txt=SCRIPT, b_json="{}", c_yml="x", d_yaml="x", e_conv="x")
    assert [path.name for path in find_files(tmp_path)] == ["a.txt"]
    assert len(find_files(tmp_path, DIALOGUE_SUFFIXES)) == 5
    assert SUFFIXES == (".txt", ".fountain", ".csv", ".tsv", ".jsonl", ".md", ".script")


AWKWARD = f"""
E
M
M hi
a __eou__ b __eou__
__eou__
conversations:
- - a
  - b
- {{x: [
%YAML 3
&a *b
---
"open
a,b
a\tb
question,answer
input\toutput\tx
{{"turns": ["a", {{"text": "b"}}]}}
{{"turns": 3}}
eve: hi (x
EVE
INT. ROOM
\u2028 \x85
{LINES}{CONVERSATIONS}{FILMS}"""
_lines = st.sampled_from(AWKWARD.split("\n"))


@given(st.lists(_lines, min_size=1, max_size=8).map("\n".join), st.none() | st.sampled_from(DIALOGUE_FORMATS))
@settings(deadline=None, max_examples=300)
def test_any_text_is_read_or_refused_in_a_sentence(text: str, format: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write(Path(folder), b_txt=text) / "b.txt"
        try:
            found = turns(DialogueCorpus(path, format))
        except TextgenError as error:
            assert "b.txt" in str(error)
        else:
            assert all(isinstance(said, str) for _, dialogue in found for said in dialogue)
