"""CSV, TSV and JSON lines with a speaker and a text."""

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textgen.corpus.document import Scene, assemble, scenes
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.plain import CaptionLayout
from textgen.corpus.formats.tables import (
    MAX_LINES,
    Columns,
    ends_inside,
    find_columns,
    read_csv,
    read_jsonl,
    read_tsv,
    records,
)
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


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        ("Season,Episode,Character,Line", Columns(2, 3, (0, 1), None, True)),
        (
            "id,episode_id,raw_text,raw_character_text,raw_location_text,spoken_words",
            Columns(3, 5, (1,), 4, True),
        ),
        ("line,Speaker Name,text,scene", Columns(1, 2, (), 3, True)),
        ("id,headline,text", Columns(None, 2, (), None, True)),
        ("jerry,hello", Columns(0, 1, (), None, False)),
        ("a,b,c", None),
        ("text", None),
    ],
)
def test_columns(header: str, columns: Columns | None) -> None:
    assert find_columns(header.split(",")) == columns


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


def _records(text: str, delimiter: str = ",") -> tuple[list[tuple[int, list[str]]], ReadReport]:
    report = ReadReport()
    return list(records(text.split("\n"), delimiter, report)), report


def test_fields_may_hold_line_breaks() -> None:
    found, report = _records('a,b\n1,"x\ny ""z"""\n\n2,w\n')
    assert found == [(1, ["a", "b"]), (2, ["1", 'x\ny "z"']), (5, ["2", "w"])]
    assert report.skipped == 0


def test_an_open_quotation_mark_takes_no_other_line_with_it() -> None:
    found, report = _records('a,b\n1,"open\n2,"x\ny"\n3,z\n4,w')
    assert found == [
        (1, ["a", "b"]),
        (2, ["1", "open"]),
        (3, ["2", "x\ny"]),
        (5, ["3", "z"]),
        (6, ["4", "w"]),
    ]
    assert report.changes == {"quotation mark never closed": 1}


def test_an_open_quotation_mark_before_a_long_file() -> None:
    found, report = _records('a,b\n1,"open' + "\n2,x" * (2 * MAX_LINES))
    assert len(found) == 2 + 2 * MAX_LINES
    assert report.changes == {"quotation mark never closed": 1}


def test_records_of_another_width_are_skipped() -> None:
    found, report = _records("a,b\n1\n1,2,3\n1,2,\n4,5")
    assert [record for _, record in found] == [["a", "b"], ["1", "2", ""], ["4", "5"]]
    assert report.skipped == 2
    assert report.first_skipped == "line 2: 1 columns where 2 were expected: '1'"


def test_ends_inside() -> None:
    assert ends_inside('a,"b', ",")
    assert ends_inside('"', ",")
    assert not ends_inside('a,"b ""c"""', ",")
    assert not ends_inside('a,5" tall', ",")
    assert not ends_inside('c",d', ",", inside=True)
    assert ends_inside('c,""', ",", inside=True)


_cell = st.text(st.sampled_from("ab\",\t\n' "), max_size=6)


@given(st.lists(st.tuples(_cell, _cell, _cell), min_size=1, max_size=6), st.sampled_from(",\t"))
def test_whole_tables_are_read_as_the_csv_module_reads_them(rows: list[tuple[str, ...]], delimiter: str) -> None:
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(rows)
    found, report = _records(file.getvalue(), delimiter)
    assert [record for _, record in found] == [list(row) for row in rows]
    assert report == ReadReport()


def test_directions_and_everybody_are_no_people() -> None:
    table = 'speaker,text\nRoss Geller,"Hi."\nScene Directions,He waits.\n#ALL#,Hello!\n(all),Bye.\n'
    lines = [
        element for element in read_csv(table.split("\n"), ScriptLayout(), ReadReport()) if isinstance(element, Line)
    ]
    assert [line.speaker for line in lines] == ["Ross Geller", None, None, None]
