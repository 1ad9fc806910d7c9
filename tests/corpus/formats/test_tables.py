"""CSV, TSV and JSON lines with a speaker and a text."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import Scene, assemble, scenes
from textgen.corpus.format_table import SCRIPT_FORMATS, recognise
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.json_rows import read_jsonl, weigh_jsonl
from textgen.corpus.formats.plain import CaptionLayout
from textgen.corpus.formats.tables import read_csv, read_tsv, weigh_csv
from textgen.corpus.reading_options import AS_FOUND, ReadingOptions
from textgen.corpus.script import Line, Script, ScriptStyle, read_script

COLON = ScriptStyle("colon")

SOUTH_PARK = """\
Season,Episode,Character,Line
1,1,Stan,"Dude!
"
1,1,Kyle (singing),"one
two"
1,2,,"They leave: all"
1,2,,[Cut to: school]
1,2,Chef,
1,2,Narrator; the voice of all things to come,Hi
"""


def test_a_table_of_episodes() -> None:
    report = ReadReport()
    parts = list(assemble(read_csv(SOUTH_PARK.split("\n"), ScriptLayout(), report)))
    first, second = parts[0][0], parts[1][0]
    assert parts == [
        (first, Scene(None, (Line("Stan", "Dude!"), Line("Kyle", "(singing) one two")))),
        (second, Scene(None, (Line(None, "(They leave: all)"),))),
        (second, Scene("[Cut to: school]", (Line("Narrator the voice of all things", "Hi"),))),
    ]
    assert second == first + 1
    assert report.first_skipped == "line 8: no text in the text column: '1,2,Chef,'"
    assert report.changes == {
        "line breaks in a speech became a space": 1,
        "direction moved behind the colon": 1,
        "narration with a colon put in parentheses": 1,
        "speaker name simplified": 1,
    }


def test_two_columns_without_a_header() -> None:
    lines = ["jerry\thello", 'elaine\t5" tall', "broken", "george\thi"]
    report = ReadReport()
    script = Script(scenes(read_tsv(lines, ScriptLayout(), report)), COLON)
    assert script.lines == (Line("jerry", "hello"), Line("elaine", '5" tall'), Line("george", "hi"))
    assert report.first_skipped == "line 3: 1 columns where 2 were expected: 'broken'"


def test_scenes_open_when_their_column_changes() -> None:
    lines = ["scene,speaker,text", "1,a,x", "1,b,y", "2,a,z", "Bar,a,w", "Bar,b,v"]
    script = Script(scenes(read_csv(lines, ScriptLayout(), ReadReport())), COLON)
    assert [(scene.heading, len(scene.lines)) for scene in script.scenes] == [
        (None, 2),
        (None, 1),
        ("[Bar]", 2),
    ]


def test_texts_without_speakers_are_captions() -> None:
    lines = ["id,text", "1,War: it is over", '2,"Rain, again"']
    parts = list(assemble(read_csv(lines, CaptionLayout(), ReadReport())))
    assert [scene.lines[0].text for _, scene in parts] == ["War: it is over", "Rain, again"]
    assert parts[0][0] != parts[1][0]


def test_json_lines() -> None:
    lines = [
        json.dumps({"speaker": "jerry", "text": "hel\nlo", "scene": 1}),
        json.dumps({"Speaker": None, "line": "He leaves.", "scene": 2}),
        "not json",
        "",
        json.dumps({"speaker": "jerry", "text": 3}),
        json.dumps([1, 2]),
        json.dumps({"speaker": 7, "text": "seven", "scene": 2}),
    ]
    report = ReadReport()
    script = Script(scenes(read_jsonl(lines, ScriptLayout(), report)), COLON)
    assert script.scenes == (
        Scene(None, (Line("jerry", "hel lo"),)),
        Scene(None, (Line(None, "He leaves."), Line("7", "seven"))),
    )
    assert report.skipped == 3
    assert report.first_skipped == "line 3: no JSON object with a text field: 'not json'"


_text = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["[x]", "a: b", "9: 15", "scene: x", "(x)", "é\r\nb", "INT. A", "[a] b"]),
)
_name = st.sampled_from(["jerry", "", "Kyle (singing)", "Mr: X", "scene", "[x]", "???", "a; b", "小明", " "])


@given(st.lists(st.tuples(_name, _text, st.sampled_from(["", "1", "Bar", "[Bar]", "scene: a", "[a] b"])), max_size=8))
def test_a_table_can_be_read_again_as_a_script(rows: list[tuple[str, str, str]]) -> None:
    lines = [json.dumps({"speaker": name, "text": text, "scene": scene}) for name, text, scene in rows]
    script = Script(scenes(read_jsonl(lines, ScriptLayout(), ReadReport())), COLON)
    assert read_script(script.text, COLON) == script


@pytest.mark.parametrize("name", ["Agent: Smith", "Mr: X"])
def test_a_name_with_a_colon_is_simplified_not_cut(name: str) -> None:
    report = ReadReport()
    row = json.dumps({"speaker": name, "text": "Hello"})
    *_, line = read_jsonl([row], ScriptLayout(), report)
    assert line == Line(name.replace(":", ""), "Hello")
    assert report.changes == {"speaker name simplified": 1}


def test_what_escapes_in_json_bring_is_repaired() -> None:
    row = r'{"speaker": "Zoe\u0301", "text": "so\u0000 cute \ud83d"}'
    *_, line = read_jsonl([row], ScriptLayout(), ReadReport())
    assert line == Line("Zo\u00e9", "so cute \ufffd")


def test_odd_quotation_marks_between_tabs_are_text() -> None:
    rows = ["Character\tLine", 'He\t"Why?" she asked.', 'She\t"Because, ""he"" said"', 'I\t5" tall', 'We\t"Oh']
    report = ReadReport()
    lines = list(read_tsv(rows, ScriptLayout(), report))
    assert [line.text for line in lines if isinstance(line, Line)] == [
        '"Why?" she asked.',
        'Because, "he" said',
        '5" tall',
        '"Oh',
    ]
    assert report.changes == {"quotation marks taken as text": 2}


def _read(text: str, suffix: str = ".csv", options: ReadingOptions = AS_FOUND) -> tuple[Script, ReadReport]:
    """A script in a table, read as a corpus reads it."""
    lines, report = text.removesuffix("\n").split("\n"), ReadReport()
    found = recognise(SCRIPT_FORMATS, lines, Path(f"table{suffix}"), options)
    assert found is not None and found.format.name == suffix[1:]
    return Script(scenes(found.elements(lines, report)), COLON), report


def test_texts_of_several_lines_without_speakers_are_documents() -> None:
    rows = "".join(f'Song {number},"One line\n\nand another"\n' for number in range(9))
    script, _ = _read(f"song,lyrics\n{rows}")
    assert [line.text for line in script.scenes[0].lines] == ["One line", "", "and another"]
    assert len(script.scenes) == 9


def test_prompts_and_replies_are_speeches_by_the_names_of_their_columns() -> None:
    script, report = _read("id,Question,Answer\n1,Who?,Me.\n2,Where?,\n")
    assert script.scenes == (
        Scene(None, (Line("Question", "Who?"), Line("Answer", "Me."))),
        Scene(None, (Line("Question", "Where?"),)),
    )
    assert report.changes == {"empty cell left out": 1}


def test_names_that_do_not_come_again_are_no_speakers() -> None:
    rows = "".join(f"reader{number},It was good.\n" for number in range(12))
    assert {line.speaker for line in _read(f"author,review\n{rows}")[0].lines} == {None}
    assert {line.speaker for line in _read(f"speaker,review\n{rows}")[0].lines} != {None}


def test_a_column_can_be_named() -> None:
    text = "id\ttitle\tbody\n" + "1\tRain\tIt rains.\n" * 3
    script, _ = _read(text, ".tsv", ReadingOptions(text_column="title"))
    assert [line.text for line in script.lines] == ["Rain"] * 3


def test_deleted_texts_are_left_out_and_counted() -> None:
    script, report = _read("author,body\neve,hi\nadam,[deleted]\neve,[removed]\nadam,,\n" + "eve,ho\nadam,hm\n" * 5)
    assert [line.text for line in script.lines][:2] == ["hi", "ho"]
    assert (report.changes, report.skipped) == ({"deleted text left out": 2}, 1)


def test_numbers_before_a_text_speak_nothing() -> None:
    script, _ = _read("".join(f"{number},It rains on day {number}.\n" for number in range(9)))
    assert {line.speaker for line in script.lines} == {None}


def test_one_column_is_a_table_if_it_has_quotation_marks_or_a_known_name() -> None:
    assert len(_read('"One, two."\n"Three."\n')[0].lines) == 2
    assert [line.text for line in _read("text\nOne, two.\nThree.\n")[0].lines] == ["One, two.", "Three."]
    assert weigh_csv(["One.", "Two."], Path("a.csv"), AS_FOUND).convincing is False


def test_the_name_of_a_field_can_be_said() -> None:
    row = json.dumps({"text": "no", "said": "yes", "by": "eve"})
    found = weigh_jsonl([row], Path("a.jsonl"), ReadingOptions(text_column="said", speaker_column="by"))
    assert found.read is not None
    *_, line = found.read([row], found.layout, ReadReport())
    assert line == Line("eve", "yes")


def test_directions_and_everybody_are_no_people() -> None:
    table = 'speaker,text\nRoss Geller,"Hi."\nScene Directions,He waits.\n#ALL#,Hello!\n(all),Bye.\n'
    lines = [
        element for element in read_csv(table.split("\n"), ScriptLayout(), ReadReport()) if isinstance(element, Line)
    ]
    assert [line.speaker for line in lines] == ["Ross Geller", None, None, None]


FOOD = ["name,minutes,description", *(f"{dish} soup,{n},Warm {dish}." for n, dish in enumerate("abcdefghijklm"))]


@pytest.mark.parametrize("rows", [4, 14])
def test_dishes_that_have_names_do_not_speak(rows: int) -> None:
    evidence = weigh_csv(FOOD[:rows], Path("food.csv"), AS_FOUND)
    assert evidence.layout == CaptionLayout()
    assert [taken for _, taken in evidence.columns] == ["", "", "text"]


def test_people_who_have_names_do() -> None:
    for header in ("name,text", "name,description"):
        columns = weigh_csv([header, "Nora,hi", "Tam,ho", "Nora,he"], Path("talk.csv"), AS_FOUND).columns
        assert [taken for _, taken in columns] == ["speaker", "text"]


@pytest.mark.parametrize(
    "header",
    ["Absender;Nachricht;Datum", "Expéditeur;Message;Date", "remitente;mensaje;fecha", "Mittente;Messaggio;Data",
     "Remetente;Mensagem;Data", "Avsändare;Meddelande;Datum"],
)  # fmt: skip
def test_columns_in_other_languages(header: str) -> None:
    rows = [f"{name};hi {n};12.03.2024 18:0{n}" for n, name in enumerate(("Nora", "Tam", "Nora"))]
    columns = weigh_csv([header, *rows], Path("chat.csv"), AS_FOUND).columns
    assert [taken for _, taken in columns] == ["speaker", "text", "time"]
