"""JSON, XML and HTML told from text."""

from pathlib import Path

import pytest

from textgen.corpus.collection import Corpus
from textgen.corpus.formats.markup import find_markup
from textgen.errors import CorpusError


@pytest.mark.parametrize(
    ("text", "markup"),
    [
        ('{"a": 1}', "JSON"),
        ('<?xml version="1.0"?>\n<a>\n<b>x</b>\n</a>', "XML"),
        ("<script>\n <line who='nora'>hi</line>\n <line who='tam'>ho</line>\n</script>", "XML"),
        ("<!-- saved -->\n<!DOCTYPE html>\n<title>x</title>", "HTML"),
        ("<html lang='en'>\n<p>one\n<p>two", "HTML"),
        ('<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0">\n<html>', "HTML"),
        ("<div class='a'>\n<p>one</p>\n<p>two</p>\n</div>", "HTML"),
        ("<nora> hi\n<tam> ho", None),
        ("<unk> said the <unk>\nand left", None),
        ("<i>softly</i>\n<i>so softly</i>", None),
        ("<|endoftext|>\nsoup\n<|endoftext|>", None),
        ("NORA: is it <b>bold</b>?", None),
        ("<3 you", None),
        ("", None),
    ],
)
def test_markup(text: str, markup: str | None) -> None:
    assert find_markup(text.split("\n")) == markup


UNKNOWN = {
    "a.json": '{"size": 3,\n "speaker": "none"}\n' * 3,
    "b.json": "[" * 150 + "]" * 150,
    "c.xml": '<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "bb">]>\n<a>&b;</a>\n',
    "d.html": "<html><body>\n<p>Nora: hi</p>\n<p>Tam: ho</p>\n</body></html>\n",
    "e.json": "{'speaker': 'nora', 'line': 'hi'}\n{'speaker': 'tam', 'line': 'ho'}\n",
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_no_format_knows_is_no_script_and_no_dialogue(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text(UNKNOWN[name])
    for kind in ("scripts", "dialogues"):
        with pytest.raises(CorpusError, match=r"to be read from .*, but it is (JSON|XML|HTML) that fits no format"):
            Corpus(path, kind=kind)
    with pytest.raises(CorpusError, match="was to be read as colon, but it is"):
        Corpus(path, "colon")
    (scene,) = next(Corpus(path, "plain").documents())
    assert [line.text for line in scene.lines] == UNKNOWN[name].removesuffix("\n").split("\n")


def test_two_files_of_unknown_json_are_no_prompts_and_replies(tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text('{"size": 3}\n' * 12)
    with pytest.raises(CorpusError, match="it is JSON that fits no format"):
        Corpus([tmp_path / "one.json", tmp_path / "two.json"], kind="dialogues")


def test_too_deep_is_said(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_text(UNKNOWN["b.json"])
    with pytest.raises(CorpusError, match="more than 100 lists and objects are in one another"):
        Corpus(path)
