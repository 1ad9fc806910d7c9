"""Files and folders to a corpus of scripts or of dialogues."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.collection import Corpus, recognise_dialogues
from textgen.corpus.document import Scene
from textgen.corpus.format_table import DIALOGUE_FORMATS, SCRIPT_FORMATS, suffixes
from textgen.corpus.paths import find_files
from textgen.corpus.script import Line, ScriptStyle
from textgen.errors import ConfigurationError, CorpusError, TextgenError

SCRIPT = "[bar]\n\njerry: hello\n\nGeorge (softly): HELLO\n\njerry: (waves) bye\n\nHe leaves.\n\n"


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def recognised(paths: Path | list[Path]) -> Corpus:
    found = recognise_dialogues(paths)
    assert found is not None
    return found


def _documents(corpus: Corpus) -> list[list[Scene]]:
    return [list(document) for document in corpus.documents()]


def test_missing_paths_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"nowhere\.txt does not exist"):
        Corpus(tmp_path / "nowhere.txt")
    with pytest.raises(CorpusError, match="holds no text files; taken are files that end in"):
        Corpus(tmp_path)
    with pytest.raises(CorpusError, match="no file was named"):
        Corpus([])
    with pytest.raises(ConfigurationError, match="'opera' is unknown"):
        Corpus(tmp_path, format="opera")


def test_a_corpus_is_read_again_and_again(tmp_path: Path) -> None:
    corpus = Corpus(str(_write(tmp_path / "a.txt", SCRIPT)))
    lines = (Line("jerry", "hello"), Line("George", "(softly) HELLO"), Line("jerry", "(waves) bye"))
    expected = [[Scene("[bar]", (*lines, Line(None, "He leaves.")))]]
    assert _documents(corpus) == expected
    assert _documents(corpus) == expected
    assert corpus.style == ScriptStyle("colon", 1)
    file = corpus.files[0]
    assert (file.format, file.encoding, file.repairs) == ("colon", "utf-8", {})
    assert file.report.changes == {"direction moved behind the colon": 1}


def test_each_file_has_its_own_format_and_the_largest_the_style(tmp_path: Path) -> None:
    _write(tmp_path / "a.txt", SCRIPT)
    _write(tmp_path / "b.csv", "speaker,text\nbo,hi\n")
    corpus = Corpus(tmp_path)
    assert [file.format for file in corpus.files] == ["colon", "csv"]
    assert corpus.style == ScriptStyle("colon", 1)
    assert _documents(corpus)[1] == [Scene(None, (Line("bo", "hi"),))]


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    one, two = _write(tmp_path / "a.txt", "a: 1\n"), _write(tmp_path / "b.txt", "b: 2\n")
    both = Corpus([one, two]).fingerprint
    assert both == Corpus(_write(tmp_path / "c.txt", "a: 1\nb: 2\n")).fingerprint
    assert both != Corpus([two, one]).fingerprint
    assert len(both) == 32


PROMPTS = "".join(f"and question number {number}\n" for number in range(12))
REPLIES = PROMPTS.replace("question", "answer")
EOU = "Hi . __eou__ Ho . __eou__\n" * 3
LINES = "L2 +++$+++ u1 +++$+++ m0 +++$+++ EVE +++$+++ Ho.\nL1 +++$+++ u0 +++$+++ m0 +++$+++ ADAM +++$+++ Hi.\n"
CONVERSATIONS = "u0 +++$+++ u1 +++$+++ m0 +++$+++ ['L1', 'L2']\n"
FILMS = "m0 +++$+++ a film +++$+++ 1999 +++$+++ 6.90 +++$+++ 62847 +++$+++ ['comedy']\n"
SPOKEN = "jerry: hello\ngeorge: hi\n[bar]\njerry: bye\n"
PROSE = "It was a bright cold day in the month of April and all of\nthe clocks were striking as they\n" * 5


def write_files(folder: Path, **texts: str) -> Path:
    """Writes files whose names have `_` for the dot."""
    for name, text in texts.items():
        path = folder / ".".join(name.rsplit("_", 1))
        path.write_bytes(text.encode())
    return folder


def turns(corpus: Corpus) -> list[tuple[int, list[str]]]:
    return [(number, [turn.text for turn in dialogue.lines]) for number, dialogue in corpus.dialogues()]


def formats(corpus: Corpus) -> list[tuple[str, list[str]]]:
    return [(file.format, [path.name for path in file.paths]) for file in corpus.files]


def test_a_folder_of_all_kinds(tmp_path: Path) -> None:
    write_files(
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
        h_txt=SPOKEN,
        i_png="no text",
        j_srt="1\n0:00:01,0 --> 0:00:02,0\nhi\n",
        k_vtt="WEBVTT\n\n0:01.0 --> 0:02.0\nhi\n",
        m_ttml='<tt><body><p begin="1s" end="2s">hi</p></body></tt>',
        n_sub="{10}{20}hi\n{30}{40}hi\n",
        l_ass="[Events]\nDialogue: 0,0:00:01.0,0:00:02.0,,,0,0,0,,hi\n",
        s_chat_json=json.dumps({"messages": [{"type": "message", "from": "a", "from_id": "u1", "text": "hi"}]}),
        t_message_json=json.dumps({"participants": [], "messages": [{"sender_name": "a", "content": "hi"}]}),
        u_channel_json=json.dumps({"guild": {}, "channel": {}, "messages": [{"type": "Default", "content": "hi"}]}),
        v_channel_txt="=" * 62 + "\nGuild: a\nChannel: b\n\n[7-May-21 08:04] a\nhi\n",
        w_day_json=json.dumps([{"type": "message", "user": "u1", "text": "hi", "ts": "1620374640.0"}]),
        x_txt="5/7/21, 8:04 AM - Nora: hi\n",
        y_json=json.dumps([{"instruction": "add", "output": "done"}]),
        za_txt="08:04 <nora> hi\n08:05 <tam> ho\n",
        zb_txt='<smses>\n<sms address="1" type="1" body="hi" />\n</smses>\n',
    )
    corpus = Corpus(tmp_path, kind="dialogues")
    assert formats(corpus) == [
        ("csv-pairs", ["a.csv"]),
        ("chatterbot", ["b.yml"]),
        ("conv", ["c.conv"]),
        ("turns-jsonl", ["d.json"]),
        ("aligned", ["e_human.txt", "e_bot.txt"]),
        ("eou", ["f.txt"]),
        ("cornell", ["g_movie_lines.txt", "g_movie_conversations.txt"]),
        ("script", ["h.txt"]),
        ("srt", ["j.srt"]),
        ("vtt", ["k.vtt"]),
        ("ass", ["l.ass"]),
        ("ttml", ["m.ttml"]),
        ("microdvd", ["n.sub"]),
        ("telegram", ["s_chat.json"]),
        ("messenger", ["t_message.json"]),
        ("discord-json", ["u_channel.json"]),
        ("discord", ["v_channel.txt"]),
        ("slack", ["w_day.json"]),
        ("whatsapp", ["x.txt"]),
        ("json-dialogues", ["y.json"]),
        ("irc", ["za.txt"]),
        ("sms", ["zb.txt"]),
    ]
    assert {file.format for file in corpus.files} == set(DIALOGUE_FORMATS) - {"tsv-pairs"}
    found = turns(corpus)
    assert found == turns(corpus)
    assert [number for number, _ in found] == [0, 1, 2, 3, *[4] * 12, *[5] * 3, 6, 7, 7, *range(8, 22)]
    assert found[4] == (4, ["and question number 0", "and answer number 0"])
    assert found[19] == (6, ["Hi.", "Ho."])
    assert not recognised(tmp_path).sure  # scripts are among them
    for name in ("h.txt", "j.srt", "k.vtt", "l.ass", "m.ttml", "n.sub"):
        (tmp_path / name).unlink()
    assert recognised(tmp_path).sure


def test_the_order_in_which_two_files_are_named_counts(tmp_path: Path) -> None:
    write_files(tmp_path, human_txt=PROMPTS, robot_txt=REPLIES)
    human, robot = tmp_path / "human.txt", tmp_path / "robot.txt"
    assert turns(Corpus([human, robot], kind="dialogues")) == turns(Corpus(tmp_path, kind="dialogues"))
    backwards = Corpus([robot, human], kind="dialogues")
    assert turns(backwards)[0] == (0, ["and answer number 0", "and question number 0"])
    assert backwards.fingerprint != Corpus([human, robot], kind="dialogues").fingerprint


def test_files_of_the_same_length_are_aligned(tmp_path: Path) -> None:
    write_files(tmp_path, one_en=PROMPTS, one_de=REPLIES, two_en=PROMPTS, two_de=REPLIES)
    named = [tmp_path / name for name in ("one.en", "one.de", "two.en", "two.de")]
    corpus = Corpus(named, kind="dialogues")
    assert formats(corpus) == [("aligned", ["one.en", "one.de"]), ("aligned", ["two.en", "two.de"])]
    assert corpus.files[0].reason == "both files have 12 lines"
    assert recognised(named).sure
    assert formats(Corpus(named, "aligned", "dialogues")) == formats(corpus)


@pytest.mark.parametrize("format", [None, "aligned"])
def test_files_that_are_not_aligned(tmp_path: Path, format: str | None) -> None:
    write_files(tmp_path, human_txt=PROMPTS, robot_txt=REPLIES + "one more\n")
    files = [tmp_path / "human.txt", tmp_path / "robot.txt"]
    for paths in (files, tmp_path):
        with pytest.raises(CorpusError, match="the first has 12 lines and the second 13; both need the same number"):
            Corpus(paths, format, "dialogues")
    with pytest.raises(CorpusError, match=r"human\.txt has no partner among the 1 files given"):
        Corpus(files[0], "aligned", "dialogues")
    assert recognise_dialogues(files) is None


def test_a_corpus_for_training_and_one_for_judging_are_no_pair(tmp_path: Path) -> None:
    write_files(tmp_path, train_txt=PROMPTS, test_txt=PROMPTS)
    with pytest.raises(CorpusError, match=r"train\.txt.* fits no format of them"):
        Corpus([tmp_path / "train.txt", tmp_path / "test.txt"], kind="dialogues")


def test_one_of_cornells_files_is_missing(tmp_path: Path) -> None:
    write_files(tmp_path, movie_lines_txt=LINES)
    for format in (None, "cornell"):
        with pytest.raises(CorpusError, match=r"1 of the one and 0 of the other were found among .*give both"):
            Corpus(tmp_path, format, "dialogues")


def test_prose_fits_nothing(tmp_path: Path) -> None:
    write_files(tmp_path, a_txt=EOU, b_txt="\n" + PROSE)
    with pytest.raises(CorpusError) as error:
        Corpus(tmp_path, kind="dialogues")
    assert "b.txt, but it fits no format of them: line 2 does not fit: 'It was a bright" in str(error.value)
    assert all(format in str(error.value) for format in DIALOGUE_FORMATS)


@pytest.mark.parametrize("format", [name for name, format in DIALOGUE_FORMATS.items() if format.pair_up is None])
def test_a_format_that_does_not_fit_is_refused(tmp_path: Path, format: str) -> None:
    write_files(tmp_path, b_txt=PROSE)
    with pytest.raises(CorpusError, match=f"was to be read as {format}, but line 1 does not fit: 'It was"):
        Corpus(tmp_path / "b.txt", format, "dialogues")


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
    write_files(tmp_path, b_txt=text)
    (file,) = Corpus(tmp_path / "b.txt", format, "dialogues").files
    assert file.format == format
    assert file.reason.startswith("as asked for (")
    assert [turn.text for turn in next(file.dialogues()).lines] == ["hi", "ho"]


def test_an_unknown_format_of_dialogues_and_missing_files(tmp_path: Path) -> None:
    known = ", ".join(DIALOGUE_FORMATS)
    with pytest.raises(ConfigurationError, match=f"'opera' is unknown; the formats are {known}: choose"):
        Corpus(tmp_path, "opera", "dialogues")
    with pytest.raises(CorpusError, match=r"nowhere does not exist"):
        Corpus(tmp_path / "nowhere", kind="dialogues")
    with pytest.raises(CorpusError, match=r"holds no text files; taken are .*\.yml"):
        Corpus(tmp_path, kind="dialogues")


def test_what_is_known_of_a_file(tmp_path: Path) -> None:
    prompts = "Ça va ?\r\nOui…\r\n".encode("cp1252")
    (tmp_path / "human.txt").write_bytes(prompts)
    (tmp_path / "bot.txt").write_bytes("😁\nhé\r\n".encode())
    (file,) = Corpus([tmp_path / "human.txt", tmp_path / "bot.txt"], kind="dialogues").files
    assert file.size == len(prompts) + 10
    assert [len(dialogue.lines) for dialogue in file.dialogues()] == [2, 2]
    assert file.encoding == "cp1252, utf-8"
    assert file.repairs == {"crlf": 3}
    assert file.report.skipped == 0


def test_bad_records_are_reported_after_each_pass(tmp_path: Path) -> None:
    write_files(tmp_path, a_txt=EOU * 3 + "no mark\n")
    corpus = Corpus(tmp_path, kind="dialogues")
    assert corpus.files[0].report.skipped == 0
    for _ in range(2):
        assert len(turns(corpus)) == 9
        assert corpus.files[0].report.skipped == 1


def test_the_fingerprint_is_the_same_however_the_files_are_read(tmp_path: Path) -> None:
    write_files(tmp_path, a_txt=SPOKEN, b_txt=SPOKEN * 2)
    assert Corpus(tmp_path, kind="dialogues").fingerprint == Corpus(tmp_path).fingerprint


def test_json_in_a_folder_of_scripts_is_left_out_where_no_format_knows_it(tmp_path: Path) -> None:
    write_files(tmp_path, a_txt=SPOKEN, b_json='{"size": 3}', c_json='[{"speaker": "jerry", "text": "hello"}]')
    corpus = Corpus(tmp_path)
    assert formats(corpus) == [("colon", ["a.txt"]), ("json", ["c.json"])]
    assert corpus.left_out == (tmp_path / "b.json",)
    with pytest.raises(
        CorpusError, match=r"A script was .* it is JSON that fits no format: its fields are unknown; .*"
    ):
        Corpus([tmp_path / "a.txt", tmp_path / "b.json"])


def test_folders_of_scripts_take_what_they_took(tmp_path: Path) -> None:
    write_files(tmp_path, a_txt=SPOKEN, b_json="{}", c_yml="x", d_yaml="x", e_conv="x")
    assert [path.name for path in find_files([tmp_path], suffixes(SCRIPT_FORMATS))] == ["a.txt", "b.json"]
    assert len(find_files([tmp_path], suffixes(DIALOGUE_FORMATS))) == 5
    assert {".txt", ".fountain", ".csv", ".tsv", ".jsonl", ".md", ".script"} <= set(suffixes(SCRIPT_FORMATS))
    assert not {".yml", ".yaml", ".conv"} & set(suffixes(SCRIPT_FORMATS))


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


@given(st.lists(_lines, min_size=1, max_size=8).map("\n".join), st.none() | st.sampled_from(list(DIALOGUE_FORMATS)))
def test_any_text_is_read_or_refused_in_a_sentence(text: str, format: str | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = write_files(Path(folder), b_txt=text) / "b.txt"
        try:
            found = turns(Corpus(path, format, "dialogues"))
        except TextgenError as error:
            assert "b.txt" in str(error)
        else:
            assert all(isinstance(said, str) for _, dialogue in found for said in dialogue)


def test_a_few_lines_in_each_of_several_files_are_texts_and_no_captions(tmp_path: Path) -> None:
    poem = "The moon is out.\nIt shines upon the water.\nNobody sings.\nA door stands open.\n" * 3
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(poem)
    assert [file.format for file in Corpus(tmp_path).files] == ["plain", "plain"]
    assert Corpus(tmp_path / "one.txt").files[0].format == "captions"
    (tmp_path / "two.txt").write_text(poem * 10)
    assert [file.format for file in Corpus(tmp_path).files] == ["plain", "captions"]
