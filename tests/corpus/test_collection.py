"""Files and folders to a corpus."""

from pathlib import Path

import pytest

from textgen.corpus.collection import ScriptCorpus
from textgen.corpus.paths import find_files
from textgen.corpus.scene import Scene
from textgen.corpus.script import Line, ScriptStyle
from textgen.corpus.survey import survey
from textgen.errors import ConfigurationError, CorpusError

SCRIPT = "[bar]\n\njerry: hello\n\nGeorge (softly): HELLO\n\njerry: (waves) bye\n\nHe leaves.\n\n"


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
    return path


def _documents(corpus: ScriptCorpus) -> list[list[Scene]]:
    return [list(document) for document in corpus.documents()]


def test_files_of_folders_are_found_once(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.csv", "a/B.TXT", ".hidden.txt", ".git/c.txt", "d.png", "a/e.fountain"):
        _write(tmp_path / name, "x")
    _write(tmp_path / "empty.txt", "")
    found = find_files([tmp_path / "b.txt", tmp_path, tmp_path / "a" / ".." / "b.txt", tmp_path / "d.png"])
    assert [file.relative_to(tmp_path).as_posix() for file in found] == [
        "b.txt", "a/B.TXT", "a/e.fountain", "a/z.csv", "d.png"
    ]  # fmt: skip


def test_missing_paths_are_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match=r"nowhere\.txt does not exist"):
        ScriptCorpus(tmp_path / "nowhere.txt")
    with pytest.raises(CorpusError, match="holds no text files; taken are files that end in"):
        ScriptCorpus(tmp_path)
    with pytest.raises(CorpusError, match="no file was named"):
        ScriptCorpus([])
    with pytest.raises(ConfigurationError, match="'opera' is unknown"):
        ScriptCorpus(tmp_path, format="opera")


def test_a_corpus_is_read_again_and_again(tmp_path: Path) -> None:
    corpus = ScriptCorpus(str(_write(tmp_path / "a.txt", SCRIPT)))
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
    corpus = ScriptCorpus(tmp_path)
    assert [file.format for file in corpus.files] == ["colon", "csv"]
    assert corpus.style == ScriptStyle("colon", 1)
    assert _documents(corpus)[1] == [Scene(None, (Line("bo", "hi"),))]


def test_the_fingerprint_is_that_of_the_bytes(tmp_path: Path) -> None:
    one, two = _write(tmp_path / "a.txt", "a: 1\n"), _write(tmp_path / "b.txt", "b: 2\n")
    both = ScriptCorpus([one, two]).fingerprint
    assert both == ScriptCorpus(_write(tmp_path / "c.txt", "a: 1\nb: 2\n")).fingerprint
    assert both != ScriptCorpus([two, one]).fingerprint
    assert len(both) == 32


def test_survey(tmp_path: Path) -> None:
    _write(tmp_path / "a.txt", SCRIPT)
    _write(tmp_path / "b.csv", "speaker,text\nbo,hi\nbroken\nbo,\njerry,ho\n")
    found = survey(ScriptCorpus(tmp_path))
    assert (found.documents, found.scenes, found.lines, found.narration_lines, found.headings) == (2, 2, 6, 1, 1)
    assert list(found.speakers.items()) == [("jerry", 3), ("George", 1), ("bo", 1)]
    script = SCRIPT.replace("George (softly): ", "George: (softly) ")
    assert found.characters == len(script) + len("bo: hi\n\njerry: ho\n\n")
    assert found.longest_line == len("(softly) HELLO")
    assert (found.skipped, found.skipped_examples) == (
        2, ("b.csv, line 3: 1 columns where 2 were expected: 'broken'",)
    )  # fmt: skip
    assert found.changes == {"direction moved behind the colon": 1}
    assert found.narration_lines > 0
    assert found.headings > 0
    assert not found.normalisation.lowercase
    assert found.normalisation.straight_quotes


def test_long_scenes_are_counted_once(tmp_path: Path) -> None:
    found = survey(ScriptCorpus(_write(tmp_path / "a.txt", "a line of prose that goes on\nand on,\n" * 1200)))
    assert (found.documents, found.scenes, found.lines) == (1, 1, 2400)
