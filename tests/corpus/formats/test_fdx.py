"""Final Draft screenplays, read and written."""

import re
from pathlib import Path

import pytest
from hypothesis import given

from tests.corpus.formats import files
from tests.corpus.strategies import screenplays
from textgen.corpus.collection import Corpus
from textgen.corpus.document import Line, Scene
from textgen.corpus.formats.base import ReadReport, ScriptLayout
from textgen.corpus.formats.fdx import read, write
from textgen.corpus.formats.screenplay import as_screenplay
from textgen.corpus.script import Script, ScriptStyle
from textgen.errors import CorpusError

SCREENPLAY = """\
<?xml version="1.0" encoding="UTF-16" standalone="no" ?>
<FinalDraft DocumentType="Script" Template="No" Version="5">
  <Content>
    <Paragraph Type="Action"><Text>FADE IN:</Text></Paragraph>
    <Paragraph Number="1" Type="Scene Heading">
      <SceneProperties Page="1"><Summary><Paragraph><Text>Tea.</Text></Paragraph></Summary></SceneProperties>
      <Text>INT. KITCHEN</Text><Text> - DAY</Text>
    </Paragraph>
    <Paragraph Type="Action">
      <ScriptNote ID="1"><Paragraph Type="Action"><Text>really?</Text></Paragraph></ScriptNote>
      <Text>Tea &amp; </Text><Text Style="Bold">cake</Text><Text>.</Text>
    </Paragraph>
    <Paragraph Type="Character"><Text>NORA (V.O.)</Text></Paragraph>
    <Paragraph Type="Parenthetical"><Text>softly</Text></Paragraph>
    <Paragraph Type="Dialogue"><Text>Well.
Well.</Text></Paragraph>
    <Paragraph Type="Parenthetical"><Text>(beat)</Text></Paragraph>
    <Paragraph Type="Dialogue"><Text>Yes.</Text></Paragraph>
    <Paragraph>
      <DualDialogue>
        <Paragraph Type="Character"><Text>TAM</Text></Paragraph>
        <Paragraph Type="Dialogue"><Text>No!</Text></Paragraph>
        <Paragraph Type="Character"><Text>NORA</Text></Paragraph>
        <Paragraph Type="Dialogue"><Text>Yes!</Text></Paragraph>
      </DualDialogue>
    </Paragraph>
    <Paragraph Type="Transition"><Text>CUT TO:</Text></Paragraph>
    <Paragraph Type="Transition"><Text>FADE OUT.</Text></Paragraph>
    <Paragraph Type="General" StartsNewPage="Yes" Alignment="Center"><Text>THE END</Text></Paragraph>
    <Paragraph Type="Action"><Text></Text></Paragraph>
  </Content>
  <TitlePage><Content><Paragraph><Text>The Kettle</Text></Paragraph></Content></TitlePage>
</FinalDraft>
"""
ENTITIES = '<?xml version="1.0"?>\n<!DOCTYPE FinalDraft [<!ENTITY {}>]>\n<FinalDraft><Content/></FinalDraft>'


def test_every_kind_of_paragraph() -> None:
    report = ReadReport()
    script = Script.from_fdx(SCREENPLAY)
    assert script.scenes == (
        Scene(None, (Line(None, "FADE IN:"),)),
        Scene(
            "INT. KITCHEN - DAY",
            (
                Line(None, "Tea & cake."),
                Line("NORA", "(V.O.)\n(softly)\nWell.\nWell.\n(beat)\nYes."),
                Line("TAM", "No!"),
                Line("NORA", "Yes!"),
                Line(None, "CUT TO:"),
                Line(None, "> FADE OUT."),
            ),
        ),
        Scene(None, (Line(None, "> THE END <"),)),
    )
    list(read(SCREENPLAY.split("\n"), ScriptLayout(), report))
    assert report.changes == {"note left out": 1, "title page left out": 1}


def test_it_is_a_script_in_the_layout_of_fountain_and_its_scenes_are_dialogues(tmp_path: Path) -> None:
    path = tmp_path / "kettle.txt"
    path.write_text(SCREENPLAY, encoding="utf-8")
    corpus = Corpus(path)
    assert (corpus.files[0].format, corpus.style) == ("fdx", ScriptStyle("fountain"))
    assert corpus.files[0].reason == "Final Draft: 3 of the first 15 paragraphs name a character"
    found, _ = files.read("script", tmp_path, SCREENPLAY)
    assert found == [[("NORA", "Well. Well. Yes."), ("TAM", "No!"), ("NORA", "Yes!")]]


@pytest.mark.parametrize("entity", ['x "y"', 'x SYSTEM "file:///etc/passwd"', '% x "y"'])
def test_entities_are_refused(entity: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.fdx"
    path.write_text(ENTITIES.format(entity), encoding="utf-8")
    with pytest.raises(CorpusError, match=r"bad\.fdx: An XML file was to be read, but it declares entities \(x\)"):
        Corpus(path)
    with pytest.raises(CorpusError, match="declares entities"):
        Script.from_fdx(ENTITIES.format(entity))


def test_deep_nesting_is_refused() -> None:
    with pytest.raises(CorpusError, match="nested more than 100 deep in line 1;"):
        Script.from_fdx("<FinalDraft>" + "<a>" * 100)


def test_a_cut_file_is_read_up_to_the_cut_and_the_rest_told() -> None:
    report = ReadReport()
    cut = SCREENPLAY[: SCREENPLAY.index("<Paragraph>\n      <DualDialogue>")]
    assert len(list(read(cut.split("\n"), ScriptLayout(), report))) == 4
    assert report.first_skipped is not None and "the XML breaks off (" in report.first_skipped


def test_what_is_written_is_final_drafts() -> None:
    text = write([[Scene("[bar]", (Line("nora", "(V.O.)\nA < b\n(softly)\nyes"), Line(None, "CUT TO:")))]] * 2)
    assert text.count("<Paragraph ") == 12
    for paragraph in (
        '<Paragraph Type="Scene Heading" StartsNewPage="Yes"><Text>bar</Text></Paragraph>',
        '<Paragraph Type="Character"><Text>nora (V.O.)</Text></Paragraph>',
        '<Paragraph Type="Dialogue"><Text>A &lt; b</Text></Paragraph>',
        '<Paragraph Type="Parenthetical"><Text>(softly)</Text></Paragraph>',
        '<Paragraph Type="Transition"><Text>CUT TO:</Text></Paragraph>',
    ):
        assert paragraph in text
    assert "a\ufffdb" in write([[Scene(None, (Line(None, "a\x01b"),))]])


@given(screenplays)
def test_a_script_comes_back_from_final_draft(script: Script) -> None:
    script = Script(tuple(map(_of_xml, script.scenes)), script.style)
    assert Script.from_fdx(script.to_fdx(), script.style).scenes == as_screenplay(script.scenes)


def _of_xml(scene: Scene) -> Scene:
    """The scene with a mark for every character that XML cannot hold."""
    lines = (Line(line.speaker and _marked(line.speaker), _marked(line.text)) for line in scene.lines)
    return Scene(scene.heading and _marked(scene.heading), tuple(lines))


def _marked(text: str) -> str:
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)
